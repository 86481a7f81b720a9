"""Keeps with an order what its buyer saw in another currency, and by which rate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from kernel.checkout.drafts import Draft, PipelineContext, open_drafts
from kernel.common.money import Money
from kernel.i18n.converting import converted
from kernel.i18n.models import ShownRate
from kernel.i18n.showing import shown_currency
from kernel.tenancy.context import current_tenant

if TYPE_CHECKING:
    from kernel.checkout.writing import Placed

SHOWN: Final = "shown"
ORDER: Final = 940
"""After everything that changes what there is to pay."""


def ask_for_rate(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Have the rate kept of what is placed by somebody who sees another currency."""
    if not context.is_placing or shown_currency() is None:
        return
    own = current_tenant().currency
    for draft in open_drafts(drafts):
        if draft.currency == own:
            draft.claims.add(SHOWN)


def keep_rate(placed: Sequence[Placed], context: PipelineContext) -> None:
    """Write down what was seen; one statement."""
    offer = shown_currency()
    if offer is None:
        return
    ShownRate.objects.bulk_create(
        [
            ShownRate(
                group_id=each.group_id,
                code=offer.code,
                rate=Decimal(offer.rate),
                total_minor=converted(Money(each.total, each.draft.currency), offer).minor,
                at=context.now,
            )
            for each in placed
        ]
    )
