"""Makes the coupons that codes are good for, with the orders that use them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from kernel.common.outbox.publishing import publish
from kernel.promotions.choices import Channel
from kernel.promotions.coded import Coded, Person, used_by
from kernel.promotions.events import CouponsTaken
from kernel.promotions.models import Coupon, CouponCode, CouponTemplate
from kernel.promotions.services.taking import is_open

_COUNT: Final = """
UPDATE promotions_coupontemplate AS kept SET taken_count = kept.taken_count + told.more
  FROM unnest(%s::uuid[], %s::int[]) AS told (id, more) WHERE kept.id = told.id
"""
_REDEEM: Final = """
UPDATE promotions_couponcode AS kept SET coupon_id = told.coupon, redeemed_at = %s
  FROM unnest(%s::bigint[], %s::uuid[]) AS told (id, coupon) WHERE kept.id = told.id
"""


class Making:
    """Coupons for the codes of a batch: nobody else gives them out until it is written."""

    def __init__(self, coded: Sequence[Coded], *, now: datetime) -> None:
        """Lock the codes, then the kinds of coupons, and count what people have had."""
        self._now = now
        new = [one for one in coded if one.is_new]
        codes = {one.code_id for one in new if one.code_id is not None}
        free = CouponCode.objects.select_for_update(no_key=True).filter(
            pk__in=codes, redeemed_at=None
        )
        self._free = set(free.order_by("pk").values_list("pk", flat=True)) if codes else set()
        rows = CouponTemplate.objects.select_for_update(no_key=True)
        kinds = rows.filter(pk__in={one.template.pk for one in new}).order_by("pk")
        self._kinds = {row.pk: row for row in kinds}
        held = used_by(self._kinds, {one.person for one in new})
        self._had: Counter[tuple[UUID, Person]] = Counter(
            {key: len(coupons) for key, coupons in held.items()}
        )
        self._made: list[tuple[Coded, Coupon]] = []
        self._more: Counter[UUID] = Counter()

    def first_refused(self, new: Sequence[Coded]) -> Coded | None:
        """Return the first of an order's codes that came too late; None when all can be used."""
        return next((one for one in new if not self._may_have(one)), None)

    def take(self, new: Sequence[Coded], group_id: UUID) -> None:
        """Make the coupons of an order; nothing is written yet."""
        for one in new:
            self._made.append((one, one.coupon(group_id, now=self._now)))
            self._more[one.template.pk] += 1
            self._had[one.template.pk, one.person] += 1
            self._free.discard(one.code_id or 0)

    def write(self) -> None:
        """Write what was made."""
        if not self._made:
            return
        Coupon.objects.bulk_create([coupon for _one, coupon in self._made])
        batched = [(one.code_id, one.key) for one, _coupon in self._made if one.code_id is not None]
        with connection.cursor() as cursor:
            keys = sorted(self._more)
            cursor.execute(_COUNT, [keys, [self._more[key] for key in keys]])
            if batched:
                codes, coupons = zip(*batched, strict=True)
                cursor.execute(_REDEEM, [self._now, list(codes), list(coupons)])
        for one, coupon in self._made:
            if coupon.member_id is not None:
                told = CouponsTaken(
                    template_id=one.template.pk,
                    member_ids=[coupon.member_id],
                    channel=Channel.CODE.value,
                )
                publish(told, aggregate=f"coupons:{coupon.pk.hex}")

    def _may_have(self, one: Coded) -> bool:
        kind = self._kinds.get(one.template.pk)
        if kind is None or not is_open(kind, now=self._now):
            return False
        if one.code_id is not None and one.code_id not in self._free:
            return False
        taken = kind.taken_count + self._more[kind.pk]
        is_left = kind.total is None or taken < kind.total
        return is_left and self._had[kind.pk, one.person] < kind.per_member
