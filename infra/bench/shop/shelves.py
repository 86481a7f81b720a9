"""A large assortment, as rows: what a search is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from infra.bench.child import say
from infra.bench.shop.goods import ACTOR
from infra.bench.shop.steps import the_shop
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import (
    Brand,
    Category,
    OptionType,
    OptionValue,
    Product,
    ProductCategory,
    ProductType,
    Variant,
    VariantValue,
)
from kernel.catalogue.services import create_category, save_brand, save_product_type
from kernel.inventory.models import StockItem
from kernel.inventory.services import default_location
from kernel.tenancy.context import tenant_context

COLOURS: Final = ("红色", "蓝色", "绿色", "白色", "黑色", "灰色", "粉色", "金色")
THINGS: Final = (
    ("手机", "phone"), ("手机壳", "phone case"), ("耳机", "headphones"), ("茶叶", "tea"),
    ("茶杯", "tea cup"), ("衬衫", "shirt"), ("连衣裙", "dress"), ("运动鞋", "running shoes"),
    ("台灯", "lamp"), ("书包", "backpack"), ("水壶", "kettle"), ("面膜", "face mask"),
)  # fmt: skip
KINDS: Final = ("经典", "轻薄", "无线", "手工", "防水", "儿童", "大号", "便携", "复古", "智能")
SIZES: Final = ("S", "M", "L")
MAKERS: Final = ("苹果", "华为", "Aurora", "山茶", "Nordic", "青禾", "Basalt", "云帆")
_MATERIALS: Final = ("棉", "麻", "陶瓷", "铝", "木", "玻璃", "皮", "丝")
_TEXT: Final = (
    "手工采摘，阳光晒干。From the third terrace below the old temple. 适合送礼，七天退换。"
)
_BATCH: Final = 2_000
_BRANDS: Final = 200
_SHELVES: Final = 48
_WITH_OPTIONS: Final = 5
_SCHEMA: Final[Sequence[Mapping[str, Any]]] = (
    {"code": "colour", "kind": "choice", "names": {"en": "Colour"}, "choices": list(COLOURS)},
    {"code": "material", "kind": "choice", "names": {"en": "Made of"}, "choices": list(_MATERIALS)},
    {"code": "gift", "kind": "boolean", "names": {"en": "As a gift"}},
)


@dataclass(frozen=True, slots=True)
class _Places:
    """What products belong to."""

    shelves: Sequence[Category]
    brands: Sequence[Brand]
    kind: ProductType


def fill(products: int) -> int:
    """Put many products on sale, every fifth with sizes to choose from; return how many."""
    chance = Random(20)  # noqa: S311  the same goods each time
    with tenant_context(the_shop()):
        places = _places(products)
        for start in range(0, products, _BATCH):
            numbers = range(start, min(start + _BATCH, products))
            with transaction.atomic():
                _write(numbers, places, chance)
            say("filling the shelves", numbers[-1] + 1, products)
    return products


def _places(products: int) -> _Places:
    roots = [
        create_category({"title": chinese, "slug": f"s{number}"}, actor=ACTOR)
        for number, (chinese, _english) in enumerate(THINGS)
    ]
    below = [
        create_category(
            {"title": f"{KINDS[number % len(KINDS)]}{number}", "slug": f"b{number}"},
            actor=ACTOR,
            parent_id=roots[number % len(roots)].pk,
        )
        for number in range(min(_SHELVES, products))
    ]
    brands = [
        save_brand(
            handle=f"brand-{number}", name=f"{MAKERS[number % len(MAKERS)]} {number}", actor=ACTOR
        )
        for number in range(min(_BRANDS, products))
    ]
    kind = save_product_type(code="thing", name="Thing", schema=_SCHEMA, actor=ACTOR)
    return _Places(below, brands, kind)


def _write(numbers: range, places: _Places, chance: Random) -> None:
    made = [_product(number, places, chance) for number in numbers]
    Product.objects.bulk_create(made)
    ProductCategory.objects.bulk_create(
        ProductCategory(product=each, category=chance.choice(places.shelves)) for each in made
    )
    plain = [each for place, each in enumerate(made) if numbers[place] % _WITH_OPTIONS]
    sized = [each for place, each in enumerate(made) if not numbers[place] % _WITH_OPTIONS]
    variants = [Variant(product=each, sku=f"SKU-{each.handle}", is_default=True) for each in plain]
    Variant.objects.bulk_create(variants)
    variants += _with_sizes(sized)
    place = default_location()
    StockItem.objects.bulk_create(
        StockItem(variant=each, location=place, on_hand=chance.randrange(6)) for each in variants
    )


def _product(number: int, places: _Places, chance: Random) -> Product:
    chinese, english = THINGS[number % len(THINGS)]
    colour, kind = chance.choice(COLOURS), chance.choice(KINDS)
    attributes = {
        "colour": colour,
        "material": chance.choice(_MATERIALS),
        "gift": bool(number % 3),
    }
    price = chance.randrange(100, 90_000)
    return Product(
        handle=f"thing-{number}",
        title=f"{colour}{kind}{chinese} {number}",
        i18n={"en": {"title": f"{english.title()} no. {number}"}},
        summary=_TEXT,
        description_html=f"<p>{_TEXT * 3}</p>",
        status=ProductStatus.ACTIVE,
        brand=chance.choice(places.brands),
        product_type=places.kind,
        attributes=attributes,
        tags=[kind],
        lowest_minor=price,
        highest_minor=price,
        price_currency="CNY",
    )


def _with_sizes(products: Sequence[Product]) -> list[Variant]:
    types = OptionType.objects.bulk_create(
        OptionType(product=each, name="尺码", names={"en": "Size"}, position=0) for each in products
    )
    values = OptionValue.objects.bulk_create(
        OptionValue(option_type=each, name=size, position=place)
        for each in types
        for place, size in enumerate(SIZES)
    )
    known: dict[UUID, OptionType] = {each.pk: each for each in types}
    variants = Variant.objects.bulk_create(_variants(values, known))
    VariantValue.objects.bulk_create(
        VariantValue(variant=variant, option_type_id=value.option_type_id, option_value=value)
        for variant, value in zip(variants, values, strict=True)
    )
    return variants


def _variants(values: Sequence[OptionValue], types: Mapping[UUID, OptionType]) -> Iterator[Variant]:
    for value in values:
        product = types[value.option_type_id].product
        yield Variant(
            product=product,
            sku=f"SKU-{product.handle}-{value.name}",
            title=value.name,
            signature=value.pk.hex,
            is_default=value.position == 0,
            position=value.position,
        )
