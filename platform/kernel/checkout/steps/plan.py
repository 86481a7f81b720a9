"""Takes no more orders in a month than the shop's plan allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from kernel.checkout.drafts import Draft, PipelineContext, open_drafts
from kernel.orders.models import Order
from kernel.quotas.meters import Meter
from kernel.quotas.services import is_metered, take_each

if TYPE_CHECKING:
    from kernel.checkout.writing import Placed

ORDERS: Final = "orders"
CLAIM: Final = "plan"
ORDER: Final = 945


def claim_place(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Have what is placed counted, where something limits it."""
    if context.is_placing and is_metered(ORDERS):
        for draft in open_drafts(drafts):
            draft.claims.add(CLAIM)


def take_place(placed: Sequence[Placed], context: PipelineContext) -> None:
    """Count the orders of a batch; what the plan has no place for is refused."""
    fits = take_each(ORDERS, [len(each.parts) for each in placed], now=context.now)
    for each, does_fit in zip(placed, fits, strict=True):
        if not does_fit:
            each.draft.refuse(
                "checkout.closed_for_now", _("The shop takes no orders at the moment.")
            )


def _counted(start: datetime | None, end: datetime | None) -> int:
    return Order.objects.filter(placed_at__gte=start, placed_at__lt=end).count()


METER: Final = Meter(
    code=ORDERS,
    label=_("Orders of the month"),
    at_limit=_("The shop stays open, but takes no more orders until the next month."),
    counted=_counted,
    begins_anew=True,
)
