"""The index in the background."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.common.time import utc_now
from kernel.search.services import index_below, prune_terms, rebuild
from kernel.tenancy.tasks import enqueue, tenant_task


@tenant_task(name="search.index_below")
def run_below(category_id: str) -> None:
    """Take in what stands in a category or below it."""
    index_below(UUID(category_id), clock=utc_now)


@tenant_task(name="search.rebuild")
def run_rebuild() -> None:
    """Make the whole index anew."""
    rebuild(clock=utc_now)


def begin_below(category_id: UUID) -> None:
    """Begin to take in a category's products, after the commit."""
    enqueue(run_below, category_id=str(category_id))


def begin_rebuild() -> None:
    """Begin to make the index anew, after the commit."""
    enqueue(run_rebuild)


def prune(*, now: datetime) -> None:
    """Drop old counts of searches; what a schedule calls."""
    prune_terms(now=now)
