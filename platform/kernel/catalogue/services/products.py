"""Makes and changes products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypedDict, cast
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.catalogue import fields as checks
from kernel.catalogue.attributes import checked_attributes
from kernel.catalogue.choices import ProductKind, ProductStatus, VariantStatus
from kernel.catalogue.errors import (
    HandleTaken,
    InvalidProduct,
    NotPublishable,
    StaleVersion,
)
from kernel.catalogue.models import (
    Brand,
    BundleItem,
    Category,
    HandleRedirect,
    Product,
    ProductCategory,
    ProductLabel,
    ProductType,
    ServiceLabel,
    Unit,
    Variant,
)
from kernel.catalogue.ports import freight_templates
from kernel.catalogue.services.changes import finish_change, locked_product, tell_all
from kernel.catalogue.services.options import OptionSpec, lay_options
from kernel.catalogue.texts import handle_of
from kernel.common.ids import uuid7
from kernel.common.outbox.codec import encode

REFERENCES: Final[Mapping[str, Any]] = {
    "brand_id": Brand,
    "product_type_id": ProductType,
    "unit_id": Unit,
}
# Targets and the tables between: models, of which mypy knows no common manager.
LINKS: Final[Mapping[str, tuple[Any, Any, str]]] = {
    "category_ids": (Category, ProductCategory, "category_id"),
    "label_ids": (ServiceLabel, ProductLabel, "label_id"),
}
_NOTE_PRICES: Final = f"""
UPDATE {Product._meta.db_table} AS product
   SET lowest_minor = span.lowest, highest_minor = span.highest,
       price_currency = span.currency, lead_variant_id = span.lead
  FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[], %s::uuid[])
       AS span(id, lowest, highest, currency, lead)
 WHERE product.id = span.id
