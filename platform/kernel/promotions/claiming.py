"""Takes budgets and coupons for orders that are being placed, and gives them back.

Promotions are locked first, then codes, kinds of coupons and coupons, each in the order of
primary keys, and all after stock: so does whoever places, and so does whoever cancels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kernel.checkout.drafts import Draft, DraftLine, PipelineContext, Reason
from kernel.checkout.writing import Placed, PlacedPart
from kernel.common.ids import public_id
from kernel.common.money import BASIS_POINTS
from kernel.orders.hooks import HookContext
from kernel.promotions.book import current_book
from kernel.promotions.choices import CouponState
from kernel.promotions.coded import coded_in, refuse_code
from kernel.promotions.discounts import applied_to
from kernel.promotions.evaluation import Applied, Budgets
from kernel.promotions.making import Making
from kernel.promotions.models import Coupon, Promotion, Use
from kernel.promotions.offers import COUPON, Limits
from kernel.promotions.reading import own_uses

_COUNT: Final = """
UPDATE promotions_promotion p SET used_count = greatest(p.used_count + t.uses, 0),
       used_minor = greatest(p.used_minor + t.minor, 0)
  FROM unnest(%s::uuid[], %s::int[], %s::bigint[]) AS t (id, uses, minor)
 WHERE p.id = t.id
"""
_LOCK_COUPONS: Final = """
UPDATE promotions_coupon c SET state = 'locked', group_id = t.group_id
  FROM unnest(%s::uuid[], %s::uuid[]) AS t (id, group_id)
 WHERE c.id = t.id
"""
_SPEND: Final = """
UPDATE promotions_coupon SET state = 'used', used_at = %s
 WHERE state = 'locked'
   AND group_id IN (SELECT o.group_id FROM orders_order o WHERE o.id = ANY(%s))
"""
_RETURN_USES: Final = """
UPDATE promotions_use SET returned_at = %s
 WHERE order_id = ANY(%s) AND returned_at IS NULL
RETURNING promotion_id, group_id, minor
"""
_STILL_USED: Final = """
SELECT DISTINCT promotion_id, group_id FROM promotions_use
 WHERE group_id = ANY(%s) AND promotion_id = ANY(%s) AND returned_at IS NULL
"""
_RETURN_COUPONS: Final = """
UPDATE promotions_coupon c
   SET state = CASE WHEN c.valid_until <= %s THEN 'expired' ELSE 'unused' END,
       group_id = NULL, used_at = NULL
  FROM (
    SELECT held.id FROM promotions_coupon held
     WHERE held.group_id = ANY(%s) AND held.state IN ('locked', 'used')
       AND NOT EXISTS (
         SELECT FROM orders_order o
          WHERE o.group_id = held.group_id AND o.status <> 'cancelled'
       )
     ORDER BY held.id FOR UPDATE
  ) AS free
 WHERE c.id = free.id
"""


@dataclass(slots=True)
class _Taken:
    """What one discount took off the orders of a group.

    Attributes:
        minor: by order, each with what the seller bears.
    """

    applied: Applied
    orders: dict[UUID, tuple[int, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(minor for minor, _seller in self.orders.values())

    @property
    def is_coupon(self) -> bool:
        return self.applied.offer.source.startswith(f"{COUPON}.")


def take_claims(placed: Sequence[Placed], context: PipelineContext) -> None:
    """Take what drafts use of budgets and coupons; refuse those that came too late."""
    taken = {each.group_id: list(_taken(each)) for each in placed}
    _take_budgets(placed, taken)
    _take_coupons(placed, taken, now=context.now)
    uses = [
        _use(each, one, order_id, now=context.now)
        for each in placed
        if not each.draft.refusals
        for one in taken[each.group_id]
        for order_id in one.orders
    ]
    Use.objects.bulk_create(uses)


def spend_coupons(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Note that the coupons in orders that were paid are used for good."""
    if not current_book().is_used:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [context.now, list(order_ids)])


