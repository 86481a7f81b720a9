"""The index in the background."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.common.time import utc_now
from kernel.search.services import ask_for_index, index_below, index_of, prune_terms, rebuild
from kernel.tenancy.tasks import enqueue, tenant_task


@tenant_task(name="search.index_below")
def run_below(category_id: str) -> None:
    """Take in what stands in a category or below it."""
    index_below(UUID(category_id), clock=utc_now)


@tenant_task(name="search.rebuild")
def run_rebuild() -> None:
    """Make the whole index anew."""
    rebuild(clock=utc_now)


@tenant_task(name="search.index_of")
def run_of(brand_id: str = "", product_type_id: str = "") -> None:
    """Take in the products of a brand or of a type."""
    told = {"brand_id": brand_id, "product_type_id": product_type_id}
    index_of(clock=utc_now, **{name: UUID(text) for name, text in told.items() if text})


def begin_below(category_id: UUID) -> None:
    """Begin to take in a category's products, after the commit."""
    enqueue(run_below, category_id=str(category_id))


def begin_rebuild() -> None:
    """Begin to make the index anew, after the commit."""
    enqueue(run_rebuild)


def begin_of(**described: UUID) -> None:
    """Begin to take in the products of a brand or of a type, after the commit."""
    enqueue(run_of, **{name: str(key) for name, key in described.items()})


def heal(*, now: datetime) -> None:
    """Begin to make an index that is not there yet, or is of an older version; once."""
    if ask_for_index(now=now):
        begin_rebuild()


def prune(*, now: datetime) -> None:
    """Drop old counts of searches; what a schedule calls."""
    prune_terms(now=now)
