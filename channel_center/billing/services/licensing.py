"""Licences, and the grants of the registry that follow them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from channel_center.billing.choices import SubscriptionState
from channel_center.billing.models import Licence, Offer, Subscription
from channel_center.billing.services.quoting import editions_of, refuse_missing
from channel_center.billing.services.supporting import write_support
from channel_center.billing.values import READ_ONLY_DAYS, Dunning
from kernel.audit.actor import Actor
from tenants.services.grants import end_from, give

SOURCE: Final = "licence"
PRIORITY: Final = 10


def ends_of(
    subscription: Subscription, dunning: Dunning
) -> tuple[datetime | None, datetime | None]:
    """Return from when what a subscription gives is read-only, and from when it is off.

    What is renewed by itself stays until the days for paying are over.
    """
    end = subscription.current_end
    if end is None:
        return None, None
    renews = subscription.state != SubscriptionState.TRIALING and not subscription.cancel_at_end
    if not renews:
        return end, end + timedelta(days=READ_ONLY_DAYS)
    read_only, closed = dunning.read_only, dunning.closed
    if subscription.arrears_of:
        closed += dunning.partner_days - read_only
        read_only = dunning.partner_days
    stop = max(end + timedelta(days=read_only), subscription.due_until or end)
    return stop, stop + timedelta(days=max(closed - read_only, 0))


def write_licences(subscription: Subscription, *, dunning: Dunning, actor: Actor) -> list[Licence]:
    """Bring a shop's licences and grants in line with a subscription that is locked.

    Raises:
        FeatureMissing: the release does not carry the module.
    """
    offer = Offer.objects.select_related("edition__product").get(id=subscription.offer_id)
    ends_at, off_at = ends_of(subscription, dunning)
    editions = {e.product.feature: e for e in editions_of(offer) if e.product.feature}
    for former in subscription.licences.exclude(feature__in=list(editions)):
        _end_grant(former, actor=actor)
        Licence.objects.filter(id=former.id).update(revoked_at=subscription.current_start)
    written = []
    for feature, edition in editions.items():
        refuse_missing(feature)
        licence, _made = Licence.objects.get_or_create(
            subscription=subscription,
            feature=feature,
            defaults={
                "tenant_id": subscription.tenant_id,
                "product": edition.product,
                "edition": edition,
                "starts_at": subscription.current_start,
            },
        )
        before = licence.grant_source
        licence.edition, licence.product = edition, edition.product
        licence.ends_at, licence.off_at, licence.revoked_at = ends_at, off_at, None
        licence.grant_source = f"{licence.id.hex}:{subscription.version}"
        licence.save()
        give(
            subscription.tenant_id,
            feature,
            source_type=SOURCE,
            source_id=licence.grant_source,
            actor=actor,
            starts_at=licence.starts_at,
            ends_at=ends_at,
            off_at=off_at,
            edition=edition.code,
            limits={
                name: int(value) * subscription.quantity for name, value in edition.limits.items()
            },
            priority=PRIORITY,
        )
        if before and before != licence.grant_source:
            end_from(
                subscription.tenant_id, feature, source_type=SOURCE, source_id=before, actor=actor
            )
        written.append(licence)
    _support_follows(subscription)
    return written


def end_licences(subscription: Subscription, *, at: datetime, actor: Actor) -> None:
    """End what a subscription gave, now."""
    for licence in subscription.licences.filter(revoked_at=None):
        _end_grant(licence, actor=actor)
        Licence.objects.filter(id=licence.id).update(revoked_at=at, ends_at=at, off_at=at)
    _support_follows(subscription)


def _support_follows(subscription: Subscription) -> None:
    product = subscription.product
    write_support(subscription.tenant_id, product.supports_id or product.id)


def _end_grant(licence: Licence, *, actor: Actor) -> None:
    if licence.grant_source:
        end_from(
            licence.tenant_id,
            licence.feature,
            source_type=SOURCE,
            source_id=licence.grant_source,
            actor=actor,
        )
