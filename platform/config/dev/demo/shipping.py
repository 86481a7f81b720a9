"""How a demo shop ships: its freight templates, and the ways that buyers choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from config.dev.demo.wares import Range
from kernel.audit.actor import Actor
from kernel.inventory.models import Location
from kernel.shipping.nearby import Band, Nearby
from kernel.shipping.places import EVERYWHERE
from kernel.shipping.rules import Free, Rule
from kernel.shipping.services import (
    ShippingTerms,
    TemplateTerms,
    create_template,
    set_shipping_method,
)

ACTOR: Final = Actor.system("demo")
# Jiangsu, Zhejiang, Shanghai, Anhui: around Hangzhou.
_AROUND: Final = ("320000", "330000", "310000", "340000")
_FAR: Final = ("150000", "620000", "630000", "640000", "460000")
_TOO_FAR: Final = ("540000", "650000", "710000", "810000", "820000")
_REASONS: Final = {
    "zh-hans": "路途太远，生鲜到不了，敬请谅解。",
    "en": "It is too far for fresh food.",
}
_NOT_THERE: Final = Rule(_TOO_FAR, delivers=False, reasons=_REASONS)
_FARM: Final = (
    (
        *("ambient", "常温快递", "weight"),
        (
            Rule(
                _AROUND, first=1000, first_minor=600, more=1000, more_minor=100,
                free=Free(amount_minor=9900),
            ),
            Rule(
                _FAR, first=1000, first_minor=1500, more=1000, more_minor=800,
                surcharge_minor=500,
            ),
            _NOT_THERE,
            Rule(
                (EVERYWHERE,), first=1000, first_minor=1000, more=1000, more_minor=300,
                free=Free(amount_minor=19900),
            ),
        ),
    ),
    (
        *("cold-chain", "冷链快递", "weight"),
        (
            Rule(
                _AROUND, first=3000, first_minor=1800, more=1000, more_minor=400,
                free=Free(amount_minor=19900, grams=10_000, match="all"),
            ),
            Rule((*_FAR, *_TOO_FAR), delivers=False, reasons=_REASONS),
            Rule((EVERYWHERE,), first=3000, first_minor=3200, more=1000, more_minor=800),
        ),
    ),
    (
        *("eggs", "鸡蛋防震箱", "piece"),
        (
            _NOT_THERE,
            Rule(
                (EVERYWHERE,), first=2, first_minor=800, more=1, more_minor=300,
                free=Free(pieces=6),
            ),
        ),
    ),
)  # fmt: skip
_FASHION: Final = (
    (
        *("standard", "Standard", "piece"),
        (
            Rule(("US-AK", "US-HI", "US-PR"), first_minor=1200, more=1, more_minor=300),
            Rule(("CA",), first_minor=1800, more=1, more_minor=400),
            Rule((EVERYWHERE,), first_minor=600, free=Free(amount_minor=12_000)),
        ),
    ),
    (
        *("bulky", "Coats and boots", "piece"),
        (
            Rule(("US-AK", "US-HI", "US-PR"), first_minor=2400, more=1, more_minor=1200),
            Rule(("CA",), first_minor=2900, more=1, more_minor=1500),
            Rule(
                (EVERYWHERE,), first_minor=900, more=1, more_minor=400,
                free=Free(amount_minor=25_000, pieces=3, match="any"),
            ),
        ),
    ),
)  # fmt: skip
_TEMPLATE_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("jiangguo", "yecai", "junqu"), "cold-chain"),
    "qindan": "eggs",
    **dict.fromkeys(("coats", "jackets", "boots"), "bulky"),
}
_HANGZHOU: Final = Nearby(
    latitude=30.2741,
    longitude=120.1551,
    bands=(
        Band(3_000, 500, 3_000, 9_900),
        Band(8_000, 900, 5_000),
        Band(15_000, 1_500, 10_000),
    ),
    districts={"330106": 4_000, "330102": 6_000, "330105": 8_000, "330108": 11_000},
    included_grams=5_000,
    kilo_minor=100,
)


def template_of(category: str) -> str:
    """Return the code of the freight template for goods of a category; empty for the usual one."""
    return _TEMPLATE_OF.get(category, "")


def ship(goods: Range, location: Location) -> None:
    """Make the shop's freight templates and ways to ship."""
    is_chinese = goods.locale.startswith("zh")
    made = {
        code: create_template(
            code, TemplateTerms(name, measure, rules), currency=goods.currency, actor=ACTOR
        ).pk
        for code, name, measure, rules in (_FARM if is_chinese else _FASHION)
    }
    usual = next(iter(made.values()))
    express = ShippingTerms(
        code="express",
        names={"zh-hans": "快递", "en": "Standard"},
        method="express",
        currency=goods.currency,
        countries=["CN"] if is_chinese else ["US", "CA"],
        template_id=usual,
        insurance_minor=100 if is_chinese else None,
    )
    courier = ShippingTerms(
        code="courier",
        names={"zh-hans": "顺丰特快", "en": "Next day"},
        method="express",
        currency=goods.currency,
        countries=["CN"] if is_chinese else ["US"],
        template_id=usual,
        fee_minor=1200,
        position=1,
    )
    more = _around(goods.currency, location) if is_chinese else []
    for terms in (express, courier, *more):
        set_shipping_method(terms, actor=ACTOR)


def _around(currency: str, location: Location) -> Sequence[ShippingTerms]:
    rider = ShippingTerms(
        code="rider",
        names={"zh-hans": "同城配送", "en": "Same-city rider"},
        method="same_city",
        currency=currency,
        location_id=location.pk,
        nearby=_HANGZHOU,
        position=2,
    )
    counter = ShippingTerms(
        code="counter",
        names={"zh-hans": "到店自提", "en": "Pickup"},
        method="pickup",
        currency=currency,
        location_id=location.pk,
        position=3,
    )
    return rider, counter
