"""Brings a product into the catalogue as a file tells it: made, changed, or left as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.catalogue.choices import OutOfStock, ProductStatus
from kernel.catalogue.fields import LARGEST_COUNT
from kernel.catalogue.models import (
    Brand,
    Category,
    OptionType,
    OptionValue,
    Picture,
    Product,
    Variant,
    VariantValue,
)
from kernel.catalogue.services import (
    OptionSpec,
    ProductFields,
    ValueSpec,
    VariantFields,
    change_product,
    create_category,
    create_product,
    expect_picture,
    save_brand,
    save_grid,
    set_options,
)
from kernel.catalogue.services.options import MOST_VARIANTS
from kernel.catalogue.texts import handle_of
from kernel.common.money import DECIMALS, InvalidAmount, Money
from kernel.dataio.errors import RowRefused
from kernel.dataio.ports import write_stock
from kernel.dataio.records import ProductRecord, VariantRecord
from kernel.pricing.services import NewPrice, set_base_prices

Outcome: TypeAlias = Literal["created", "updated", "unchanged"]
Values: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Upsert:
    """What all products of a file share.

    Attributes:
        publish: whether products of which the file says nothing go on sale.
        pictures: that somebody has to fetch, found on the way.
    """

    actor: Actor
    currency: str
    now: datetime
    publish: bool = False
    with_stock: bool = True
    pictures: list[UUID] = field(default_factory=list)
    _brands: dict[str, UUID] = field(default_factory=dict)
    _places: dict[Values, UUID] = field(default_factory=dict)

    def product(self, record: ProductRecord) -> Outcome:
        """Bring one product in, inside the caller's transaction.

        It is found again by its handle, else by the SKU of one of its variants.

        Raises:
            DomainError: something of it cannot be used; the caller undoes the rest.
        """
        check(record)
        prices = self.prices(record)
        known = _find(record)
        product, outcome = self._written(record, known)
        variants = self._variants(product, record)
        # Before those of variants: the first of them stands for the product.
        changed = self._pictures(product, record)
        changed |= self._grid(product, record, variants, prices)
        if self.with_stock:
            stock = {
                variants[key_of(item)].id: item.stock
                for item in record.variants
                if item.stock is not None
            }
            changed |= write_stock(stock, self.actor)
        if known is None:
            return "created"
        after = Product.objects.only("version").get(pk=product.pk).version
        return "updated" if changed or after != known.version else outcome

    def prices(self, record: ProductRecord) -> dict[Values, tuple[Money, Money | None]]:
        """Return the prices of the variants that have one, and what they are compared with.

        Raises:
            RowRefused: one cannot be.
        """
        found = {}
        for item in record.variants:
            if not item.price:
                continue
            price = self._amount(item.price, "price", item.line)
            compare = self._amount(item.compare_at or "0", "compare_at", item.line)
            # Shops write nothing as 0, too.
            found[key_of(item)] = (price, compare or None)
        return found

    def _amount(self, text: str, column: str, line: int) -> Money:
        try:
            amount = Money.parse(text, self.currency)
        except InvalidAmount:
            places = DECIMALS.get(self.currency, 0)
            raise RowRefused(
                column=column, value=text[:40], reason="amount", decimals=places, line=line
            ) from None
        if amount.minor < 0:
            raise RowRefused(column=column, value=text[:40], reason="negative", line=line)
        return amount

    def variant_fields(self, item: VariantRecord, known: Variant | None = None) -> VariantFields:
        """Return what the catalogue is told of a variant.

        Raises:
            RowRefused: its cost is no amount.
        """
        told: dict[str, Any] = {
            "sku": item.sku or None,
            "barcode": item.barcode or None,
            "weight_grams": item.weight_grams,
            "volume_cm3": item.volume_cm3,
        }
        if item.cost:
            cost = self._amount(item.cost, "cost", item.line)
            told |= {"cost_minor": cost.minor, "currency": cost.currency}
        if item.sells_ahead is False:
            told["out_of_stock"] = OutOfStock.REFUSE.value
        elif item.sells_ahead and (known is None or known.out_of_stock == OutOfStock.REFUSE):
            # How many, files do not say: as many as are wanted.
            told |= {"out_of_stock": OutOfStock.BACKORDER.value, "oversell_limit": LARGEST_COUNT}
        return cast(
            "VariantFields", {key: value for key, value in told.items() if value is not None}
        )

    def _written(self, record: ProductRecord, known: Product | None) -> tuple[Product, Outcome]:
        fields = self.fields(record, known)
        if known is not None:
            return change_product(known.id, fields, actor=self.actor), "unchanged"
        sku = record.variants[0].sku if not record.options and record.variants else ""
        made = create_product(
            fields,
            options=option_specs(record, {}),
            only=[item.values for item in record.variants],
            sku=sku,
            actor=self.actor,
        )
        return made, "created"

    def fields(self, record: ProductRecord, known: Product | None) -> ProductFields:
        """Return what the catalogue is told; brands and categories are made where missing."""
        fields = told_of(record)
        if record.brand:
            fields["brand_id"] = self._brand(record.brand)
        if record.categories:
            fields["category_ids"] = [self._place(titles) for titles in record.categories]
        if known is None:
            published = self.publish if record.published is None else record.published
            status = ProductStatus.ACTIVE if published and self.publish else ProductStatus.DRAFT
            fields["status"] = (ProductStatus.ARCHIVED if record.is_archived else status).value
            fields |= {"kind": record.kind} if record.kind else {}
            fields |= {"max_per_order": record.max_per_order} if record.max_per_order else {}
            if record.handle:
                fields["handle"] = handle_of(record.handle)
        return cast("ProductFields", fields)

    def _brand(self, name: str) -> UUID:
        if name not in self._brands:
            found = Brand.objects.filter(name=name).values_list("id", flat=True).first()
            self._brands[name] = found or save_brand(name=name, actor=self.actor).id
        return self._brands[name]

    def _place(self, titles: Values) -> UUID:
        """Return the category with these titles from the top; made where it is missing."""
        if titles not in self._places:
            parent = self._place(titles[:-1]) if len(titles) > 1 else None
            found = Category.objects.filter(parent=parent, title=titles[-1]).first()
            if found is None:
                found = create_category({"title": titles[-1]}, parent_id=parent, actor=self.actor)
            self._places[titles] = found.id
        return self._places[titles]

    def knows_places_of(self, record: ProductRecord) -> bool:
        """Tell whether nothing has to be made that a product points to."""
        is_branded = not record.brand or record.brand in self._brands
        return is_branded and all(place in self._places for place in record.categories)

    def forget(self, *, pictures_after: int) -> None:
        """Forget what a transaction made that was undone: places, and the last pictures."""
        self._brands.clear()
        self._places.clear()
        del self.pictures[pictures_after:]

    def _variants(self, product: Product, record: ProductRecord) -> dict[Values, Variant]:
        """Return the variants by their values, with those that the record adds."""
        present = _by_values(product)
        missing = [item.values for item in record.variants if key_of(item) not in present]
        if missing:
            options = option_specs(record, _current(product))
            set_options(product.id, options, only=missing, actor=self.actor)
            present = _by_values(product)
        if any(key_of(item) not in present for item in record.variants):
            raise RowRefused(column="options", reason="other_options")
        return present

    def _grid(
        self,
        product: Product,
        record: ProductRecord,
        variants: Mapping[Values, Variant],
        prices: Mapping[Values, tuple[Money, Money | None]],
    ) -> bool:
        pairs = [(variants[key_of(item)], item) for item in record.variants]
        rows = [(known.id, self.variant_fields(item, known)) for known, item in pairs]
        self._images(product, record, variants, rows)
        save_grid(product.id, [row for row in rows if row[1]], actor=self.actor)
        new = [
            NewPrice(variants[key].id, price, compare) for key, (price, compare) in prices.items()
        ]
        return bool(new) and bool(set_base_prices(new, actor=self.actor, now=self.now))

    def _images(
        self,
        product: Product,
        record: ProductRecord,
        variants: Mapping[Values, Variant],
        rows: list[tuple[UUID, VariantFields]],
    ) -> None:
        """Let variants show the picture that their row names."""
        wanted = {item.image_url: "" for item in record.variants if item.image_url}
        if not wanted:
            return
        self._expect(product, wanted)
        known = dict(
            Picture.objects.filter(product=product, source_url__in=wanted).values_list(
                "source_url", "id"
            )
        )
        for (_variant, row), item in zip(rows, record.variants, strict=True):
            if item.image_url in known:
                row["image_id"] = known[item.image_url]

    def _pictures(self, product: Product, record: ProductRecord) -> bool:
        return self._expect(product, record.pictures)

    def _expect(self, product: Product, wanted: Mapping[str, str]) -> bool:
        known = set(
            Picture.objects.filter(product=product, source_url__in=list(wanted)).values_list(
                "source_url", flat=True
            )
        )
        new = [url for url in wanted if url not in known]
        for url in new:
            picture = expect_picture(product, source_url=url, alt=wanted[url])
            self.pictures.append(picture.id)
        return bool(new)


def told_of(record: ProductRecord) -> dict[str, Any]:
    """Return what a record says of the product itself, in the catalogue's names."""
    told: dict[str, Any] = {
        "title": record.title or None,
        "summary": record.summary,
        "description_html": record.description_html,
        "tags": record.tags,
        "seo_title": record.seo_title,
        "seo_description": record.seo_description,
        "tax_class": record.tax_class or None,
        "freight_template": record.freight_template,
    }
    return {key: value for key, value in told.items() if value is not None}


