"""What the admin API takes and shows of promotions and coupons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from kernel.common.money import Money
from kernel.promotions.api import amounts
from kernel.promotions.choices import BatchState, Channel, CouponKind, Match
from kernel.promotions.models import CodeBatch, CouponTemplate, Promotion
from kernel.promotions.selectors import Figures

_TEXTS = ("name", "names", "scope", "audience", "seller_bp", "is_active")


class PromotionChanged(serializers.Serializer[Any]):
    """Particulars of a promotion; what is left out stays as it is.

    Amounts in terms and conditions are decimal strings.
    """

    name = serializers.CharField(required=False, max_length=120)
    names = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    terms = serializers.DictField(required=False)
    match = serializers.ChoiceField(choices=Match.choices, required=False)
    conditions = serializers.ListField(child=serializers.DictField(), required=False)
    scope = serializers.DictField(required=False)
    audience = serializers.DictField(required=False)
    stacking = serializers.CharField(required=False, max_length=40)
    priority = serializers.IntegerField(required=False)
    starts_at = serializers.CharField(required=False, allow_null=True)
    ends_at = serializers.CharField(required=False, allow_null=True)
    uses_limit = serializers.IntegerField(required=False, allow_null=True)
    amount_limit = serializers.CharField(required=False, allow_null=True, max_length=40)
    member_limit = serializers.IntegerField(required=False, allow_null=True)
    seller_bp = serializers.IntegerField(required=False)
    joins_levels = serializers.BooleanField(
        required=False, help_text="Also makes goods cheaper that have a price for a level."
    )
    is_active = serializers.BooleanField(required=False)


class NewPromotion(PromotionChanged):
    """A promotion to be made; in the shop's currency."""

    kind = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)
    terms = serializers.DictField()


class FiguresShown(serializers.Serializer[Any]):
    """How it was used; amounts are decimal strings."""

    purchases = serializers.IntegerField()
    given = serializers.CharField()
    borne_by_sellers = serializers.CharField()
    sold = serializers.CharField()


class PromotionShown(serializers.Serializer[Any]):
    """A promotion."""

    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    names = serializers.DictField()
    currency = serializers.CharField()
    terms = serializers.DictField()
    match = serializers.ChoiceField(choices=Match.choices)
    conditions = serializers.ListField(child=serializers.DictField())
    scope = serializers.DictField()
    audience = serializers.DictField()
    stacking = serializers.CharField()
    priority = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    uses_limit = serializers.IntegerField(allow_null=True)
    amount_limit = serializers.CharField(allow_null=True)
    member_limit = serializers.IntegerField(allow_null=True)
    seller_bp = serializers.IntegerField()
    joins_levels = serializers.BooleanField()
    is_active = serializers.BooleanField()


class PromotionDetailShown(PromotionShown):
    """A promotion with its figures."""

    figures = FiguresShown()


class TemplateChanged(serializers.Serializer[Any]):
    """Particulars of a kind of coupon; what is left out stays as it is."""

    name = serializers.CharField(required=False, max_length=120)
    names = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    terms = serializers.DictField(required=False)
    threshold = serializers.CharField(required=False, max_length=40)
    scope = serializers.DictField(required=False)
    audience = serializers.DictField(required=False)
    seller_bp = serializers.IntegerField(required=False)
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=Channel.choices), required=False
    )
    code = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=60)
    total = serializers.IntegerField(required=False, allow_null=True)
    per_member = serializers.IntegerField(required=False)
    paid_from = serializers.CharField(
        required=False, max_length=40, help_text="What an order must cost that brings one."
    )
    points = serializers.IntegerField(
        required=False, help_text="What one costs where it is had for points."
    )
    takes_from = serializers.CharField(required=False, allow_null=True)
    takes_until = serializers.CharField(required=False, allow_null=True)
    valid_from = serializers.CharField(required=False, allow_null=True)
    valid_until = serializers.CharField(required=False, allow_null=True)
    valid_days = serializers.IntegerField(required=False, allow_null=True)
    joins_promotions = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class NewTemplate(TemplateChanged):
    """A kind of coupon to be made; in the shop's currency."""

    kind = serializers.ChoiceField(choices=CouponKind.choices)
    name = serializers.CharField(max_length=120)
    terms = serializers.DictField(required=False)


