"""What people are told of promotions and coupons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import get_language

from kernel.catalogue.models import Variant
from kernel.catalogue.texts import in_language
from kernel.checkout.drafts import DraftLine
from kernel.common.ids import public_id
from kernel.pricing.groups import groups_of
from kernel.promotions.actions import AddOn
from kernel.promotions.book import current_book
from kernel.promotions.case import BuyerFacts, CaseLine
from kernel.promotions.choices import CouponState
from kernel.promotions.conditions import ShowAmount
from kernel.promotions.discounts import (
    budgets_of,
    case_lines,
    is_gift,
    local_time,
    marks_for,
)
from kernel.promotions.evaluation import Applied, Budgets, Hint, apply, fresh, hints
from kernel.promotions.level_prices import effects
from kernel.promotions.models import Coupon, CouponTemplate, Promotion, Use
from kernel.promotions.offers import COUPON, Offer, coupon_offer
from kernel.promotions.reading import before_first

MOST_HELD: Final = 100
_SHOWN: Final = (CouponState.UNUSED, CouponState.LOCKED)


@dataclass(frozen=True, slots=True)
class Label:
    """A promotion as a product page names it.

    Attributes:
        rule: what it does, in words.
    """

    key: UUID
    kind: str
    name: str
    rule: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Featured:
    """A promotion that is put before everybody.

    Attributes:
        place: the one place where its goods stand, ``("category", id)``; None for all
            goods, or several places.
    """

    key: UUID
    name: str
    rule: str
    ends_at: datetime | None
    place: tuple[str, UUID] | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A member's coupon, as checkout offers it.

    Attributes:
        saves_minor: what it would take off the goods; 0 where it cannot be used. Free
            shipping counts nothing here.
    """

    coupon: Coupon
    offer: Offer
    is_usable: bool
    saves_minor: int


@dataclass(frozen=True, slots=True)
class OfferedAddOn:
    """Something that can be had at a special price beside what is in the cart."""

    offer: Offer
    variant_id: UUID
    minor: int


@dataclass(frozen=True, slots=True)
class CartOffers:
    """What promotions do to a cart, and what they would do for a little more.

    Attributes:
        raised_minor: by how much goods cost more before it, where promotions take the
            place of prices for the buyer's level.
    """

    applied: Sequence[Applied]
    hints: list[Hint]
    add_ons: list[OfferedAddOn] = field(default_factory=list)
    raised_minor: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """How a promotion or a kind of coupon was used.

    Attributes:
        groups: purchases in which it took effect.
        minor: what it gave away.
        sold_minor: what these orders cost after it.
    """

    groups: int
    minor: int
    seller_minor: int
    sold_minor: int


def labels_of(product_id: UUID, *, show: ShowAmount, now: datetime) -> list[Label]:
    """Return the promotions for everybody that a product takes part in.

    No statement in a shop without promotions; at most six.
    """
    offers = [each for each in current_book().offers if each.is_on(now) and not each.audience]
    if not offers:
        return []
    rows = Variant.objects.filter(product=product_id).values_list(
        "pk", "product_id", "product__seller_id"
    )
    marks = marks_for(rows, offers)
    found: frozenset[tuple[str, str]] = frozenset().union(*marks.values())
    budgets = budgets_of(offers, ())
    language = get_language()
    return [
        Label(offer.key, offer.action.code, offer.label(language), offer.rule(show), offer.ends_at)
        for offer in offers
        if marks and offer.scope.has(found) and budgets.uses.get(offer.key, 1) > 0
    ]


def live_offers(*, now: datetime) -> list[Offer]:
    """Return the promotions for everybody that are on; no statement."""
    return [each for each in current_book().offers if each.is_on(now) and not each.audience]


