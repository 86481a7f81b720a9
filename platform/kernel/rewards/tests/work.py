"""What the children of kill tests do."""

from __future__ import annotations

from uuid import UUID

from kernel.rewards.models import DueOrder, Programme, SettledLine
from kernel.rewards.services import credit, crediting, open_programme, settle, settling
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory

ORDERS = 60
RANGE = 11
LINES = ORDERS * 9


def settle_all(*, tenant: str, name: str) -> int:
    """Settle the orders of a programme in small ranges and credit what they pay.

    Returns:
        How many lines there are.
    """
    settling.RANGE = RANGE
    crediting.RANGE = 2
    with public_context():
        ref = directory().by_id(UUID(tenant))
    with tenant_context(ref):
        programme = Programme.objects.get(name=name)
        run = settle(programme, "kill")
        credit(run.id)
        return SettledLine.objects.filter(settlement=run.id).count()


def due(name: str) -> Programme:
    """Open a programme of nine levels with orders that are due."""
    programme = open_programme(name, ["BD-03"], money=f"money_{name}")
    path = [UUID(int=at + 1) for at in range(9)]
    DueOrder.objects.bulk_create(
        DueOrder(
            programme=programme, order_key=f"{name}-{at}", buyer_id=UUID(int=99),
            base_minor=10_000 + at, path=path,
        )
        for at in range(ORDERS)
    )  # fmt: skip
    return programme