def check(record: ProductRecord) -> None:
    """Check what only the whole product shows.

    Raises:
        RowRefused: too many variants, two alike, or a handle of nothing but signs.
    """
    if len(record.variants) > MOST_VARIANTS:
        raise RowRefused(column="options", reason="too_many", most=MOST_VARIANTS)
    keys = [key_of(item) for item in record.variants]
    if len(set(keys)) < len(keys):
        raise RowRefused(column="options", reason="duplicate")
    if record.handle and not handle_of(record.handle):
        raise RowRefused(column="handle", value=record.handle[:40])
    skus = [item.sku for item in record.variants if item.sku]
    if len(set(skus)) < len(skus):
        raise RowRefused(column="sku", reason="duplicate")


def _find(record: ProductRecord) -> Product | None:
    if record.handle:
        return Product.objects.filter(handle=handle_of(record.handle)).first()
    skus = [item.sku for item in record.variants if item.sku]
    variant = Variant.objects.select_related("product").filter(sku__in=skus).first()
    return variant.product if variant else None


def key_of(item: VariantRecord) -> Values:
    """Return by what a variant is found again."""
    return tuple(value.strip().casefold() for value in item.values)


def _by_values(product: Product) -> dict[Values, Variant]:
    """Return variants by the names of their values, in the order of the options."""
    order = {
        key: number
        for number, key in enumerate(
            OptionType.objects.filter(product=product, is_archived=False)
            .order_by("position", "id")
            .values_list("id", flat=True)
        )
    }
    named: dict[UUID, dict[int, str]] = {}
    rows = VariantValue.objects.select_related("option_value").filter(
        variant__product=product, option_type__in=list(order)
    )
    for row in rows:
        place = order[row.option_type_id]
        named.setdefault(row.variant_id, {})[place] = row.option_value.name.casefold()
    found: dict[Values, Variant] = {}
    for variant in Variant.objects.filter(product=product).order_by("-status", "-position"):
        values = named.get(variant.id, {})
        if len(values) == len(order):
            found[tuple(values[place] for place in sorted(values))] = variant
    return found


def _current(product: Product) -> dict[str, list[str]]:
    """Return the options that a product has, with their values in order."""
    found: dict[str, list[str]] = {}
    rows = OptionValue.objects.select_related("option_type").filter(
        option_type__product=product, option_type__is_archived=False, is_archived=False
    )
    for row in rows.order_by("option_type__position", "position"):
        found.setdefault(row.option_type.name, []).append(row.name)
    return found


def option_specs(record: ProductRecord, current: Mapping[str, Sequence[str]]) -> list[OptionSpec]:
    """Return the record's options, with the values that the product had before them."""
    had = {name.casefold(): values for name, values in current.items()}
    specs = []
    for place, name in enumerate(record.options):
        told = [item.values[place].strip() for item in record.variants]
        by_name = {value.casefold(): value for value in [*had.get(name.casefold(), ()), *told]}
        specs.append(
            OptionSpec(name=name, values=[ValueSpec(name=value) for value in by_name.values()])
        )
    return specs
