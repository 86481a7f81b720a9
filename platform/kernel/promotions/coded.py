"""Codes that are typed in at checkout, by guests too: coupons that nobody holds yet.

A code is good for a coupon that is made when the order is placed. If the order is
cancelled, the coupon comes back: to a member's others, and to a guest by the same code.
Of guests a digest of their e-mail address or telephone number is kept, so that they use a
code as often as one may; it does not tell who they are.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.checkout.baskets import Shopper
from kernel.checkout.drafts import Draft, PipelineContext
from kernel.common.ids import uuid7
from kernel.members.normal import normal_phone
from kernel.promotions.choices import Channel, CouponState
from kernel.promotions.models import Coupon, CouponCode, CouponTemplate
from kernel.promotions.services.coupons import normal_code
from kernel.promotions.services.taking import is_open, span_of
from kernel.tenancy.context import current_tenant

INPUT: Final = "codes"
UNKNOWN: Final = "coupons.unknown_code"
NOT_USABLE: Final = "coupons.code_not_usable"
MOST_CODES: Final = 5
_CODED: Final = "promotions.coded"

Person: TypeAlias = tuple[UUID | None, str]
"""A member, or the digest of a guest's contact; neither for a guest who has not told any."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code, and the coupon that it is good for.

    Attributes:
        key: of the coupon; of the kind of coupon while nothing is placed.
        code_id: of a code of a batch.
        is_new: True when the coupon is made with the order.
    """

    key: UUID
    code: str
    template: CouponTemplate
    person: Person
    code_id: int | None = None
    is_new: bool = True

    def coupon(self, group_id: UUID, *, now: datetime) -> Coupon:
        """Return the coupon that is made with an order."""
        begins, ends = span_of(self.template, now=now)
        member_id, guest = self.person
        return Coupon(
            id=self.key,
            template=self.template,
            member_id=member_id,
            guest="" if member_id else guest,
            state=CouponState.LOCKED,
            channel=Channel.CODE,
            taken_at=now,
            valid_from=begins,
            valid_until=ends,
            group_id=group_id,
        )


def person_of(shopper: Shopper) -> Person:
    """Return who uses a code."""
    if shopper.member_id is not None:
        return shopper.member_id, ""
    contact = shopper.email.strip().lower() or normal_phone(shopper.phone)
    if not contact:
        return None, ""
    key = f"coupons:{current_tenant().id.hex}:{settings.SECRET_KEY}".encode()
    return None, hmac.new(key, contact.encode(), hashlib.sha256).hexdigest()


def coded_in(draft: Draft) -> list[Coded]:
    """Return the codes that a draft uses."""
    return cast("list[Coded]", draft.notes.get(_CODED, []))


def read_codes(drafts: Sequence[Draft], context: PipelineContext) -> list[Draft]:
    """Note on drafts what their codes are good for, and return those that have any.

    Drafts with a code that is not known, or not for them, are refused. No statement where
    nobody typed one in; three for a whole batch.
    """
    typed = {id(draft): codes for draft in drafts if (codes := _typed(draft))}
    if not typed:
        return []
    known = _Known({code for codes in typed.values() for code in codes})
    known.read_held(person_of(draft.basket.shopper) for draft in drafts if id(draft) in typed)
    found = [draft for draft in drafts if id(draft) in typed]
    for draft in found:
        coded: list[Coded] = []
        for code in typed[id(draft)]:
            one = known.coded(code, person_of(draft.basket.shopper), context)
            if isinstance(one, str):
                titles = {
                    UNKNOWN: _("This code is not known or was used already."),
                    NOT_USABLE: _("This code cannot be used for this order."),
                }
                draft.refuse(one, titles[one], promo_code=code)
            else:
                coded.append(one)
        draft.notes[_CODED] = coded
    return found


def refuse_code(draft: Draft, code: str) -> None:
    """Say that a code does nothing for an order."""
    draft.refuse(NOT_USABLE, _("This code cannot be used for this order."), promo_code=code)


def used_by(
    template_ids: Iterable[UUID], people: Iterable[Person]
) -> Mapping[tuple[UUID, Person], list[Coupon]]:
    """Return the coupons of some kinds that people have or have had, guests among them."""
    wanted = set(people)
    members = {member for member, _guest in wanted if member is not None}
    guests = {guest for _member, guest in wanted if guest}
    found: dict[tuple[UUID, Person], list[Coupon]] = defaultdict(list)
    if members or guests:
        rows = Coupon.objects.filter(
            Q(member__in=members) | Q(guest__in=guests), template__in=set(template_ids)
        )
        for row in rows.order_by("pk"):
            found[row.template_id, (row.member_id, row.guest)].append(row)
    return found


class _Known:
    """What is known of some codes."""

    def __init__(self, codes: set[str]) -> None:
        shared = CouponTemplate.objects.filter(code__in=codes)
        self._shared = {row.code: row for row in shared}
        rows = CouponCode.objects.filter(code__in=codes - self._shared.keys())
        batched = rows.select_related("batch__template", "coupon") if codes else rows.none()
        self._batched = {row.code: row for row in batched}
        self._held: Mapping[tuple[UUID, Person], list[Coupon]] = {}

    def read_held(self, people: Iterable[Person]) -> None:
        """Read which coupons of these kinds people have."""
        templates = {row.pk for row in self._shared.values()}
        templates |= {row.batch.template_id for row in self._batched.values()}
        self._held = used_by(templates, people) if templates else {}

    def coded(self, code: str, person: Person, context: PipelineContext) -> Coded | str:
        """Return what a code is good for, or why it is good for nothing."""
        if (template := self._shared.get(code)) is not None:
            is_offered = Channel.CODE in template.channels
            return self._new(code, template, person, context) if is_offered else NOT_USABLE
        row = self._batched.get(code)
        if row is None:
            return UNKNOWN
        template, coupon = row.batch.template, row.coupon
        if row.redeemed_at is None:
            return self._new(code, template, person, context, code_id=row.pk)
        is_back = coupon is not None and _is_usable(coupon, now=context.now)
        if coupon is None or not is_back or coupon.member_id not in {None, person[0]}:
            return UNKNOWN
        return Coded(coupon.pk, code, template, person, row.pk, is_new=False)

    def _new(
        self,
        code: str,
        template: CouponTemplate,
        person: Person,
        context: PipelineContext,
        code_id: int | None = None,
    ) -> Coded | str:
        held = self._held.get((template.pk, person), [])
        back = next((each for each in held if _is_usable(each, now=context.now)), None)
        if back is not None and code_id is None:
            return Coded(back.pk, code, template, person, is_new=False)
        if context.is_placing and not any(person):
            return NOT_USABLE
        is_left = template.total is None or template.taken_count < template.total
        may_have = is_left and len(held) < template.per_member
        begins, _ends = span_of(template, now=context.now)
        if not (is_open(template, now=context.now) and may_have and begins <= context.now):
            return NOT_USABLE
        key = uuid7() if context.is_placing else template.pk
        return Coded(key, code, template, person, code_id)


def _is_usable(coupon: Coupon, *, now: datetime) -> bool:
    return coupon.state == CouponState.UNUSED and coupon.valid_from <= now < coupon.valid_until


def _typed(draft: Draft) -> list[str]:
    told = draft.basket.choices.inputs.get(INPUT)
    if not told:
        return []
    if not isinstance(told, (list, tuple)) or len(told) > MOST_CODES:
        draft.refuse("coupons.unreadable", _("These are no coupons."))
        return []
    return list(dict.fromkeys(normal_code(each) if isinstance(each, str) else "" for each in told))
