"""Puts a shop's goods on its shelves, through the services that merchants use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from django.db import transaction

from config.dev.demo.drawing.pictures import draw_all
from config.dev.demo.shipping import ship, template_of
from config.dev.demo.wares import Range, Ware
from kernel.audit.actor import Actor
from kernel.catalogue.models import OptionType, OptionValue, Product, Variant
from kernel.catalogue.services import (
    OptionSpec,
    ProductFields,
    ValueSpec,
    VariantFields,
    add_picture,
    create_category,
    create_collection,
    create_product,
    keep_group_picture,
    save_grid,
    save_product_type,
)
from kernel.common.money import Money
from kernel.inventory.services import StockLine, create_location, receive
from kernel.payments.models import PaymentBinding
from kernel.payments.services import bind, set_enabled
from kernel.pricing.services import set_base_prices
from kernel.pricing.values import NewPrice

if TYPE_CHECKING:
    from uuid import UUID

    from kernel.inventory.models import Location

Report: TypeAlias = Callable[[str], None]

ACTOR: Final = Actor.system("demo")
BEFORE: Final = timedelta(days=120)
"""How long ago the shop priced its goods."""

_ORIGIN: Final = {"code": "origin", "kind": "text", "names": {"zh-hans": "产地", "en": "Made in"}}
_FARM: Final = (
    {**_ORIGIN, "names": {"zh-hans": "产地", "en": "Origin"}},
    {
        "code": "storage",
        "kind": "choice",
        "names": {"zh-hans": "保存方式", "en": "Storage"},
        "choices": ["阴凉干燥处", "冷藏"],
    },
)
_FASHION: Final = (
    _ORIGIN,
    {
        "code": "care",
        "kind": "choice",
        "names": {"zh-hans": "洗涤", "en": "Care"},
        "choices": ["Cold wash", "Hand wash", "Dry clean"],
    },
)
_STOCK: Final = 400
_FEW: Final = 3
_NO_MORE: Final = 37
_LITTLE: Final = 11


def shelve(goods: Range, *, now: datetime, report: Report) -> None:
    """Fill the current tenant's catalogue: everything, or nothing."""
    wanted = [each.drawing for each in goods.shelves]
    wanted += [drawing for ware in goods.wares for _value, drawing in ware.drawings]
    pictures = draw_all(wanted)
    with transaction.atomic():
        shelves = _shelves(goods, pictures)
        location, described = _warehouse(goods), _described(goods)
        ship(goods, location)
        count = len(goods.wares)
        for number, ware in enumerate(goods.wares, start=1):
            report(f"{number} of {count}: {ware.title}")
            _ware(
                ware,
                goods,
                shelves,
                pictures,
                location,
                described=described,
                number=number,
                now=now,
            )
        _collections(goods, now=now)


def enable_transfer(goods: Range, *, now: datetime) -> PaymentBinding:
    """Let the current tenant be paid by bank transfer."""
    known = PaymentBinding.objects.filter(gateway="offline").first()
    if known is not None:
        return known
    is_chinese = goods.locale.startswith("zh")
    row = bind(
        gateway="offline",
        is_live=False,
        title="银行转账" if is_chinese else "Bank transfer",
        values={
            "way": "transfer",
            "instructions": "转账时请在附言里写上订单号。"
            if is_chinese
            else "Please name the order in the reference of your transfer.",
            "account": "6222 0000 1234 5678 谷雨农场"
            if is_chinese
            else "Linden & Loom, 021000021 1234567",
            "days": 3,
        },
        actor=ACTOR,
        now=now,
    )
    return set_enabled(row.pk, enabled=True, actor=ACTOR)


