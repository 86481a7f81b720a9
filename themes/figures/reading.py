"""The figures of the blocks of a page, for people who design it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Sum

from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from themes.desk import live_document
from themes.figures.models import BlockFigures
from themes.models import Page
from themes.names import document_name
from themes.registry import find

SPANS: Final = (7, 30, 90)
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Seen:
    """How a block was seen and used."""

    seen: int = 0
    taps: int = 0

    @property
    def rate(self) -> Decimal:
        """Return the taps of a hundred times that it was seen."""
        if not self.seen:
            return Decimal(0)
        return (Decimal(self.taps * 100) / self.seen).quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Row:
    """A block in the list of a page.

    Attributes:
        depth: how deep it stands in others.
        is_gone: whether it stands on the page no longer.
    """

    block: str
    name: str
    depth: int
    figures: Seen
    is_gone: bool = False


def local_today() -> date:
    """Return the day by the shop's clock."""
    return utc_now().astimezone(ZoneInfo(current_tenant().zone)).date()


def figures_of(page: Page, *, days: int, today: date) -> dict[str, Seen]:
    """Return what became of each block of a page in the last days; one query."""
    rows = BlockFigures.objects.filter(
        page=document_name(page.template, page.handle), day__gt=today - timedelta(days=days)
    )
    counted = rows.values_list("block").annotate(Sum("seen"), Sum("taps"))
    return {block: Seen(seen, taps) for block, seen, taps in counted}


def rows_of(page: Page, *, days: int, today: date, language: str) -> list[Row]:
    """Return the blocks of the page that visitors see, in their order; then those that are gone."""
    figures = figures_of(page, days=days, today=today)
    blocks = live_document(page).get("blocks")
    standing = list(_standing(blocks if isinstance(blocks, list) else [], 0, language))
    known = {block for block, _name, _depth in standing}
    found = [Row(block, name, depth, figures.get(block, Seen())) for block, name, depth in standing]
    gone = [each for each in figures if each not in known and not _is_of_a_part(each, known)]
    return found + [Row(each, each, 0, figures[each], is_gone=True) for each in sorted(gone)]


def _is_of_a_part(block: str, known: set[str]) -> bool:
    """Tell whether a block stands in a part: it is counted with the block that shows the part."""
    return any(block.startswith(f"{each}-") for each in known)


def _standing(blocks: list[Any], depth: int, language: str) -> Iterator[tuple[str, str, int]]:
    for each in blocks:
        if not isinstance(each, dict) or each.get("off"):
            continue
        yield str(each.get("id")), _name(each, language), depth
        slots = each.get("slots")
        for inner in slots.values() if isinstance(slots, dict) else ():
            yield from _standing(inner, depth + 1, language)


def _name(block: Mapping[str, Any], language: str) -> str:
    kind = find(str(block.get("type")))
    own = str(block.get("name") or "")
    return own or (kind.label.in_language(language) if kind else str(block.get("type")))