def featured(
    promotion: str, *, ends_only: bool, show: ShowAmount, now: datetime
) -> Featured | None:
    """Return a promotion for everybody that is on, or None; at most one statement.

    Args:
        promotion: its public id; without one, that which ends first.
        ends_only: only one that ends.
        show: writes amounts.
        now: the moment.
    """
    offers = [each for each in live_offers(now=now) if each.ends_at or not ends_only]
    if promotion:
        offers = [each for each in offers if public_id("pro", each.key) == promotion.strip()]
    budgets = budgets_of(offers, ())
    left = [each for each in offers if budgets.uses.get(each.key, 1) > 0]
    if not left:
        return None
    never = datetime.max.replace(tzinfo=UTC)
    first = min(left, key=lambda each: (each.ends_at or never, -each.priority))
    return Featured(
        first.key,
        first.label(get_language()),
        first.rule(show),
        first.ends_at,
        first.scope.place,
    )


def cart_offers(
    lines: Sequence[CaseLine], *, member_id: UUID | None, currency: str, now: datetime
) -> CartOffers:
    """Return what promotions do to a cart; no statement in a shop without any.

    Args:
        lines: what is selected, with the marks at hand.
        member_id: whose cart it is.
        currency: of the cart.
        now: the moment.
    """
    live = [each for each in current_book().offers if each.is_on(now)]
    live = [each for each in live if each.currency == currency]
    if not live or not lines:
        return CartOffers([], [])
    marks = marks_for(((line.variant_id, line.product_id, line.seller_id) for line in lines), live)
    for line in lines:
        line.marks = marks[line.variant_id]
    buyer = buyer_facts(live, member_id, now=now)
    own = [offer for offer in live if offer.is_for(buyer)]
    budgets = budgets_of(own, [member_id] if member_id else [])
    found = effects(own, fresh(lines), buyer, budgets)
    open_ones = [offer for offer in own if budgets.allows(offer, 0, member_id)]
    return CartOffers(
        found.applied,
        hints(open_ones, fresh(lines), buyer, found.applied),
        _add_ons(open_ones, lines, buyer),
        sum(
            (found.instead[line.key] - line.unit_minor) * line.quantity
            for line in lines
            if line.key in found.instead
        ),
    )


def buyer_facts(offers: Sequence[Offer], member_id: UUID | None, *, now: datetime) -> BuyerFacts:
    """Return what these offers may ask of a buyer; at most a handful of statements."""
    groups: frozenset[str] = frozenset()
    kinds = {kind for offer in offers for kind in offer.kinds_of_groups}
    if member_id is not None and kinds:
        groups = groups_of([member_id], kinds=kinds)[member_id]
    asks = any(each.asks_orders for offer in offers for each, _value in offer.conditions)
    is_first = None
    if asks and member_id is not None:
        is_first = member_id in before_first([member_id])
    return BuyerFacts(member_id, groups, local_time(now), is_first)


def held_by(member_id: UUID, *, states: Iterable[str] = _SHOWN, now: datetime) -> QuerySet[Coupon]:
    """Return a member's coupons of some states, those that end first before the others."""
    rows = Coupon.objects.filter(member_id=member_id).select_related("template")
    wanted = set(states)
    over = Q(state=CouponState.UNUSED, valid_until__lte=now)
    chosen = Q(state__in=wanted - {CouponState.EXPIRED.value, CouponState.UNUSED.value})
    if CouponState.UNUSED in wanted:
        chosen |= Q(state=CouponState.UNUSED, valid_until__gt=now)
    if CouponState.EXPIRED in wanted:
        # The clock marks them a little later.
        chosen |= Q(state=CouponState.EXPIRED) | over
    return rows.filter(chosen).order_by("valid_until", "id")


def state_of(coupon: Coupon, *, now: datetime) -> CouponState:
    """Return where a coupon stands, also before the clock has marked it."""
    state = CouponState(coupon.state)
    is_over = state == CouponState.UNUSED and coupon.valid_until <= now
    return CouponState.EXPIRED if is_over else state


def coupon_name(template: CouponTemplate) -> str:
    """Return what buyers read as a coupon's name."""
    return in_language(template.names, get_language(), template.name)