"""  # noqa: S608  the table name is the model's own
_LONGEST_STEM: Final = 180
_MOST_IN_BUNDLE: Final = 100


class ProductFields(TypedDict, total=False):
    """What may be said of a product; what is left out stays as it is."""

    handle: str
    kind: str
    title: str
    i18n: Mapping[str, Mapping[str, str]]
    summary: str
    description_html: str
    brand_id: UUID | None
    product_type_id: UUID | None
    unit_id: UUID | None
    tags: Sequence[str]
    status: str
    published_from: datetime | None
    published_until: datetime | None
    seo_title: str
    seo_description: str
    min_per_order: int
    max_per_order: int | None
    max_per_member: int | None
    step: int
    after_sale_policy: str
    tax_class: str
    freight_template: str
    seller_id: UUID | None
    attributes: Mapping[str, object]
    category_ids: Sequence[UUID]
    label_ids: Sequence[UUID]


@transaction.atomic
def create_product(
    fields: ProductFields,
    *,
    actor: Actor,
    options: Sequence[OptionSpec] = (),
    only: Sequence[tuple[str, ...]] | None = None,
    sku: str = "",
) -> Product:
    """Make a product with one variant for each combination of its options.

    Without options it has one variant. The handle is made from the title when
    none is given.

    Args:
        fields: the particulars; a title is needed.
        actor: who makes it.
        options: up to 3, which give up to 250 variants.
        only: the combinations (names of values, in order) to make; all when None.
        sku: of the only variant of a product without options.

    Raises:
        InvalidProduct: a value cannot be used.
        InvalidOptions: the options give no matrix, or too large a one.
        InvalidAttributes: attributes that do not fit the product type.
        HandleTaken, SkuTaken: another product or variant has it.
    """
    values = checks.checked(fields, checks.PRODUCT)
    if "title" not in values:
        raise InvalidProduct(_("This is needed."), field="title")
    links = split_links(values)
    product = Product(id=uuid7(), **values)
    product.handle = values.get("handle") or _free_handle(product)
    product.description_html = values.get("description_html", "")
    check_whole(product, values)
    _insert(product)
    lay_options(product, options, only=only, sku=sku)
    _write_links(product, links)
    _check_publishable(product)
    finish_change(
        product,
        changed=("created",),
        actor=actor,
        action="product.created",
        after={"title": product.title, "handle": product.handle, "status": product.status},
    )
    return product


@transaction.atomic
def change_product(
    product_id: UUID,
    fields: ProductFields,
    *,
    actor: Actor,
    expected_version: int | None = None,
) -> Product:
    """Change some of a product's particulars; all of them, or none.

    Saying what is so already changes nothing and leaves no trace. A new handle
    leaves the old address behind as a redirect.

    Raises:
        NotFound: there is no such product.
        StaleVersion: it is not at the expected version any more.
        InvalidProduct, InvalidAttributes, HandleTaken: as `create_product`.
        NotPublishable: it lacks what a product on sale needs.
    """
    values = checks.checked(fields, checks.PRODUCT)
    product = locked_product(product_id)
    if expected_version is not None and product.version != expected_version:
        raise StaleVersion(version=product.version)
    links = split_links(values)
    before = {name: getattr(product, name) for name in values}
    for name, value in values.items():
        setattr(product, name, value)
    check_whole(product, values)
    changed = [name for name in values if getattr(product, name) != before[name]]
    linked = _write_links(product, links)
    if not changed and not linked:
        return product
    _check_publishable(product)
    if "handle" in changed:
        _move_handle(product, before["handle"])
    finish_change(
        product,
        changed=[*changed, *linked],
        actor=actor,
        before={name: encode(before[name]) for name in changed},
        after={name: encode(getattr(product, name)) for name in changed}
        | {name: encode(links[name]) for name in linked},
    )
    return product


@transaction.atomic
def set_bundle(product_id: UUID, items: Mapping[UUID, int], *, actor: Actor) -> Product:
    """Say what one piece of a bundle holds: quantities by variant.

    Raises:
        NotFound: there is no such product.
        InvalidProduct: it is no bundle, holds nothing, or a variant that is not
            there, is a bundle itself or counts wrong.
    """
    product = locked_product(product_id)
    count = checks.whole(1, 10_000)
    if product.kind != ProductKind.BUNDLE or not 1 <= len(items) <= _MOST_IN_BUNDLE:
        raise InvalidProduct(field="items")
    known = Variant.objects.filter(id__in=list(items), status=VariantStatus.ACTIVE).exclude(
        product__kind=ProductKind.BUNDLE
    )
    if known.count() < len(items):
        raise InvalidProduct(_("There is nothing with this id."), field="items")
    BundleItem.objects.filter(product=product).delete()
    BundleItem.objects.bulk_create(
        BundleItem(
            product=product, variant_id=variant, quantity=cast("int", count(number, "items"))
        )
        for variant, number in items.items()
    )
    after = {str(variant): number for variant, number in items.items()}
    finish_change(product, changed=("bundle",), actor=actor, after={"items": after})
    return product


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """From what to what the variants of a product cost; None without prices."""

    lowest_minor: int | None
    highest_minor: int | None
    currency: str
    lead_variant_id: UUID | None


def note_prices(spans: Mapping[UUID, PriceSpan]) -> None:
    """Keep the prices that lists sort by and rules ask for; called by the pricing centre.

    Runs inside the caller's transaction, in the order of ids. The versions of
    the products stay: prices have a history of their own.
    """
    products = Product.objects.select_for_update(no_key=True).filter(pk__in=list(spans))
    rows = list(products.order_by("pk").only("id", "version"))
    told = [spans[product.id] for product in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_PRICES,
            [
                [product.id for product in rows],
                [span.lowest_minor for span in told],
                [span.highest_minor for span in told],
                [span.currency for span in told],
                [span.lead_variant_id for span in told],
            ],
        )
    tell_all(rows, changed=("price",))


def split_links(values: dict[str, Any]) -> dict[str, list[UUID]]:
    """Take out of a product's values what stands in tables of its own."""
    return {name: values.pop(name) for name in ("category_ids", "label_ids") if name in values}


