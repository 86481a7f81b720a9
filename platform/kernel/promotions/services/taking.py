"""Members come by coupons, and lose them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.members.selectors import visible_members
from kernel.orders.choices import OrderStatus, PaymentStatus
from kernel.orders.models import Order, OrderGroup
from kernel.pricing.audience import includes
from kernel.pricing.groups import groups_of
from kernel.pricing.values import Buyer
from kernel.promotions.choices import Channel, CouponState
from kernel.promotions.errors import (
    AllTaken,
    InvalidPromotion,
    NotOffered,
    NotRevocable,
    TakenBefore,
    UnknownCode,
    UnknownCoupon,
    UnknownTemplate,
)
from kernel.promotions.events import CouponsTaken
from kernel.promotions.models import Coupon, CouponCode, CouponTemplate
from kernel.promotions.points import pay_points, return_points
from kernel.promotions.services.coupons import normal_code

GIVE: Final = "coupons.give"
MOST_GIVEN: Final = 1_000
_EXPIRED_AT_ONCE: Final = 5_000
_ON_PAGES: Final = (Channel.PAGE, Channel.POPUP, Channel.POINTS)

_EXPIRE: Final = """
UPDATE promotions_coupon SET state = 'expired' WHERE id IN (
  SELECT id FROM promotions_coupon WHERE state = 'unused' AND valid_until <= %s
   LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


def take(template_id: UUID, *, member_id: UUID, now: datetime) -> Coupon:
    """Take a coupon from a page, for nothing or for points.

    Raises:
        UnknownTemplate, NotOffered: it cannot be had here.
        AllTaken, TakenBefore: there are none left, or none for this member.
        NotEnoughPoints: it costs more points than the member has.
    """
    return _take(template_id, member_id=member_id, ways=_ON_PAGES, now=now)


@transaction.atomic
def redeem(code: str, *, member_id: UUID, now: datetime) -> Coupon:
    """Turn a code into a coupon; a code of a batch is used by it.

    Raises:
        UnknownCode: it is nobody's, or was used.
        NotOffered, AllTaken, TakenBefore: its coupon cannot be had.
    """
    wanted = normal_code(code)
    shared = CouponTemplate.objects.filter(code=wanted).values_list("pk", flat=True).first()
    if wanted and shared is not None:
        return _take(shared, member_id=member_id, ways=(Channel.CODE,), now=now)
    row = (
        CouponCode.objects.select_for_update(of=("self",))
        .select_related("batch")
        .filter(code=wanted)
        .first()
    )
    if row is None or row.redeemed_at is not None:
        raise UnknownCode
    coupon = _take(
        row.batch.template_id, member_id=member_id, ways=(Channel.CODE,), now=now, is_batch=True
    )
    row.coupon, row.redeemed_at = coupon, now
    row.save(update_fields=["coupon", "redeemed_at"])
    return coupon


@transaction.atomic
def give(
    template_id: UUID, member_ids: Sequence[UUID], *, actor: Actor, now: datetime
) -> list[Coupon]:
    """Give each of some members a coupon, beyond the limit for each: all of them, or none.

    Raises:
        UnknownTemplate: there is none.
        NotOffered: it is switched off or over.
        AllTaken: there are too few left.
        InvalidPromotion: too many members, or one that is unknown.
    """
    wanted = list(dict.fromkeys(member_ids))
    if not 0 < len(wanted) <= MOST_GIVEN:
        raise InvalidPromotion(_("One to a thousand members are expected."), field="members")
    # Whoever looks after some members gives to them alone.
    known = visible_members(GIVE).filter(pk__in=wanted, anonymised_at=None).count()
    if known < len(wanted):
        raise InvalidPromotion(_("There is no such member."), field="members")
    template = _locked(template_id)
    if not is_open(template, now=now):
        raise NotOffered
    made = _make(template, wanted, channel=Channel.STAFF, now=now)
    record(
        action="coupon.given",
        actor=actor,
        obj=template,
        after={"members": len(wanted)},
        now=now,
    )
    return made


@transaction.atomic
def welcome(member_id: UUID, *, now: datetime) -> list[Coupon]:
    """Give a new member every coupon that joining brings; once, and what is left."""
    rows = CouponTemplate.objects.filter(
        is_active=True, channels__contains=[Channel.REGISTER.value]
    )
    found: list[Coupon] = []
    for key in rows.order_by("pk").values_list("pk", flat=True):
        template = _locked(key)
        held = Coupon.objects.filter(template=template, member_id=member_id)
        if held.exists() or _left(template) == 0 or not is_open(template, now=now):
            continue
        found += _make(template, [member_id], channel=Channel.REGISTER, now=now)
    return found


@transaction.atomic
def reward(group_id: UUID, *, now: datetime) -> list[Coupon]:
    """Give whoever has paid a purchase the coupons that this brings; once, and what is left.

    A purchase of several orders brings them when the last one is paid.
    """
    group = OrderGroup.objects.filter(pk=group_id, member__isnull=False).first()
    rows = CouponTemplate.objects.filter(
        is_active=True, channels__contains=[Channel.PAID.value]
    ).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)) if group is not None else []
    if not keys or group is None or group.member_id is None:
        return []
    orders = Order.objects.filter(group=group).exclude(status=OrderStatus.CANCELLED)
    if orders.exclude(payment_status=PaymentStatus.PAID).exists():
        return []
    worth = orders.aggregate(all=Sum("total_minor"))["all"] or 0
    found: list[Coupon] = []
    for key in keys:
        template = _locked(key)
        held = Coupon.objects.filter(template=template, member_id=group.member_id)
        may_have = (
            is_open(template, now=now)
            and _left(template) != 0
            and template.currency == group.currency
            and worth >= max(1, template.paid_from_minor)
            and held.count() < template.per_member
            and not Coupon.objects.filter(template=template, earned_with=group_id).exists()
            and includes(template.audience, _buyer(template, group.member_id))
        )
        if may_have:
            found += _make(
                template, [group.member_id], channel=Channel.PAID, now=now, earned_with=group_id
            )
    return found