def _shelves(goods: Range, pictures: Iterator[bytes]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for shelf in goods.shelves:
        name = keep_group_picture(next(pictures), name=f"{shelf.slug}.webp")
        found[shelf.slug] = create_category(
            {"title": shelf.title, "slug": shelf.slug, "picture": name},
            actor=ACTOR,
            parent_id=found.get(shelf.parent),
        ).pk
    return found


def _warehouse(goods: Range) -> Location:
    is_chinese = goods.locale.startswith("zh")
    name, region = ("杭州仓", "330106") if is_chinese else ("Brooklyn warehouse", "US-NY")
    address = "文三路 388 号" if is_chinese else "240 Carroll St, Brooklyn"
    return create_location(code="main", name=name, region_code=region, address=address, actor=ACTOR)


def _described(goods: Range) -> ProductFields:
    """Return what all goods of a shop have in common, with the type that asks for it."""
    is_chinese = goods.locale.startswith("zh")
    kind = save_product_type(
        code="goods",
        name="农产品" if is_chinese else "Clothing",
        i18n={"en": {"name": "Produce"}} if is_chinese else {},
        schema=_FARM if is_chinese else _FASHION,
        actor=ACTOR,
    )
    values = {"origin": "浙江杭州", "storage": "阴凉干燥处"}
    if not is_chinese:
        values = {"origin": "Portugal", "care": "Cold wash"}
    return {"product_type_id": kind.pk, "attributes": values}


def _ware(
    ware: Ware,
    goods: Range,
    shelves: Mapping[str, UUID],
    pictures: Iterator[bytes],
    location: Location,
    *,
    described: ProductFields,
    number: int,
    now: datetime,
) -> None:
    made = create_product(
        {
            "title": ware.title,
            "summary": ware.summary,
            "description_html": ware.text,
            "status": "active",
            "tags": list(ware.tags),
            "category_ids": [shelves[ware.category]],
            "freight_template": template_of(ware.category),
            "published_from": now - BEFORE,
            **described,
        },
        actor=ACTOR,
        options=[
            OptionSpec(
                choice.name,
                [ValueSpec(name, colour=choice.colours.get(name, "")) for name in choice.values],
            )
            for choice in ware.choices
        ],
    )
    shown = {
        value: add_picture(made.pk, next(pictures), actor=ACTOR, alt=_alt(ware, value)).pk
        for value, _drawing in ware.drawings
    }
    _packs(ware, made, shown, location, goods, number=number, now=now)


def _alt(ware: Ware, value: str) -> str:
    return f"{ware.title}, {value}" if value else ware.title


def _packs(
    ware: Ware,
    made: Product,
    shown: Mapping[str, UUID],
    location: Location,
    goods: Range,
    *,
    number: int,
    now: datetime,
) -> None:
    variants = _by_values(made)
    rows: list[tuple[UUID, VariantFields]] = []
    prices, stock = [], []
    for place, pack in enumerate(ware.packs, start=1):
        variant = variants[frozenset(pack.values)]
        fields: VariantFields = {"sku": f"{ware.code}-{place:02d}", "weight_grams": pack.grams}
        if image := shown.get(pack.values[0]):
            fields["image_id"] = image
        rows.append((variant.pk, fields))
        before = None if pack.compare_at is None else Money(pack.compare_at, goods.currency)
        prices.append(NewPrice(variant.pk, Money(pack.minor, goods.currency), before))
        left = _left(number + place)
        if left:
            stock.append(StockLine(variant.pk, location.pk, left))
    save_grid(made.pk, rows, actor=ACTOR)
    set_base_prices(prices, actor=ACTOR, now=now - BEFORE)
    receive(stock, reason="opening", actor=ACTOR)


def _left(number: int) -> int:
    """Return how many there are: nearly always plenty, sometimes few, now and then none."""
    if number % _NO_MORE == 0:
        return 0
    return _FEW if number % _LITTLE == 0 else _STOCK + number * 7 % 90


def _by_values(made: Product) -> dict[frozenset[str], Variant]:
    """Return a product's variants by the names of their values."""
    names = {
        value.pk.hex: value.name
        for value in OptionValue.objects.filter(
            option_type__in=OptionType.objects.filter(product=made)
        )
    }
    return {
        frozenset(names[key] for key in names if key in variant.signature.replace("-", "")): variant
        for variant in Variant.objects.filter(product=made)
    }


def _collections(goods: Range, *, now: datetime) -> None:
    is_chinese = goods.locale.startswith("zh")
    sale = ("特价专区", "特价") if is_chinese else ("Sale", "sale")
    create_collection(
        {
            "handle": "sale",
            "title": sale[0],
            "rules": {
                "match": "all",
                "rules": [{"field": "tag", "operator": "is", "value": sale[1]}],
            },
        },
        actor=ACTOR,
        now=now,
    )
    limit = "30" if is_chinese else "60"
    create_collection(
        {
            "handle": "small-prices",
            "title": "30 元以内" if is_chinese else "Gifts below $60",
            "rules": {
                "match": "all",
                "rules": [{"field": "price", "operator": "lt", "value": limit}],
            },
        },
        actor=ACTOR,
        now=now,
    )
