"""Whether the books of a tenant add up: what `stoa doctor` asks of each centre that keeps some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from config.cli import runtime

if TYPE_CHECKING:
    from kernel.tenancy.context import TenantRef

Row: TypeAlias = dict[str, str]
"""``check``, ``subject``, ``expected`` and ``found``."""

COLUMNS: Final = ("tenant", "check", "subject", "expected", "found")


def stock() -> list[Row]:
    """Each figure of a stock item is the sum of its rows."""
    from kernel.common.ids import public_id
    from kernel.inventory.selectors import faults

    return [
        {
            "check": f"{fault.figure}_is_sum_of_rows",
            "subject": public_id("stk", fault.stock_item_id),
            "expected": str(fault.rows),
            "found": str(fault.kept),
        }
        for fault in faults()
    ]


def relations() -> list[Row]:
    """Everybody stands below exactly those whom the sponsors' rows lead to."""
    from kernel.common.ids import public_id
    from kernel.relations.closure import differences

    return [
        {
            "check": "pairs_follow_from_sponsors",
            "subject": f"{public_id('mem', above)} > {public_id('mem', below)}",
            "expected": "" if what == "left over" else str(depth),
            "found": str(depth) if what == "left over" else "",
        }
        for what, above, below, depth in differences()
    ]


def orders() -> list[Row]:
    """Each figure of an order is explained by its timeline."""
    from kernel.orders.timeline import verify

    return [
        {
            "check": "figures_are_explained",
            "subject": f"{each.number} {each.figure}",
            "expected": str(each.by_timeline),
            "found": str(each.on_order),
        }
        for each in verify()
    ]


def ledger() -> list[Row]:
    """Each asset adds up to zero, each balance is the sum of its postings."""
    from dataclasses import asdict

    from kernel.ledger.services.checks import verify

    return [asdict(finding) for finding in verify()]


BOOKS: Final[dict[str, Callable[[], list[Row]]]] = {
    "ledger": ledger,
    "stock": stock,
    "orders": orders,
    "relations": relations,
}


def tenants(named: str | None) -> Iterator[TenantRef]:
    """Yield the tenant of that name, or every tenant."""
    from kernel.tenancy.context import public_context
    from kernel.tenancy.ports import directory

    if named is not None:
        yield runtime.tenant_named(named)
        return
    with public_context():
        refs = [directory().by_id(tenant_id) for tenant_id in directory().all_ids()]
    yield from refs


def found_in(tenant: TenantRef, book: str) -> list[Row]:
    """Return what does not add up in one of a tenant's books."""
    from kernel.tenancy.context import tenant_context

    with tenant_context(tenant):
        return BOOKS[book]()