def give_back(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Give back what cancelled orders had used: budgets, and coupons unless they expired.

    A coupon comes back when no order of its group is left.
    """
    if not current_book().is_used:
        return
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_USES, [context.now, list(order_ids)])
        rows = cursor.fetchall()
        if not rows:
            return
        groups = sorted({group for _promotion, group, _minor in rows})
        promotions = sorted({key for key, _group, _minor in rows if key is not None})
        if promotions:
            _uncount(rows, groups, promotions)
        cursor.execute(_RETURN_COUPONS, [context.now, groups])


def _taken(each: Placed) -> Iterator[_Taken]:
    """Yield what discounts took off, as the reasons on lines and parts tell it."""
    by_source: dict[str, _Taken] = {}
    for applied in applied_to(each.draft):
        by_source[applied.offer.source] = _Taken(applied)
    for part in each.parts:
        for reason, line in _reasons(part):
            if (one := by_source.get(reason.source)) is not None:
                minor, seller = one.orders.get(part.order_id, (0, 0))
                off = -reason.minor
                has_seller = (part.part if line is None else line.goods).seller_id is not None
                bears = off * one.applied.offer.seller_bp // BASIS_POINTS if has_seller else 0
                one.orders[part.order_id] = (minor + off, seller + bears)
    yield from (one for one in by_source.values() if one.orders)


def _reasons(part: PlacedPart) -> Iterator[tuple[Reason, DraftLine | None]]:
    for line in part.part.lines:
        yield from ((reason, line) for reason in line.reasons)
    yield from ((reason, None) for reason in part.part.reasons)


def _take_budgets(placed: Sequence[Placed], taken: dict[UUID, list[_Taken]]) -> None:
    limited = {
        one.applied.offer.key: one.applied.offer.limits
        for found in taken.values()
        for one in found
        if not one.is_coupon and one.applied.offer.limits.are_any
    }
    if not limited:
        return
    budgets = _locked_budgets(placed, limited)
    counts: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for each in placed:
        own = [one for one in taken[each.group_id] if one.applied.offer.key in limited]
        if not _allowed(each.draft, own, budgets):
            continue
        for one in own:
            counts[one.applied.offer.key][0] += 1
            counts[one.applied.offer.key][1] += one.total
    if counts:
        keys = sorted(counts)
        with connection.cursor() as cursor:
            figures = [[counts[key][place] for key in keys] for place in (0, 1)]
            cursor.execute(_COUNT, [keys, *figures])


def _locked_budgets(placed: Sequence[Placed], limited: dict[UUID, Limits]) -> Budgets:
    budgets = Budgets()
    rows = Promotion.objects.select_for_update(no_key=True).filter(pk__in=limited).order_by("pk")
    members = [
        member for each in placed if (member := each.draft.basket.shopper.member_id) is not None
    ]
    for row in rows:
        if row.uses_limit is not None:
            budgets.uses[row.pk] = row.uses_limit - row.used_count
        if row.amount_limit_minor is not None:
            budgets.minor[row.pk] = row.amount_limit_minor - row.used_minor
    budgets.own = own_uses(sorted(limited), members) if members else {}
    return budgets


def _allowed(draft: Draft, own: Sequence[_Taken], budgets: Budgets) -> bool:
    member = draft.basket.shopper.member_id
    for one in own:
        if not budgets.allows(one.applied.offer, one.total, member):
            draft.refuse(
                "promotions.used_up",
                _("An offer has just ended. Please look at the total again."),
                promotion=public_id("pro", one.applied.offer.key),
            )
            return False
    for one in own:
        budgets.take(one.applied.offer, one.total, member)
    return True


def _take_coupons(
    placed: Sequence[Placed], taken: dict[UUID, list[_Taken]], *, now: datetime
) -> None:
    """Take coupons that people hold, and make those that codes are good for."""
    open_ones = [each for each in placed if not each.draft.refusals]
    wanted = {
        each.group_id: {one.applied.offer.key for one in taken[each.group_id] if one.is_coupon}
        for each in open_ones
    }
    if not any(wanted.values()):
        return
    coded = [one for each in open_ones for one in coded_in(each.draft)]
    making = Making(coded, now=now) if any(one.is_new for one in coded) else None
    made_here = {one.key for one in coded if one.is_new}
    usable = _lock_usable(set().union(*wanted.values()) - made_here, now=now)
    pairs: list[tuple[UUID, UUID]] = []
    for each in open_ones:
        own = wanted[each.group_id]
        held, typed = own - made_here, [one for one in coded_in(each.draft) if one.key in own]
        new = [one for one in typed if one.is_new]
        late = making.first_refused(new) if making is not None else None
        if late is not None:
            refuse_code(each.draft, late.code)
        elif not held <= usable:
            each.draft.refuse("coupons.not_usable", _("This coupon cannot be used for this order."))
        else:
            usable -= held
            pairs += [(key, each.group_id) for key in sorted(held)]
            if making is not None:
                making.take(new, each.group_id)
    if making is not None:
        making.write()
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_COUPONS, [[a for a, _b in pairs], [b for _a, b in pairs]])


def _lock_usable(keys: set[UUID], *, now: datetime) -> set[UUID]:
    if not keys:
        return set()
    rows = Coupon.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    found = rows.values_list("pk", "state", "valid_until")
    return {key for key, state, until in found if state == CouponState.UNUSED and now < until}


def _use(each: Placed, one: _Taken, order_id: UUID, *, now: datetime) -> Use:
    offer = one.applied.offer
    minor, seller = one.orders[order_id]
    return Use(
        promotion_id=None if one.is_coupon else offer.key,
        coupon_id=offer.key if one.is_coupon else None,
        template_id=offer.template_key if one.is_coupon else None,
        order_id=order_id,
        group_id=each.group_id,
        member_id=each.draft.basket.shopper.member_id,
        currency=each.draft.currency,
        minor=minor,
        seller_minor=seller,
        placed_at=now,
    )


def _uncount(
    rows: Sequence[tuple[UUID | None, UUID, int]], groups: list[UUID], promotions: list[UUID]
) -> None:
    """Give budgets back: every amount, and a use where nothing of its group is left."""
    with_limits = set(
        Promotion.objects.select_for_update(no_key=True)
        .filter(pk__in=promotions)
        .exclude(used_count=0)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(_STILL_USED, [groups, promotions])
        still = set(cursor.fetchall())
        counts: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
        for key, _group, minor in rows:
            if key in with_limits:
                counts[key][1] -= minor
        for key, group in {(key, group) for key, group, _minor in rows}:
            if key in with_limits and (key, group) not in still:
                counts[key][0] -= 1
        if counts:
            keys = sorted(counts)
            figures = [[counts[key][place] for key in keys] for place in (0, 1)]
            cursor.execute(_COUNT, [keys, *figures])
