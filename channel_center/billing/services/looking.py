"""Looks at subscriptions on their days: renews, asks again, restricts what stays unpaid.

Source of the days: channel.md §2.6. Each subscription is looked at by itself, so one that
is unpaid stops nothing that is paid.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from channel_center.billing.choices import (
    OPEN_STATES,
    NoticeKind,
    ProductKind,
    SubscriptionState,
)
from channel_center.billing.errors import (
    InsufficientFunds,
    InvalidPrice,
    NotAvailableNow,
    ShopMoving,
    UnknownOffer,
    UnknownSale,
)
from channel_center.billing.models import Notice, Subscription
from channel_center.billing.services.dunning import dunning_for
from channel_center.billing.services.licensing import ends_of, write_licences
from channel_center.billing.services.metering import charge_use, is_by_use
from channel_center.billing.services.renewing import is_due, renew
from channel_center.billing.services.selling import locked_subscription
from channel_center.billing.services.telling import tell_standing
from channel_center.billing.values import Dunning
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.tenancy.context import public_context
from tenants.choices import HoldKind, HoldLevel
from tenants.services.states import place_hold, release_hold

CLOCK = Actor.system("billing")
_AT_ONCE = 200
_MOVING_FOR = timedelta(minutes=30)
_LONGEST_EXTENSION = timedelta(days=90)
_log = structlog.get_logger(__name__)


@public_context()
def look_at_due(*, now: datetime) -> int:
    """Look at all subscriptions whose time has come, the oldest first; return how many.

    One that fails for a reason of its own does not keep the others waiting; a shop that is
    being moved is looked at again soon.
    """
    due = Subscription.objects.filter(next_look_at__lte=now).order_by("next_look_at", "id")
    keys = list(due.values_list("id", flat=True)[:_AT_ONCE])
    for key in keys:
        try:
            look(key, now=now)
        except ShopMoving:
            Subscription.objects.filter(id=key).update(next_look_at=now + _MOVING_FOR)
        except DomainError as refusal:
            _log.warning("subscription_not_looked_at", subscription=str(key), code=refusal.code)
            Subscription.objects.filter(id=key).update(next_look_at=now + timedelta(days=1))
    return len(keys)


@public_context()
def look(subscription_id: UUID, *, now: datetime) -> Subscription:
    """Do what is due to one subscription at a moment; done again nothing more happens.

    Raises:
        UnknownSale: there is none.
    """
    with transaction.atomic():
        subscription = locked_subscription(subscription_id)
        at, end = subscription.next_look_at, subscription.current_end
        if at is None or at > now or end is None:
            return subscription
        waits = subscription.due_until is not None and subscription.due_until > now
        if not is_due(subscription, now=now) or waits:
            return _without_payment(subscription, end, now=now)
    return _with_payment(subscription_id, now=now)


def _without_payment(subscription: Subscription, end: datetime, *, now: datetime) -> Subscription:
    """Tell of an end that is near, or end what is not renewed."""
    dunning = dunning_for(subscription)
    if end <= now and subscription.due_until is not None and subscription.due_until > now:
        subscription.next_look_at = subscription.due_until
    elif end <= now:
        if is_by_use(subscription):
            # The last period: who has not enough owes it, as nothing goes on that could stop.
            charge_use(subscription, until=end, now=now, actor=CLOCK, may_owe=True)
        is_trial = subscription.state == SubscriptionState.TRIALING
        over = SubscriptionState.EXPIRED if is_trial else SubscriptionState.CANCELED
        _enter(subscription, over, NoticeKind.READ_ONLY, day=0, now=now)
        subscription.next_look_at = None
    else:
        days = {day: end - timedelta(days=day) for day in dunning.notices}
        if near := [day for day, moment in days.items() if moment <= now]:
            _tell(subscription, NoticeKind.EXPIRING, day=-min(near), now=now)
        subscription.next_look_at = min([*(each for each in days.values() if each > now), end])
    subscription.save(update_fields=["state", "next_look_at"])
    return subscription


@public_context()
@transaction.atomic
def extend(
    subscription_id: UUID, *, until: datetime, actor: Actor, now: datetime, reason: str = ""
) -> Subscription:
    """Let a shop pay later: nothing is asked and nothing restricted until then.

    Raises:
        UnknownSale: there is none, or it has ended.
        InvalidPrice: a moment that is over, or more than 90 days away.
    """
    subscription = locked_subscription(subscription_id)
    if subscription.state not in OPEN_STATES or subscription.current_end is None:
        raise UnknownSale
    if not now < until <= now + _LONGEST_EXTENSION:
        raise InvalidPrice(field="until")
    subscription.due_until = subscription.next_look_at = until
    subscription.version += 1
    if subscription.state == SubscriptionState.GRACE:
        subscription.state = SubscriptionState.PAST_DUE
    if subscription.hold_id is not None:
        release_hold(subscription.hold_id, actor=actor)
        subscription.hold_id = None
    subscription.save()
    write_licences(subscription, dunning=dunning_for(subscription), actor=actor)
    record(
        action="billing.extended",
        actor=actor,
        obj=("subscription", subscription.public_id),
        after={"until": until.isoformat()},
        reason=reason,
    )
    return subscription


def _with_payment(subscription_id: UUID, *, now: datetime) -> Subscription:
    arrears = ""
    try:
        renew(subscription_id, actor=CLOCK, now=now)
    except InsufficientFunds:
        arrears = "shop"
    except (NotAvailableNow, UnknownOffer):
        # The shop could have paid: it gets the longer time.
        arrears = "partner"
    with transaction.atomic():
        subscription = locked_subscription(subscription_id)
        if not arrears:
            _tell(subscription, NoticeKind.RENEWED, day=0, now=now)
        else:
            _unpaid(subscription, arrears, now=now)
        return subscription


def _unpaid(subscription: Subscription, arrears: str, *, now: datetime) -> None:
    end = subscription.current_end
    if end is None:
        return
    dunning, whose = dunning_for(subscription), "partner" if arrears == "partner" else ""
    if subscription.arrears_of != whose or subscription.due_since is None:
        subscription.arrears_of, subscription.due_since = whose, end
        subscription.version += 1
        subscription.save(update_fields=["arrears_of", "due_since", "version"])
        write_licences(subscription, dunning=dunning, actor=CLOCK)
    stop, off = ends_of(subscription, dunning)
    if off is not None and now >= off:
        _enter(subscription, SubscriptionState.EXPIRED, NoticeKind.CLOSED, day=0, now=now)
        _hold(subscription, HoldLevel.CLOSED)
        subscription.next_look_at = None
    elif stop is not None and now >= stop:
        _enter(subscription, SubscriptionState.GRACE, NoticeKind.READ_ONLY, day=0, now=now)
        _hold(subscription, HoldLevel.READ_ONLY)
        subscription.next_look_at = off
    else:
        late = (now - end).days
        _enter(subscription, SubscriptionState.PAST_DUE, NoticeKind.PAST_DUE, day=late, now=now)
        subscription.next_look_at = _next_try(end, stop, dunning, now=now)
    subscription.save(update_fields=["state", "next_look_at", "hold_id"])


def _next_try(
    end: datetime, stop: datetime | None, dunning: Dunning, *, now: datetime
) -> datetime | None:
    """Return when the balance is asked again; at the latest when something is restricted."""
    tries = (end + timedelta(days=day) for day in sorted(dunning.retries))
    return min([*(each for each in tries if each > now), *([stop] if stop else [])], default=None)


def _enter(
    subscription: Subscription,
    state: SubscriptionState,
    kind: NoticeKind,
    *,
    day: int,
    now: datetime,
) -> None:
    before = subscription.state
    subscription.state = state
    _tell(subscription, kind, day=day, now=now)
    if before != state:
        record(
            action="billing.state_changed",
            actor=CLOCK,
            obj=("subscription", subscription.public_id),
            before={"state": str(before)},
            after={"state": str(state)},
        )
        tell_standing(subscription)


def _hold(subscription: Subscription, level: HoldLevel) -> None:
    """Hold a shop back whose plan is unpaid; a module that is unpaid holds nothing else back.

    What a partner did not pay for is a hold of the channel's, not of the shop's own doing.
    """
    if subscription.product.kind != ProductKind.PLAN:
        return
    former = subscription.hold_id
    kind = HoldKind.CHANNEL if subscription.arrears_of else HoldKind.BILLING
    hold = place_hold(subscription.tenant_id, kind=kind, level=level, reason="", actor=CLOCK)
    subscription.hold_id = hold.pk
    if former is not None:
        release_hold(former, actor=CLOCK)


def _tell(subscription: Subscription, kind: NoticeKind, *, day: int, now: datetime) -> None:
    """Note once for each occasion what the shop is told on its pages."""
    if subscription.current_end is None:
        return
    Notice.objects.bulk_create(
        [
            Notice(
                subscription=subscription,
                kind=kind,
                period_end=subscription.current_end,
                day=day,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
