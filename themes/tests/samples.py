"""A small shop for tests: categories, products with options, pictures, prices, stock."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from kernel.catalogue.choices import PictureState
from kernel.catalogue.models import (
    Category,
    OptionType,
    OptionValue,
    Picture,
    Product,
    ProductCategory,
    Variant,
    VariantValue,
)
from kernel.common.time import utc_now
from kernel.inventory.models import Location, StockItem
from kernel.pricing.models import BasePrice
from kernel.search.services import index_products
from testkit.factories.inventory import make_location

COLOURS = ("#dfe7d5", "#f3dfd1", "#d8e4ee", "#efe3ec", "#e9e6d3", "#dbe9e6")


def picture_bytes(number: int, *, side: int = 480) -> bytes:
    """Return a drawn picture, another for each number."""
    ground, ink = COLOURS[number % len(COLOURS)], COLOURS[(number + 3) % len(COLOURS)]
    image = Image.new("RGB", (side, side), ground)
    brush = ImageDraw.Draw(image)
    inset = side // 5 + (number * 17) % (side // 8)
    brush.ellipse((inset, inset, side - inset, side - inset), fill=ink)
    brush.rounded_rectangle(
        (side * 0.38, side * 0.3, side * 0.62, side * 0.75), side // 20, fill="#48524b"
    )
    packed = BytesIO()
    image.save(packed, "WEBP", quality=80)
    return packed.getvalue()


class Shelf:
    """Puts things on the shelves of the current tenant."""

    def __init__(self, currency: str = "CNY") -> None:
        self.currency = currency
        self.number = 0
        self._location: Location | None = None

    def category(self, title: str, slug: str, *, parent: Category | None = None) -> Category:
        """Make a category."""
        path = f"{parent.path}/{slug}" if parent else slug
        return Category.objects.create(
            parent=parent,
            path=path,
            slug=slug,
            depth=path.count("/") + 1,
            title=title,
            titles={"en": title},
        )

    def product(
        self,
        title: str,
        *,
        category: Category | None = None,
        minor: int = 9_900,
        compare_at: int | None = None,
        stock: int = 20,
        pictures: int = 0,
        options: dict[str, list[str]] | None = None,
        **particulars: Any,
    ) -> Product:
        """Make a product on sale, with a variant for each value of its one option."""
        self.number += 1
        handle = particulars.pop("handle", f"product-{self.number}")
        product = Product.objects.create(
            handle=handle,
            title=title,
            status="active",
            search_text=title.lower(),
            price_currency=self.currency,
            lowest_minor=minor,
            highest_minor=minor,
            **particulars,
        )
        if category is not None:
            ProductCategory.objects.create(product=product, category=category)
        for position in range(pictures):
            self.picture(product, position)
        variants = self._variants(product, options or {})
        BasePrice.objects.bulk_create(
            BasePrice(
                variant=each, currency=self.currency, minor=minor, compare_at_minor=compare_at
            )
            for each in variants
        )
        product.lead_variant_id = variants[0].pk
        product.save(update_fields=["lead_variant_id"])
        StockItem.objects.bulk_create(
            StockItem(variant=each, location=self.location, on_hand=stock) for each in variants
        )
        index_products([product.pk], now=utc_now())
        return product

    @property
    def location(self) -> Location:
        """The one place where everything lies."""
        if self._location is None:
            self._location = make_location()
        return self._location

    def picture(self, product: Product, position: int) -> Picture:
        """Draw a picture and put it into storage."""
        content = ContentFile(picture_bytes(self.number * 3 + position))
        name = default_storage.save(f"products/{product.handle}-{position}.webp", content)
        return Picture.objects.create(
            product=product,
            file=name,
            renditions={"480": name},
            position=position,
            width=480,
            height=480,
            state=PictureState.READY,
        )

    def _variants(self, product: Product, options: dict[str, list[str]]) -> list[Variant]:
        if not options:
            return [Variant.objects.create(product=product, sku=f"S{self.number}", is_default=True)]
        (name, values), *others = options.items()
        kinds = [self._option(product, name, values, 0)]
        kinds += [
            self._option(product, each, choices, place)
            for place, (each, choices) in enumerate(others, start=1)
        ]
        found: list[Variant] = []
        for number, value in enumerate(kinds[0]):
            chosen = [value, *(each[0] for each in kinds[1:])]
            variant = Variant.objects.create(
                product=product,
                sku=f"S{self.number}-{number}",
                title=" / ".join(each.name for each in chosen),
                signature=f"{number}",
                position=number,
                is_default=number == 0,
            )
            VariantValue.objects.bulk_create(
                VariantValue(variant=variant, option_type=each.option_type, option_value=each)
                for each in chosen
            )
            found.append(variant)
        return found

    def _option(
        self, product: Product, name: str, values: list[str], position: int
    ) -> list[OptionValue]:
        kind = OptionType.objects.create(product=product, name=name, position=position)
        return [
            OptionValue.objects.create(option_type=kind, name=value, position=place)
            for place, value in enumerate(values)
        ]
