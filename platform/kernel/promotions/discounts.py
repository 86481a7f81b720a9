"""Joins the checkout: promotions and coupons as steps of the pipeline.

Everything is read for a whole batch at once: what has a limit in one statement, orders
before the first in another, marks of goods in four, coupons in one. What is not asked
for by any promotion that is on is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.catalogue.choices import VariantStatus
from kernel.checkout.baskets import Item
from kernel.checkout.drafts import Draft, DraftLine, PipelineContext, Reason, Refusal
from kernel.checkout.steps.goods import WITHOUT_PARCEL
from kernel.checkout.steps.stock import wants_of
from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.common.money import Money
from kernel.inventory.services import Want, availability
from kernel.orders.choices import AdjustmentKind, FulfilmentMethod
from kernel.orders.goods import Goods, goods_of
from kernel.pricing.groups import groups_of
from kernel.promotions.book import current_book
from kernel.promotions.case import BuyerFacts, CaseLine, Gift
from kernel.promotions.choices import CouponState
from kernel.promotions.coded import coded_in, read_codes, refuse_code
from kernel.promotions.evaluation import Applied, Budgets, apply
from kernel.promotions.level_prices import effects
from kernel.promotions.models import Coupon, Promotion
from kernel.promotions.offers import COUPON, Offer, coupon_offer
from kernel.promotions.reading import before_first, own_uses
from kernel.promotions.scopes import Mark, marks_at_hand, marks_of
from kernel.tenancy.context import current_tenant

CLAIM: Final = "promotions"
INPUT: Final = "coupons"
MOST_COUPONS: Final = 10
_APPLIED: Final = "promotions.applied"
_FREIGHT: Final = "promotions.freight"


def apply_promotions(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Let the promotions that are on take effect; no statement where there are none."""
    offers = [offer for offer in current_book().offers if offer.is_on(context.now)]
    if not offers:
        return
    reading = _Reading(drafts, offers, now=context.now)
    brought: list[tuple[Draft, Applied]] = []
    for draft in drafts:
        buyer = reading.buyer(draft)
        own = [o for o in offers if o.currency == draft.currency and o.is_for(buyer)]
        found = effects(own, reading.lines(draft), buyer, reading.budgets)
        _take_level_prices(draft, found.instead)
        for applied in found.applied:
            _note(draft, applied)
            if context.is_placing:
                # Whoever comes later in the batch finds what is left.
                off = applied.benefit.total_minor
                reading.budgets.take(applied.offer, off, buyer.member_id)
            if applied.benefit.gifts:
                brought.append((draft, applied))
    if brought:
        _bring(brought, context)