def check_whole(product: Product, values: Mapping[str, Any]) -> None:
    """Check what several values say together, and that what they point to is there."""
    for name, model in REFERENCES.items():
        if values.get(name) and not model.objects.filter(pk=values[name]).exists():
            raise InvalidProduct(_("There is nothing with this id."), field=name)
    if product.max_per_order is not None and product.max_per_order < product.min_per_order:
        raise InvalidProduct(_("Smaller than the least that may be bought."), field="max_per_order")
    if (
        product.published_from is not None
        and product.published_until is not None
        and product.published_from >= product.published_until
    ):
        raise InvalidProduct(_("This is before the beginning."), field="published_until")
    check_freight([values.get("freight_template", "")])
    if "attributes" in values or "product_type_id" in values:
        product.attributes = checked_attributes(
            _schema_of(product),
            product.attributes if "attributes" in values else _still_known(product),
            complete=product.status == ProductStatus.ACTIVE,
        )


def check_freight(codes: Iterable[str]) -> None:
    """Check that the freight templates that are named are there; no query when none is."""
    named = {code for code in codes if code}
    if named and not named <= freight_templates().keys():
        raise InvalidProduct(_("There is no such freight template."), field="freight_template")


def _schema_of(product: Product) -> Sequence[Mapping[str, Any]]:
    if product.product_type_id is None:
        return []
    found = ProductType.objects.filter(pk=product.product_type_id).values_list("schema", flat=True)
    return found.first() or []


def _still_known(product: Product) -> Mapping[str, object]:
    """Return the attributes that another product type knows as well."""
    codes = {entry["code"] for entry in _schema_of(product)}
    return {code: value for code, value in product.attributes.items() if code in codes}


def _check_publishable(product: Product) -> None:
    if product.status != ProductStatus.ACTIVE:
        return
    if not Variant.objects.filter(product=product, status=VariantStatus.ACTIVE).exists():
        raise NotPublishable(_("It has no variant that can be bought."))


def stem_of(product: Product) -> str:
    """Return what the handle of a product without one begins with."""
    stem = handle_of(product.title)[:_LONGEST_STEM].strip("-")
    return stem or product.public_id.replace("_", "-")


def _free_handle(product: Product) -> str:
    stem = stem_of(product)
    taken = set(
        Product.objects.filter(handle__startswith=stem).values_list("handle", flat=True)
    ) | set(HandleRedirect.objects.filter(handle__startswith=stem).values_list("handle", flat=True))
    number, handle = 1, stem
    while handle in taken:
        number += 1
        handle = f"{stem}-{number}"
    return handle


def _insert(product: Product) -> None:
    try:
        with transaction.atomic():
            product.save(force_insert=True)
    except IntegrityError as error:
        raise HandleTaken(handle=product.handle) from error
    HandleRedirect.objects.filter(handle=product.handle).delete()


def _move_handle(product: Product, before: str) -> None:
    if Product.objects.filter(handle=product.handle).exclude(pk=product.pk).exists():
        raise HandleTaken(handle=product.handle)
    try:
        with transaction.atomic():
            Product.objects.filter(pk=product.pk).update(handle=product.handle)
    except IntegrityError as error:
        raise HandleTaken(handle=product.handle) from error
    HandleRedirect.objects.filter(handle=product.handle).delete()
    HandleRedirect.objects.update_or_create(handle=before, defaults={"product": product})


def _write_links(product: Product, links: Mapping[str, list[UUID]]) -> list[str]:
    """Write categories and labels; return which of them are others now."""
    changed = []
    for name, wanted in links.items():
        target, through, column = LINKS[name]
        rows = through.objects.filter(product_id=product.pk)
        current = set(rows.values_list(column, flat=True))
        if current == set(wanted):
            continue
        _check_there(target, wanted, name)
        rows.exclude(**{f"{column}__in": wanted}).delete()
        through.objects.bulk_create(
            through(**{"product_id": product.pk, column: item})
            for item in wanted
            if item not in current
        )
        changed.append(name)
    return changed


def _check_there(target: Any, ids: Iterable[UUID], name: str) -> None:
    wanted = set(ids)
    if target.objects.filter(pk__in=wanted).count() < len(wanted):
        raise InvalidProduct(_("There is nothing with this id."), field=name)
