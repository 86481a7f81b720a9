"""What a shop chose about its stock."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.inventory.choices import RoutingRule
from kernel.inventory.errors import InvalidStockPolicy
from kernel.inventory.models import StockPolicy


def current_stock_policy() -> StockPolicy:
    """Return the shop's choices, or what holds while nothing was chosen; one query."""
    return StockPolicy.objects.filter(pk=1).first() or StockPolicy()


@transaction.atomic
def set_stock_policy(*, routing: str, actor: Actor) -> StockPolicy:
    """Choose which locations serve orders from now on; what is promised stays where it is.

    Raises:
        InvalidStockPolicy: there is no such rule.
    """
    if routing not in RoutingRule.values:
        raise InvalidStockPolicy(_("Choose one of the values offered."), field="routing")
    StockPolicy.objects.bulk_create([StockPolicy()], ignore_conflicts=True)
    row = StockPolicy.objects.select_for_update().get(pk=1)
    if row.routing == routing:
        return row
    before, row.routing = row.routing, routing
    row.save(update_fields=["routing"])
    record(
        action="inventory.policy_changed",
        actor=actor,
        obj=row,
        before={"routing": before},
        after={"routing": routing},
    )
    return row
