"""Promotions and coupons as evaluation takes them: read once, asked many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.catalogue.texts import in_language
from kernel.common.money import BASIS_POINTS
from kernel.pricing.audience import includes, kinds_of
from kernel.pricing.values import Buyer
from kernel.promotions.actions import Action, known_action
from kernel.promotions.case import Benefit, BuyerFacts, CaseLine
from kernel.promotions.choices import CouponKind, Match
from kernel.promotions.conditions import Condition, Missing, ShowAmount, known_condition
from kernel.promotions.models import CouponTemplate, Promotion
from kernel.promotions.scopes import Scope

PROMOTION = "promotion"
COUPON = "coupon"
_OF_COUPONS: Mapping[str, str] = {
    CouponKind.AMOUNT: "amount",
    CouponKind.PERCENT: "discount",
    CouponKind.FREIGHT: "free_shipping",
    CouponKind.EXCHANGE: "exchange",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How often something may take effect; None without limit."""

    uses: int | None = None
    amount_minor: int | None = None
    per_member: int | None = None

    @property
    def are_any(self) -> bool:
        """True when there is a limit."""
        return (self.uses, self.amount_minor, self.per_member) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A promotion, or a coupon in somebody's hand.

    Attributes:
        key: of the promotion, or of the coupon.
        source: what a discount names as its reason; promotion or coupon, and who bears it.
        template_key: of a coupon.
        seller_id: of a seller's coupon, which is for that seller's goods alone.
        joins: False where it counts only goods without other discounts.
        joins_levels: False where it does not make cheaper what has a price for the level.
    """

    key: UUID
    source: str
    name: str
    names: Mapping[str, str]
    action: Action
    terms: Mapping[str, Any]
    currency: str
    match: str = Match.ALL
    conditions: tuple[tuple[Condition, Any], ...] = ()
    scope: Scope = field(default_factory=Scope)
    audience: Mapping[str, Any]
    stacking: str = ""
    priority: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    limits: Limits = Limits()
    seller_bp: int = 0
    template_key: UUID | None = None
    seller_id: UUID | None = None
    joins: bool = True
    joins_levels: bool = True

    def is_on(self, now: datetime) -> bool:
        """Tell whether it holds at a moment."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and (self.ends_at is None or now < self.ends_at)

    def is_for(self, buyer: BuyerFacts) -> bool:
        """Tell whether a buyer belongs to its audience."""
        return includes(self.audience, Buyer(buyer.member_id, buyer.groups))

    def about(self, lines: Sequence[CaseLine]) -> tuple[list[CaseLine], list[CaseLine]]:
        """Return the lines that may count, and those that it may reach; whatever befalls them."""
        within = [
            line
            for line in lines
            if self.scope.has(line.marks)
            and (self.seller_id is None or line.seller_id == self.seller_id)
            and self.action.counts(self.terms, line)
        ]
        keys = {line.key for line in within}
        reached = [
            line for line in lines if line.key in keys or self.action.reaches(self.terms, line)
        ]
        return within, reached

    @property
    def kinds_of_groups(self) -> set[str]:
        """Which kinds of groups it asks for, in its audience and its conditions."""
        found = kinds_of(self.audience.get("groups", ()))
        return found.union(*(each.kinds_of_groups(value) for each, value in self.conditions))

    def is_open(self, line: CaseLine) -> bool:
        """Tell whether what took effect on a line leaves it to this offer."""
        is_fit = self.joins_levels or not line.has_level_price
        return (
            is_fit and self.stacking not in line.stacked and (self.joins or not line.is_discounted)
        )

    def counted(self, lines: Sequence[CaseLine]) -> list[CaseLine]:
        """Return the lines that count for its conditions."""
        return [line for line in self.about(lines)[0] if self.is_open(line)]

    def holds(self, counted: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        """Tell whether its conditions hold."""
        if not counted:
            return False
        answers = [each.holds(value, counted, buyer) for each, value in self.conditions]
        if not answers:
            return True
        return any(answers) if self.match == Match.ANY else all(answers)

    def benefit(
        self, within: Sequence[CaseLine], reached: Sequence[CaseLine], buyer: BuyerFacts
    ) -> Benefit:
        """Return what it does to the lines that it is about, as they are now."""
        if not self.holds([line for line in within if self.is_open(line)], buyer):
            return Benefit()
        return self.action.work(self.terms, [line for line in reached if self.is_open(line)])

    def missing(self, lines: Sequence[CaseLine], buyer: BuyerFacts) -> Missing | None:
        """Return what a buyer would have to add for the next step; None for nothing."""
        counted = self.counted(lines)
        if not counted:
            return None
        unmet = [
            (each, value)
            for each, value in self.conditions
            if not each.holds(value, counted, buyer)
        ]
        if not unmet:
            return self.action.missing(self.terms, counted)
        found = [each.missing(value, counted) for each, value in unmet]
        ways = [each for each in found if each is not None]
        if not ways or (self.match == Match.ALL and len(ways) < len(unmet)):
            return None
        return ways[0]

    def label(self, language: str | None) -> str:
        """Return what buyers read as its name."""
        return in_language(self.names, language, self.name)

    def rule(self, show: ShowAmount) -> str:
        """Return in words what it does, and when."""
        what = self.action.text(self.terms, show)
        when = [each.text(value, show) for each, value in self.conditions]
        joined = (_(" or ") if self.match == Match.ANY else _(", ")).join(when)
        return f"{joined}{_(': ')}{what}" if joined else what


def bearer_text(seller_bp: int) -> str:
    """Return who bears a discount, as its reason names it."""
    if not seller_bp:
        return "platform"
    return "seller" if seller_bp == BASIS_POINTS else f"seller-{seller_bp}"


def offer_of(row: Promotion) -> Offer | None:
    """Return a promotion as evaluation takes it; None when what it is made of is gone."""
    action = known_action(row.kind)
    conditions = _conditions(row.conditions)
    if action is None or conditions is None:
        return None
    return Offer(
        key=row.pk,
        source=f"{PROMOTION}.{row.pk.hex}.{bearer_text(row.seller_bp)}",
        name=row.name,
        names=row.names,
        action=action,
        terms=action.read(row.terms),
        currency=row.currency,
        match=row.match,
        conditions=conditions,
        scope=Scope.read(row.scope),
        audience=row.audience,
        stacking=row.stacking,
        priority=row.priority,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        limits=Limits(row.uses_limit, row.amount_limit_minor, row.member_limit),
        seller_bp=row.seller_bp,
        joins_levels=row.joins_levels or not action.lowers_prices,
    )


def coupon_action(kind: str) -> Action:
    """Return what coupons of a kind do."""
    action = known_action(_OF_COUPONS[kind])
    assert action is not None  # noqa: S101  the kernel's own actions are always there
    return action


def coupon_offer(template: CouponTemplate, key: UUID) -> Offer:
    """Return a coupon as evaluation takes it.

    Args:
        template: the kind of coupon.
        key: of the coupon, or of the template for a coupon that nobody holds yet.
    """
    action = coupon_action(template.kind)
    spend = known_condition("spend")
    least = template.threshold_minor
    return Offer(
        key=key,
        source=f"{COUPON}.{key.hex}.{bearer_text(template.seller_bp)}",
        name=template.name,
        names=template.names,
        action=action,
        terms=action.read(template.terms),
        currency=template.currency,
        conditions=((spend, least),) if spend is not None and least else (),
        scope=Scope.read(template.scope),
        audience=template.audience,
        stacking=COUPON if template.seller_id is None else f"{COUPON}.{template.seller_id.hex}",
        seller_bp=template.seller_bp,
        template_key=template.pk,
        seller_id=template.seller_id,
        joins=template.joins_promotions,
    )


def _conditions(stored: Sequence[Mapping[str, Any]]) -> tuple[tuple[Condition, Any], ...] | None:
    found = []
    for each in stored:
        condition = known_condition(each["kind"])
        if condition is None:
            return None
        found.append((condition, each["value"]))
    return tuple(found)
