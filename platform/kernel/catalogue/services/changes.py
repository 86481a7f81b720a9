"""The end of every change of a product: its version, the log, the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.errors import NotFound
from kernel.catalogue.events import ProductChanged
from kernel.catalogue.models import OptionType, OptionValue, Product, ProductVersion, Variant
from kernel.catalogue.services.descriptions import note_pictures
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish, publish_many

LOGGED: Final = (
    *("handle", "kind", "title", "i18n", "summary", "description_html", "brand_id"),
    *("product_type_id", "unit_id", "tags", "status", "published_from", "published_until"),
    *("seo_title", "seo_description", "min_per_order", "max_per_order", "max_per_member"),
    *("step", "after_sale_policy", "tax_class", "freight_template", "seller_id", "attributes"),
)
_VARIANT: Final = (
    *("id", "sku", "barcode", "title", "weight_grams", "volume_cm3", "cost_minor", "currency"),
    *("image_id", "status", "is_default", "out_of_stock", "oversell_limit", "ships_by"),
)


def locked_product(product_id: UUID) -> Product:
    """Return a product that nobody else changes until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    product = Product.objects.select_for_update(no_key=True).filter(pk=product_id).first()
    if product is None:
        raise NotFound(kind="product")
    return product


def finish_change(
    product: Product,
    *,
    changed: Sequence[str],
    actor: Actor,
    action: str = "product.changed",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Save a locked product with its next version, and tell of the change.

    A product that was just made keeps version 1.
    """
    variants = list(Variant.objects.filter(product=product).order_by("position", "id"))
    product.search_text = search_text(product, variants)
    note_pictures(product, changed)
    is_new = "created" in changed
    product.version += 0 if is_new else 1
    product.updated_at = Now()
    product.save()
    ProductVersion.objects.create(
        product=product,
        number=product.version,
        data=snapshot(product, options_of([product.id]).get(product.id, ()), variants),
        changed=list(changed),
        actor=str(actor)[:300],
    )
    tell(product, changed=changed)
    record(action=action, actor=actor, obj=product, before=before, after=after)


def tell(product: Product, *, changed: Sequence[str]) -> None:
    """Publish that a product changed."""
    event, aggregate = change_of(product, changed)
    publish(event, aggregate=aggregate)


def tell_all(products: Iterable[Product], *, changed: Sequence[str]) -> None:
    """Publish that products changed, all in the same way."""
    publish_many([change_of(product, changed) for product in products])


def change_of(product: Product, changed: Sequence[str]) -> tuple[ProductChanged, str]:
    """Return the event that tells of a change, and what its order belongs to."""
    event = ProductChanged(
        product_id=product.id, changed=list(changed), product_version=product.version
    )
    return event, f"product:{product.id.hex}"


def search_text(product: Product, variants: Iterable[Variant]) -> str:
    """Return what a search looks through: titles, tags, SKUs and barcodes, in lower case."""
    parts = [product.title, product.handle, *product.tags]
    parts += [texts.get("title", "") for texts in product.i18n.values()]
    for variant in variants:
        if variant.status == VariantStatus.ACTIVE:
            parts += [variant.sku, variant.barcode]
    return "\n".join(dict.fromkeys(part.lower() for part in parts if part))


def options_of(product_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, list[str]]]]:
    """Return options and their values in order, of each product that has some; two queries."""
    types = list(
        OptionType.objects.filter(product__in=product_ids, is_archived=False).order_by(
            "position", "id"
        )
    )
    values = OptionValue.objects.filter(
        option_type__in=[item.id for item in types], is_archived=False
    ).order_by("position", "id")
    names: dict[UUID, list[str]] = {}
    for value in values:
        names.setdefault(value.option_type_id, []).append(value.name)
    found: dict[UUID, list[tuple[str, list[str]]]] = {}
    for item in types:
        found.setdefault(item.product_id, []).append((item.name, names.get(item.id, [])))
    return found


def snapshot(
    product: Product, options: Iterable[tuple[str, Sequence[str]]], variants: Iterable[Variant]
) -> dict[str, Any]:
    """Return what the log keeps of a product: itself, its options, its variants."""
    return {
        "product": {name: encode(getattr(product, name)) for name in LOGGED},
        "options": [{"name": name, "values": list(values)} for name, values in options],
        "variants": [
            {name: encode(getattr(variant, name)) for name in _VARIANT} for variant in variants
        ],
    }
