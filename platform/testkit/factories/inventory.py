"""Makes locations, variants with stock, and work that runs together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from secrets import token_hex
from threading import Barrier
from typing import TypeVar
from uuid import UUID

from django.db import connections

from kernel.audit.actor import Actor
from kernel.catalogue.models import Product, Variant
from kernel.inventory.models import Location, StockItem
from kernel.inventory.services import StockLine, default_location, receive
from kernel.tenancy.context import TenantThreadPool

R = TypeVar("R")
ACTOR = Actor.system("tests")
MOST_THREADS = 16


def make_location(name: str = "", **particulars: object) -> Location:
    """Open a location with a code of its own."""
    code = f"place-{token_hex(4)}"
    return Location.objects.create(code=code, name=name or code, **particulars)


def make_stocked(
    *quantities: int, out_of_stock: str = "refuse", oversell_limit: int = 0, **product: object
) -> Variant:
    """Make a variant that has these quantities, one at each location by priority.

    The first quantity lies at the first location; without any, no stock is kept.
    """
    handle = f"thing-{token_hex(6)}"
    made = Product.objects.create(
        **{"handle": handle, "title": f"Thing {handle}", "status": "active"} | product
    )
    variant: Variant = Variant.objects.create(
        product=made,
        sku=handle.upper(),
        is_default=True,
        out_of_stock=out_of_stock,
        oversell_limit=oversell_limit,
    )
    if quantities:
        put(variant.pk, dict(zip(places(len(quantities)), quantities, strict=True)))
    return variant


def places(number: int) -> list[UUID]:
    """Return so many active locations by priority, opening those that are missing."""
    default_location()
    active = Location.objects.filter(is_active=True).order_by("priority", "id")
    while active.count() < number:
        make_location(priority=100 + active.count())
    return [place.pk for place in active[:number]]


def put(variant_id: UUID, quantities: dict[UUID, int]) -> None:
    """Receive a variant at locations; nothing stays nothing, but is kept as stock."""
    lines = [StockLine(variant_id, place, number) for place, number in quantities.items()]
    if kept := [line for line in lines if line.quantity]:
        receive(kept, reason="opening stock", actor=ACTOR)
    for line in lines:
        StockItem.objects.get_or_create(variant_id=variant_id, location_id=line.location_id)


def stock_of(variant_id: UUID) -> tuple[int, int, int]:
    """Return what is on hand, allocated and reserved of a variant everywhere."""
    rows = StockItem.objects.filter(variant_id=variant_id).values_list(
        "on_hand", "allocated", "reserved"
    )
    return (sum(r[0] for r in rows), sum(r[1] for r in rows), sum(r[2] for r in rows))


def together(works: Sequence[Callable[[], R]], *, threads: int = MOST_THREADS) -> list[R]:
    """Run works on real connections, as many at once as there are threads.

    Every thread begins at the same moment; each has a connection of its own.
    """
    width = min(threads, len(works))
    start = Barrier(width)

    def run(mine: Sequence[tuple[int, Callable[[], R]]]) -> list[tuple[int, R]]:
        try:
            start.wait(timeout=180)
            return [(place, work()) for place, work in mine]
        finally:
            connections.close_all()

    shares = [list(enumerate(works))[index::width] for index in range(width)]
    with TenantThreadPool(width) as pool:
        done = [pair for share in pool.map(run, shares) for pair in share]
    return [result for _place, result in sorted(done, key=lambda pair: pair[0])]
