"""Takes in what pages tell when they are left: one row, counted later with all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db import connection, transaction

from kernel.common.time import utc_now
from kernel.tenancy.schedules import ask
from themes.figures.models import BlockFigures, LeftPage
from themes.figures.reading import local_today
from themes.store import GROUPS, published

ROLL_UP: Final = "theme_figures.roll_up"
KEPT: Final = timedelta(days=400)
MOST_BLOCKS: Final = 120
MOST_TAPS: Final = 20
"""Of one block, on one page that is left."""

AROUND: Final = "/"
"""Between the name of a document and that of its block; no name holds it."""

_ASKED: Final = "theme-figures:asked"
_SECONDS: Final = 300
_BATCH: Final = 5_000

# Taken out and counted in one statement: whoever dies in it has counted nothing.
_COUNT: Final = """
WITH taken AS (
    DELETE FROM theme_figures_leftpage
    WHERE id IN (
        SELECT id FROM theme_figures_leftpage ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    RETURNING day, page, seen, taps
), told AS (
    SELECT day, page, jsonb_array_elements_text(seen) AS name, 1 AS seen, 0 AS taps FROM taken
    UNION ALL
    SELECT day, page, each.key, 0, each.value::integer
    FROM taken CROSS JOIN LATERAL jsonb_each_text(taps) AS each
), named AS (
    SELECT day, seen, taps, split_part(name, '/', 2) AS block, split_part(name, '/', 1) AS page
    FROM told WHERE strpos(name, '/') > 0
    UNION ALL
    SELECT day, seen, taps, name, page FROM told WHERE strpos(name, '/') = 0
), counted AS (
    INSERT INTO theme_figures_blockfigures AS kept (day, page, block, seen, taps)
    SELECT day, page, block, sum(seen), sum(taps) FROM named
    GROUP BY day, page, block ORDER BY page, day, block
    ON CONFLICT (page, day, block) DO UPDATE
    SET seen = kept.seen + excluded.seen, taps = kept.taps + excluded.taps
    RETURNING 1
)
SELECT count(*) FROM taken
"""


@transaction.atomic
def note_left(page: str, *, seen: Sequence[str], taps: Mapping[str, int]) -> int | None:
    """Keep what was seen of a page and around it; what does not stand there is left out.

    Blocks of the header, the footer and the bar of tabs come with a stroke before their names,
    and are counted with those, whatever the page was. Returns how often something was tapped;
    None when there was nothing to keep.
    """
    names = _names_on(page)
    found = [names[each] for each in dict.fromkeys(seen) if each in names][:MOST_BLOCKS]
    tapped = {
        names[each]: min(count, MOST_TAPS)
        for each, count in taps.items()
        if each in names and count > 0
    }
    if not found and not tapped:
        return None
    LeftPage.objects.create(day=local_today(), page=page, seen=found, taps=tapped)
    if cache.add(_ASKED, "1", timeout=_SECONDS):
        ask(ROLL_UP, utc_now())
    return sum(tapped.values())


def _names_on(page: str) -> dict[str, str]:
    """Return what each block is kept by, by what browsers call it."""
    found: dict[str, str] = {}
    for group in GROUPS:
        for block in published(group).walk():
            found.setdefault(f"{AROUND}{block.id}", f"{group}{AROUND}{block.id}")
    with suppress(KeyError):
        found.update((block.id, block.id) for block in published(page).walk())
    return found


def call_otherwise(before: str, now: str) -> None:
    """Let the figures of a page be those of its new name; in the caller's transaction."""
    BlockFigures.objects.filter(page=now).delete()
    LeftPage.objects.filter(page=now).delete()
    BlockFigures.objects.filter(page=before).update(page=now)
    LeftPage.objects.filter(page=before).update(page=now)


def roll_up(*, now: datetime) -> int:
    """Count what was told since, and drop what nobody asks for any more; may be done again."""
    counted = 0
    while taken := _count():
        counted += taken
    BlockFigures.objects.filter(day__lt=(now - KEPT).date()).delete()
    return counted


@transaction.atomic
def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_BATCH])
        return int(cursor.fetchone()[0])