def apply_coupons(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Let the coupons and codes that buyers chose take effect; refuse what cannot be used."""
    chosen = {id(draft): own for draft in drafts if (own := _chosen(draft))}
    coded = {id(draft) for draft in read_codes(drafts, context)}
    if not chosen and not coded:
        return
    keys = {key for found in chosen.values() for key in found}
    rows = Coupon.objects.filter(pk__in=keys).select_related("template") if keys else ()
    known = {row.pk: row for row in rows}
    wanting = [draft for draft in drafts if id(draft) in chosen or id(draft) in coded]
    offers = [coupon_offer(row.template, row.pk) for row in known.values()]
    offers += [coupon_offer(one.template, one.key) for draft in wanting for one in coded_in(draft)]
    reading = _Reading(wanting, offers, now=context.now)
    for draft in wanting:
        lines, buyer = reading.lines(draft), reading.buyer(draft)
        for key in chosen.get(id(draft), ()):
            row = known.get(key)
            if row is None or not _use(draft, row, lines, buyer, now=context.now):
                draft.refuse(
                    "coupons.not_usable",
                    _("This coupon cannot be used for this order."),
                    coupon=public_id("cpn", key),
                )
        for one in coded_in(draft):
            if not _work(draft, coupon_offer(one.template, one.key), lines, buyer):
                refuse_code(draft, one.code)


def take_off_freight(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Let free shipping take effect, now that it is known what shipping costs."""
    for draft in drafts:
        waiting = cast("list[Applied]", draft.notes.get(_FREIGHT, []))
        for applied in waiting:
            cap = applied.benefit.freight_cap_minor or 0
            taken = _off_freight(draft, applied, cap)
            if taken:
                draft.claims.add(CLAIM)
            elif applied.offer.source.startswith(f"{COUPON}."):
                title = _("Shipping costs nothing here; keep the coupon for another order.")
                fields = _named(draft, applied.offer.key)
                refusal = Refusal("coupons.nothing_to_take_off", title, fields=fields)
                draft.refusals.append(refusal)


def applied_to(draft: Draft) -> list[Applied]:
    """Return what took effect on a draft."""
    return cast("list[Applied]", draft.notes.get(_APPLIED, []))


def case_lines(lines: Iterable[DraftLine], marks: Mapping[UUID, frozenset[Mark]]) -> list[CaseLine]:
    """Return lines of a draft as promotions take them; gifts are not among them."""
    return [
        CaseLine(
            key=line.position,
            variant_id=line.goods.variant_id,
            product_id=line.goods.product_id,
            seller_id=line.goods.seller_id,
            unit_minor=line.unit_minor,
            quantity=line.quantity,
            left_minor=line.subtotal_minor - line.discount_minor,
            marks=marks[line.goods.variant_id],
            is_discounted=line.discount_minor > 0,
            plain_minor=_plain_minor(line),
        )
        for line in lines
        if not is_gift(line)
    ]


def is_gift(line: DraftLine) -> bool:
    """Tell whether a line came along with a promotion."""
    return bool(line.item.options.get("gift"))


def _plain_steps(line: DraftLine) -> list[Mapping[str, object]]:
    return [step for step in line.chain if not step.get("level")]


def _plain_minor(line: DraftLine) -> int | None:
    """Return what a piece costs without the buyer's level; None where that has no price."""
    has_level_price = bool(line.chain) and line.chain[-1].get("level")
    steps = _plain_steps(line) if has_level_price else []
    return int(str(steps[-1]["minor"])) if steps else None


def _take_level_prices(draft: Draft, instead: Mapping[int, int]) -> None:
    """Give lines the price without the level, where promotions are better."""
    for line in draft.lines:
        if line.position not in instead:
            continue
        steps = _plain_steps(line)
        line.chain = (*steps[:-1], {**steps[-1], "decides": True})
        line.unit_minor = instead[line.position]
        if line.compare_at_minor is not None and line.compare_at_minor <= line.unit_minor:
            line.compare_at_minor = None


@dataclass(slots=True)
class _Reading:
    """What is known of a batch, each thing read once."""

    drafts: Sequence[Draft]
    offers: Sequence[Offer]
    now: datetime
    budgets: Budgets
    _marks: dict[UUID, frozenset[Mark]]
    _groups: Mapping[UUID, frozenset[str]]
    _first: frozenset[UUID] | None

    def __init__(self, drafts: Sequence[Draft], offers: Sequence[Offer], *, now: datetime) -> None:
        self.drafts, self.offers, self.now = drafts, offers, now
        members = {draft.basket.shopper.member_id for draft in drafts} - {None}
        known = sorted(key for key in members if key is not None)
        self._marks = marks_for(
            (
                (line.goods.variant_id, line.goods.product_id, line.goods.seller_id)
                for draft in drafts
                for line in draft.lines
            ),
            offers,
        )
        kinds = {kind for offer in offers for kind in offer.kinds_of_groups}
        self._groups = groups_of(known, kinds=kinds) if known and kinds else {}
        asks_orders = any(each.asks_orders for offer in offers for each, _v in offer.conditions)
        self._first = before_first(known) if asks_orders else None
        self.budgets = budgets_of(offers, known)

    def buyer(self, draft: Draft) -> BuyerFacts:
        """Return what conditions may ask of a draft's buyer."""
        shopper = draft.basket.shopper
        member = shopper.member_id
        groups = shopper.groups
        if member is not None:
            groups |= self._groups.get(member, frozenset())
        is_first = None if self._first is None else member in self._first
        return BuyerFacts(member, groups, local_time(self.now), is_first)

    def lines(self, draft: Draft) -> list[CaseLine]:
        """Return a draft's lines as promotions take them."""
        return case_lines(draft.lines, self._marks)


def local_time(now: datetime) -> datetime:
    """Return a moment by the shop's own clock."""
    return now.astimezone(ZoneInfo(current_tenant().zone))


def marks_for(
    goods: Iterable[tuple[UUID, UUID, UUID | None]], offers: Sequence[Offer]
) -> dict[UUID, frozenset[Mark]]:
    """Return the marks of goods, as far as offers ask for them; at most four queries.

    Args:
        goods: variant, product and seller of each.
        offers: whose scopes are asked about.
    """
    found = {variant: (product, seller) for variant, product, seller in goods}
    marks = {variant: marks_at_hand(*about) for variant, about in found.items()}
    if any(offer.scope.asks for offer in offers):
        for variant, more in marks_of(found).items():
            marks[variant] |= more
    return marks


def budgets_of(offers: Sequence[Offer], member_ids: Sequence[UUID]) -> Budgets:
    """Return what is left of offers with limits; at most two queries."""
    limited = [offer for offer in offers if offer.limits.are_any]
    budgets = Budgets()
    counted = [
        offer
        for offer in limited
        if offer.limits.uses is not None or offer.limits.amount_minor is not None
    ]
    if counted:
        rows = Promotion.objects.filter(pk__in=[offer.key for offer in counted])
        for row in rows.only("uses_limit", "used_count", "amount_limit_minor", "used_minor"):
            if row.uses_limit is not None:
                budgets.uses[row.pk] = row.uses_limit - row.used_count
            if row.amount_limit_minor is not None:
                budgets.minor[row.pk] = row.amount_limit_minor - row.used_minor
    each = [offer.key for offer in limited if offer.limits.per_member is not None]
    if each and member_ids:
        budgets.own = own_uses(each, member_ids)
    return budgets


def _note(draft: Draft, applied: Applied) -> None:
    """Write down on the lines what was taken off, and why."""
    offer, benefit = applied.offer, applied.benefit
    label = offer.label(get_language())
    for line in draft.lines:
        if (off := benefit.off.get(line.position)) and not is_gift(line):
            line.discount_minor += off
            line.reasons.append(Reason(AdjustmentKind.DISCOUNT, offer.source, label, -off))
            draft.claims.add(CLAIM)
    draft.notes.setdefault(_APPLIED, [])
    applied_to(draft).append(applied)
    if benefit.freight_cap_minor is not None:
        draft.notes.setdefault(_FREIGHT, [])
        cast("list[Applied]", draft.notes[_FREIGHT]).append(applied)


def _chosen(draft: Draft) -> list[UUID]:
    told = draft.basket.choices.inputs.get(INPUT)
    if not told:
        return []
    if not isinstance(told, (list, tuple)) or len(told) > MOST_COUPONS:
        draft.refuse("coupons.unreadable", _("These are no coupons."))
        return []
    found: list[UUID] = []
    for text in told:
        try:
            found.append(parse_public_id("cpn", text if isinstance(text, str) else ""))
        except InvalidId:
            draft.refuse("coupons.unreadable", _("These are no coupons."))
            return []
    return list(dict.fromkeys(found))


def _use(
    draft: Draft, row: Coupon, lines: list[CaseLine], buyer: BuyerFacts, *, now: datetime
) -> bool:
    is_right = (
        row.member_id is not None
        and row.member_id == buyer.member_id
        and row.state == CouponState.UNUSED
        and row.valid_from <= now < row.valid_until
    )
    return is_right and _work(draft, coupon_offer(row.template, row.pk), lines, buyer)


def _work(draft: Draft, offer: Offer, lines: list[CaseLine], buyer: BuyerFacts) -> bool:
    """Let a coupon take effect; False when it has none."""
    is_for = offer.currency == draft.currency and offer.is_for(buyer)
    applied = apply(offer, lines, buyer, Budgets()) if is_for else None
    if applied is not None:
        _note(draft, applied)
    return applied is not None


def _named(draft: Draft, key: UUID) -> dict[str, object]:
    """Return what a refusal calls a coupon: by its code where one was typed in."""
    code = next((one.code for one in coded_in(draft) if one.key == key), None)
    return {"promo_code": code} if code else {"coupon": public_id("cpn", key)}


def _bring(brought: Sequence[tuple[Draft, Applied]], context: PipelineContext) -> None:
    """Let gifts come along, as far as there are any; at most a handful of queries."""
    wanted = {gift.variant_id for _draft, applied in brought for gift in applied.benefit.gifts}
    known = goods_of(wanted)
    left: dict[UUID, int] = {}
    stocked = {want.variant_id for goods in known.values() for want in _wants(goods, 1)}
    if stocked:
        for variant, free in availability(list(stocked), now=context.now).items():
            left[variant] = free.sellable
    for draft, applied in brought:
        for gift in applied.benefit.gifts:
            goods = known.get(gift.variant_id)
            if goods is not None and goods.facts["status"] == VariantStatus.ACTIVE:
                _give(draft, applied, gift, goods, left)


def _give(draft: Draft, applied: Applied, gift: Gift, goods: Goods, left: dict[UUID, int]) -> None:
    wants = list(_wants(goods, gift.quantity))
    own = {want.variant_id: want.quantity for want in wants_of(draft.lines)}
    if any(left[w.variant_id] - own.get(w.variant_id, 0) < w.quantity for w in wants):
        return
    label = applied.offer.label(get_language())
    line = _gift_line(draft, gift, goods)
    line.reprice(Money.zero(draft.currency), source=applied.offer.source, label=label)
    line.reasons.append(Reason(AdjustmentKind.DISCOUNT, applied.offer.source, label, 0))
    draft.lines.append(line)
    draft.claims.add(CLAIM)
    for want in wants:
        left[want.variant_id] -= want.quantity


def _gift_line(draft: Draft, gift: Gift, goods: Goods) -> DraftLine:
    item = Item(gift.variant_id, gift.quantity, options={"gift": True})
    method = WITHOUT_PARCEL.get(goods.kind, FulfilmentMethod.EXPRESS)
    return DraftLine(len(draft.lines), item, goods, method=method)


def _wants(goods: Goods, quantity: int) -> Iterator[Want]:
    line = DraftLine(0, Item(goods.variant_id, quantity), goods)
    yield from wants_of([line])


def _off_freight(draft: Draft, applied: Applied, cap: int) -> int:
    """Take so much off the freight of the parts that the offer is for."""
    label, taken = applied.offer.label(get_language()), 0
    for part in draft.parts:
        is_for = any(line.position in applied.benefit.lines for line in part.lines)
        off = min(part.freight_minor, cap - taken) if is_for else 0
        if off > 0:
            part.freight_minor -= off
            taken += off
            part.reasons.append(Reason(AdjustmentKind.FREIGHT, applied.offer.source, label, -off))
    return taken