@transaction.atomic
def take_back(group_id: UUID) -> int:
    """Withdraw what a purchase had brought and is unused, once nothing of it is left or paid."""
    kept = Order.objects.filter(group=group_id).exclude(
        Q(status=OrderStatus.CANCELLED) | Q(payment_status=PaymentStatus.REFUNDED)
    )
    if kept.exists():
        return 0
    rows = Coupon.objects.filter(earned_with=group_id, state=CouponState.UNUSED)
    return rows.update(state=CouponState.REVOKED)


@transaction.atomic
def revoke(coupon_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Coupon:
    """Withdraw a coupon that is not in use; what it cost comes back.

    Raises:
        UnknownCoupon: there is none.
        NotRevocable: it is used, in an order, or over.
    """
    mine = Coupon.objects.filter(pk=coupon_id, member__in=visible_members(GIVE))
    row = mine.select_for_update(of=("self",)).first()
    if row is None:
        raise UnknownCoupon
    if row.state != CouponState.UNUSED:
        raise NotRevocable
    row.state = CouponState.REVOKED
    row.save(update_fields=["state"])
    if row.points:
        return_points(row.pk, reason=reason, now=now)
    record(
        action="coupon.revoked",
        actor=actor,
        obj=("coupon", row.public_id),
        before={"state": CouponState.UNUSED.value},
        after={"state": row.state},
        reason=reason,
        now=now,
    )
    return row


@transaction.atomic
def expire(*, now: datetime) -> int:
    """Mark some coupons whose time is over; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, [now, _EXPIRED_AT_ONCE])
        return int(cursor.rowcount)


@transaction.atomic
def _take(
    template_id: UUID,
    *,
    member_id: UUID,
    ways: Sequence[Channel],
    now: datetime,
    is_batch: bool = False,
) -> Coupon:
    template = _locked(template_id)
    open_ways = [way for way in ways if is_batch or way in template.channels]
    if not open_ways or not is_open(template, now=now):
        raise NotOffered
    if not includes(template.audience, _buyer(template, member_id)):
        raise NotOffered
    held = Coupon.objects.filter(template=template, member_id=member_id).count()
    if held >= template.per_member:
        raise TakenBefore(most=template.per_member)
    points = template.points if open_ways[0] == Channel.POINTS else 0
    [coupon] = _make(template, [member_id], channel=open_ways[0], now=now, points=points)
    if points:
        pay_points(member_id, points, coupon_id=coupon.pk, now=now)
    return coupon


def is_open(template: CouponTemplate, *, now: datetime) -> bool:
    """Tell whether coupons of a kind can be had at a moment, in whatever way."""
    begun = template.takes_from is None or template.takes_from <= now
    is_over = template.takes_until is not None and template.takes_until <= now
    return template.is_active and begun and not is_over and not _ended(template, now=now)


def span_of(template: CouponTemplate, *, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when a coupon can be used that somebody gets now."""
    begins = max(now, template.valid_from or now)
    return begins, template.valid_until or begins + timedelta(days=template.valid_days or 0)


def _locked(template_id: UUID) -> CouponTemplate:
    """Return a template that nobody else gives out until the end of the transaction."""
    row = CouponTemplate.objects.select_for_update(no_key=True).filter(pk=template_id).first()
    if row is None:
        raise UnknownTemplate
    return row


def _ended(template: CouponTemplate, *, now: datetime) -> bool:
    return template.valid_until is not None and template.valid_until <= now


def _left(template: CouponTemplate) -> int | None:
    return None if template.total is None else template.total - template.taken_count


def _buyer(template: CouponTemplate, member_id: UUID) -> Buyer:
    if not template.audience.get("groups"):
        return Buyer(member_id)
    return Buyer(member_id, groups_of([member_id])[member_id])


def _make(
    template: CouponTemplate,
    member_ids: Sequence[UUID],
    *,
    channel: Channel,
    now: datetime,
    points: int = 0,
    earned_with: UUID | None = None,
) -> list[Coupon]:
    left = _left(template)
    if left is not None and left < len(member_ids):
        raise AllTaken
    template.taken_count += len(member_ids)
    template.save(update_fields=["taken_count"])
    begins, ends = span_of(template, now=now)
    made = Coupon.objects.bulk_create(
        [
            Coupon(
                template=template,
                member_id=member_id,
                channel=channel,
                taken_at=now,
                valid_from=begins,
                valid_until=ends,
                points=points,
                earned_with=earned_with,
            )
            for member_id in member_ids
        ]
    )
    publish(
        CouponsTaken(template_id=template.pk, member_ids=list(member_ids), channel=channel.value),
        aggregate=f"coupons:{made[0].pk.hex}",
    )
    return made