def choices_for(
    lines: Sequence[DraftLine], *, member_id: UUID, currency: str, now: datetime
) -> list[Choice]:
    """Return a member's coupons for a quote, the best first; at most eight statements.

    Args:
        lines: of the quote; what coupons took off already counts as not taken.
        member_id: whose coupons.
        currency: of the quote.
        now: the moment.
    """
    held = list(
        held_by(member_id, states=(CouponState.UNUSED,), now=now).filter(
            template__currency=currency, valid_from__lte=now
        )[:MOST_HELD]
    )
    if not held:
        return []
    offers = [coupon_offer(row.template, row.pk) for row in held]
    buyer = buyer_facts(offers, member_id, now=now)
    marks = marks_for(
        ((each.goods.variant_id, each.goods.product_id, each.goods.seller_id) for each in lines),
        offers,
    )
    before = _without_coupons(lines)
    cases = case_lines(lines, marks)
    found = []
    for row, offer in zip(held, offers, strict=True):
        case = fresh(cases, before)
        for line in case:
            line.is_discounted = line.left_minor < line.unit_minor * line.quantity
        applied = apply(offer, case, buyer, Budgets()) if offer.is_for(buyer) else None
        saves = applied.benefit.total_minor if applied else 0
        found.append(Choice(row, offer, applied is not None, saves))
    found.sort(key=lambda each: (not each.is_usable, -each.saves_minor, each.coupon.valid_until))
    return found


def figures_of(*, promotion_id: UUID | None = None, template_id: UUID | None = None) -> Figures:
    """Return how a promotion or a kind of coupon was used; what was cancelled does not count."""
    about = {"promotion_id": promotion_id} if promotion_id else {"template_id": template_id}
    found = Use.objects.filter(**about, returned_at=None).aggregate(
        groups=Count("group_id", distinct=True),
        gone=Sum("minor"),
        borne=Sum("seller_minor"),
        sold=Sum(F("order__total_minor")),
    )
    return Figures(found["groups"], found["gone"] or 0, found["borne"] or 0, found["sold"] or 0)


def used_by_promotion(keys: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return uses and what was given away, by promotion; one statement."""
    rows = Use.objects.filter(promotion__in=keys, returned_at=None).values("promotion_id")
    counted = rows.annotate(groups=Count("group_id", distinct=True), gone=Sum("minor"))
    return {row["promotion_id"]: (row["groups"], row["gone"]) for row in counted}


def states_of(template_id: UUID) -> dict[str, int]:
    """Return how many coupons of a kind stand where."""
    rows = Coupon.objects.filter(template=template_id).values("state")
    counted = {row["state"]: row["n"] for row in rows.annotate(n=Count("pk"))}
    return {state: counted.get(state, 0) for state in CouponState.values}


def standing_of(row: Promotion | CouponTemplate, *, now: datetime) -> str:
    """Return whether it is in force: ``on``, ``off``, ``ahead`` or ``over``."""
    if isinstance(row, Promotion):
        begins, ends = row.starts_at, row.ends_at
    else:
        begins, ends = row.takes_from, row.takes_until or row.valid_until
    if not row.is_active:
        return "off"
    if ends is not None and ends <= now:
        return "over"
    return "ahead" if begins is not None and begins > now else "on"


def _add_ons(
    offers: Sequence[Offer], lines: Sequence[CaseLine], buyer: BuyerFacts
) -> list[OfferedAddOn]:
    """Return what can be had at a special price, and is not in the cart yet."""
    there = {line.variant_id for line in lines}
    return [
        OfferedAddOn(offer, variant, minor)
        for offer in offers
        if offer.action.code == AddOn.code and offer.holds(offer.counted(fresh(lines)), buyer)
        for variant, minor in offer.terms["prices"].items()
        if variant not in there
    ]


def _without_coupons(lines: Sequence[DraftLine]) -> dict[int, int]:
    """Return what lines cost before any coupon."""
    found = {}
    for line in lines:
        if not is_gift(line):
            back = sum(
                -reason.minor for reason in line.reasons if reason.source.startswith(f"{COUPON}.")
            )
            found[line.position] = line.subtotal_minor - line.discount_minor + back
    return found
