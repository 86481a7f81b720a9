"""Gives a shop promotions and coupons, through the services that merchants use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.catalogue.models import Category, Collection
from kernel.common.ids import public_id
from kernel.pricing.models import BasePrice
from kernel.promotions.models import CouponTemplate, Promotion
from kernel.promotions.services import create_promotion, create_template

MONTH: Final = timedelta(days=30)
_SALE: Final = timedelta(days=12)


@transaction.atomic
def offer_once(goods: Range, *, now: datetime) -> None:
    """Make the shop's promotions and coupons, unless it has some: all of them, or none."""
    if Promotion.objects.exists() or CouponTemplate.objects.exists():
        return
    is_chinese = goods.locale.startswith("zh")
    for kind, told in _farm(now) if is_chinese else _fashion(now):
        create_promotion(
            kind=kind,
            currency=goods.currency,
            told={"starts_at": now - MONTH, "is_active": True, **told},  # type: ignore[typeddict-item]
            actor=ACTOR,
            now=now - MONTH,
        )
    for kind, told in _farm_coupons() if is_chinese else _fashion_coupons():
        create_template(
            kind=kind,
            currency=goods.currency,
            told={"is_active": True, "valid_days": 30, **told},  # type: ignore[typeddict-item]
            actor=ACTOR,
            now=now - MONTH,
        )


def _farm(now: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    gift, cheap = _small_things()
    return [
        (
            "reduction",
            {
                "name": "丰收满减",
                "names": {"en": "Harvest savings"},
                "terms": {
                    "tiers": [
                        {"from_minor": 9900, "off_minor": 1000},
                        {"from_minor": 19900, "off_minor": 3000},
                    ]
                },
            },
        ),
        (
            "nth",
            {
                "name": "苹果和梨第二件半价",
                "names": {"en": "Second apples or pears half price"},
                "terms": {"nth": 2, "off_bp": 5000, "alike": True},
                "ends_at": now + _SALE,
                "scope": _category("renguo"),
                "priority": 10,
            },
        ),
        (
            "gift",
            {
                "name": "满 159 元有礼",
                "names": {"en": "A gift from ¥159"},
                "terms": {"variant": gift},
                "conditions": [{"kind": "spend", "value": 15900}],
                "uses_limit": 500,
            },
        ),
        (
            "add_on",
            {
                "name": "加价换购",
                "names": {"en": "Add-on"},
                "terms": {"items": [{"variant": cheap, "price_minor": 590}], "most": 1},
                "conditions": [{"kind": "spend", "value": 5900}],
            },
        ),
    ]


def _fashion(now: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    sale = Collection.objects.filter(handle="small-prices").first()
    return [
        (
            "reduction",
            {
                "name": "Autumn savings",
                "names": {"zh-hans": "秋季满减"},
                "terms": {
                    "tiers": [
                        {"from_minor": 15000, "off_minor": 1500},
                        {"from_minor": 30000, "off_minor": 4500},
                    ]
                },
            },
        ),
        (
            "bundle",
            {
                "name": "Any two small gifts for $75",
                "names": {"zh-hans": "小礼物两件 $75"},
                "terms": {"pieces": 2, "price_minor": 7500},
                "ends_at": now + _SALE,
                "scope": {"include": [["collection", public_id("col", sale.pk)]]} if sale else {},
                "priority": 10,
            },
        ),
        (
            "free_shipping",
            {
                "name": "Free shipping",
                "names": {"zh-hans": "满额包邮"},
                "terms": {"cap_minor": 600},
                "conditions": [{"kind": "spend", "value": 9000}],
            },
        ),
    ]


def _farm_coupons() -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (
            "amount",
            {
                "name": "新人见面礼",
                "names": {"en": "Welcome"},
                "terms": {"off_minor": 1000},
                "threshold_minor": 5900,
                "channels": ["page", "register"],
            },
        ),
        (
            "percent",
            {
                "name": "谷雨九折券",
                "names": {"en": "Ten per cent off"},
                "terms": {"off_bp": 1000, "cap_minor": 2000},
                "channels": ["page", "code"],
                "code": "GUYU10",
                "total": 1000,
            },
        ),
        (
            "freight",
            {
                "name": "运费券",
                "names": {"en": "Free shipping"},
                "terms": {"cap_minor": 800},
                "threshold_minor": 3900,
                "channels": ["page", "staff"],
                "per_member": 3,
            },
        ),
    ]


def _fashion_coupons() -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (
            "percent",
            {
                "name": "Welcome to Linden & Loom",
                "names": {"zh-hans": "新客九折"},
                "terms": {"off_bp": 1000, "cap_minor": 3000},
                "channels": ["page", "code", "register"],
                "code": "WELCOME10",
            },
        ),
        (
            "amount",
            {
                "name": "Fifteen off",
                "names": {"zh-hans": "十五元券"},
                "terms": {"off_minor": 1500},
                "threshold_minor": 12000,
                "channels": ["page", "staff"],
                "total": 500,
            },
        ),
    ]


def _small_things() -> tuple[str, str]:
    """Return the two cheapest things, by their public ids: a gift, and an add-on."""
    rows = BasePrice.objects.order_by("minor", "variant_id").values_list("variant_id", flat=True)
    gift, cheap = rows[:2]
    return public_id("var", gift), public_id("var", cheap)


def _category(slug: str) -> Mapping[str, Any]:
    found = Category.objects.filter(slug=slug).first()
    return {"include": [["category", found.public_id]]} if found else {}
