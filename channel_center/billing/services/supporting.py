"""Updates and support of what was bought for good: included for a time, then paid by the year.

Source: channel.md §2.1, "perpetual = licence with ``support_until``; updates and support are
a yearly offer". Support that is bought while some is included begins where that ends.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max

from channel_center.billing.choices import FOR_GOOD, OPEN_STATES, SubscriptionState
from channel_center.billing.errors import NotSellable
from channel_center.billing.models import Licence, Product, Subscription
from channel_center.billing.periods import add_months


def begins_with(tenant_id: UUID, product: Product, *, now: datetime) -> datetime | None:
    """Return where support that is bought now begins; None for anything else.

    Raises:
        NotSellable: the shop has nothing for good that it would be for.
    """
    if product.supports_id is None:
        return None
    owned = _owned(tenant_id, product.supports_id)
    if not owned:
        raise NotSellable(reason="nothing_to_support")
    return max([now, *(each.support_until for each in owned if each.support_until)])


def write_support(tenant_id: UUID, product_id: UUID) -> None:
    """Say until when a shop's licences for good of a product are supported."""
    paid = (
        Subscription.objects.filter(
            tenant=tenant_id, product__supports=product_id, state__in=OPEN_STATES
        )
        .exclude(state=SubscriptionState.TRIALING)
        .aggregate(end=Max("current_end"))["end"]
    )
    for licence in _owned(tenant_id, product_id):
        sold = licence.subscription
        months = sold.offer.support_months
        included = add_months(sold.current_start, months) if months else None
        until = max((each for each in (included, paid) if each is not None), default=None)
        if until != licence.support_until:
            Licence.objects.filter(id=licence.id).update(support_until=until)


def _owned(tenant_id: UUID, product_id: UUID) -> list[Licence]:
    """Return what a shop has of a product for good."""
    return list(
        Licence.objects.filter(
            tenant=tenant_id,
            subscription__product=product_id,
            subscription__offer__term__in=FOR_GOOD,
            subscription__state__in=OPEN_STATES,
            revoked_at=None,
        ).select_related("subscription__offer")
    )
