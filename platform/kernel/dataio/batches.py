"""Brings in together what can be of a batch; the number of statements does not depend on it."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.dataio.changed import bring_in_changed
from kernel.dataio.fresh import bring_in_new
from kernel.dataio.known import Known
from kernel.dataio.records import ProductRecord
from kernel.dataio.upsert import Outcome, Upsert


def bring_in_together(records: Sequence[ProductRecord], upsert: Upsert) -> dict[int, Outcome]:
    """Bring in those of the products of which nothing is doubtful.

    What is left is to be brought in one by one, in its order; both together leave
    what the products would leave one by one.

    Returns:
        What became of them, by their lines.
    """
    known = Known(records, upsert)
    found: dict[int, Outcome] = dict.fromkeys(known.unchanged, "unchanged")
    found |= dict.fromkeys(bring_in_new(records, upsert), "created")
    return found | bring_in_changed(known, upsert)
