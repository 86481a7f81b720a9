"""Counts what visitors of both sides of a comparison did; one statement each time."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.db import connection

from kernel.common.time import utc_now
from themes.figures.reading import local_today

SLOTS: Final = 16

# What is over, or gone with its page, is counted no more.
_COUNT: Final = """
INSERT INTO themes_comparisoncount AS kept
    (comparison_id, is_second, day, slot, visitors, views, taps, buyers)
SELECT id, %(is_second)s, %(day)s, %(slot)s, %(visitors)s, %(views)s, %(taps)s, %(buyers)s
FROM themes_comparison
WHERE id = %(comparison)s AND ended_at IS NULL AND began_at <= %(now)s
ON CONFLICT (comparison_id, is_second, day, slot) DO UPDATE
SET visitors = kept.visitors + excluded.visitors, views = kept.views + excluded.views,
    taps = kept.taps + excluded.taps, buyers = kept.buyers + excluded.buyers
"""


def count(
    comparison: str,
    *,
    is_second: bool,
    visitors: int = 0,
    views: int = 0,
    taps: int = 0,
    buyers: int = 0,
) -> None:
    """Add to what one side of a comparison came to today, by the shop's clock."""
    told: dict[str, Any] = {
        "comparison": comparison,
        "is_second": is_second,
        "day": local_today(),
        "slot": secrets.randbelow(SLOTS),
        "visitors": visitors,
        "views": views,
        "taps": taps,
        "buyers": buyers,
        "now": utc_now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, told)