class TemplateShown(serializers.Serializer[Any]):
    """A kind of coupon."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=CouponKind.choices)
    name = serializers.CharField()
    names = serializers.DictField()
    currency = serializers.CharField()
    terms = serializers.DictField()
    threshold = serializers.CharField()
    scope = serializers.DictField()
    audience = serializers.DictField()
    seller_bp = serializers.IntegerField()
    channels = serializers.ListField(child=serializers.ChoiceField(choices=Channel.choices))
    code = serializers.CharField(allow_null=True)
    total = serializers.IntegerField(allow_null=True)
    per_member = serializers.IntegerField()
    paid_from = serializers.CharField()
    points = serializers.IntegerField()
    taken = serializers.IntegerField()
    takes_from = serializers.DateTimeField(allow_null=True)
    takes_until = serializers.DateTimeField(allow_null=True)
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)
    valid_days = serializers.IntegerField(allow_null=True)
    joins_promotions = serializers.BooleanField()
    is_active = serializers.BooleanField()


class TemplateDetailShown(TemplateShown):
    """A kind of coupon with its figures, and how many coupons stand where."""

    figures = FiguresShown()
    coupons = serializers.DictField(child=serializers.IntegerField())


class BatchAsked(serializers.Serializer[Any]):
    """Codes that are wanted."""

    name = serializers.CharField(max_length=120)
    size = serializers.IntegerField()
    prefix = serializers.CharField(max_length=8, required=False, allow_blank=True, default="")


class BatchShown(serializers.Serializer[Any]):
    """Codes that are made together, and how far it is."""

    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    size = serializers.IntegerField()
    made = serializers.IntegerField()
    state = serializers.ChoiceField(choices=BatchState.choices)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


def promotion_data(row: Promotion) -> dict[str, Any]:
    """Return a promotion as it is shown."""
    limit = row.amount_limit_minor
    plain = ("match", "stacking", "priority", "starts_at", "ends_at", "uses_limit", "member_limit")
    return {
        "id": row.public_id,
        "kind": row.kind,
        "currency": row.currency,
        **{name: getattr(row, name) for name in (*_TEXTS, *plain, "joins_levels")},
        "terms": amounts.shown(row.terms, row.currency),
        "conditions": amounts.conditions_shown(row.conditions, row.currency),
        "amount_limit": None if limit is None else Money(limit, row.currency).decimal(),
    }


def promotion_told(asked: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return what a request says of a promotion, as services take it."""
    told = dict(asked)
    if "terms" in told:
        told["terms"] = amounts.read(told["terms"], currency)
    if "conditions" in told:
        told["conditions"] = amounts.conditions_read(told["conditions"], currency)
    if "amount_limit" in told:
        limit = told.pop("amount_limit")
        told["amount_limit_minor"] = (
            None if limit is None else amounts.minor(limit, currency, field="amount_limit")
        )
    return told


def template_data(row: CouponTemplate) -> dict[str, Any]:
    """Return a kind of coupon as it is shown."""
    plain = ("channels", "code", "total", "per_member", "points", "takes_from", "takes_until")
    more = ("valid_from", "valid_until", "valid_days", "joins_promotions")
    return {
        "id": row.public_id,
        "kind": row.kind,
        "currency": row.currency,
        **{name: getattr(row, name) for name in (*_TEXTS, *plain, *more)},
        "terms": amounts.shown(row.terms, row.currency),
        "threshold": Money(row.threshold_minor, row.currency).decimal(),
        "paid_from": Money(row.paid_from_minor, row.currency).decimal(),
        "taken": row.taken_count,
    }


def template_told(asked: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return what a request says of a kind of coupon, as services take it."""
    told = dict(asked)
    if "terms" in told:
        told["terms"] = amounts.read(told["terms"], currency)
    for name in ("threshold", "paid_from"):
        if name in told:
            told[f"{name}_minor"] = amounts.minor(told.pop(name), currency, field=name)
    return told


def figures_data(found: Figures, currency: str) -> dict[str, Any]:
    """Return figures as they are shown."""
    return {
        "purchases": found.groups,
        "given": Money(found.minor, currency).decimal(),
        "borne_by_sellers": Money(found.seller_minor, currency).decimal(),
        "sold": Money(found.sold_minor, currency).decimal(),
    }


def batch_data(row: CodeBatch) -> dict[str, Any]:
    """Return a batch as it is shown."""
    names = ("name", "prefix", "size", "made", "state", "created_at", "finished_at")
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}
