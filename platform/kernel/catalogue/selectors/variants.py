"""What carts and orders ask of variants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.catalogue.choices import PictureState, ProductKind, VariantStatus
from kernel.catalogue.models import Product, Variant
from kernel.catalogue.selectors.cards import published
from kernel.catalogue.selectors.pictures import PictureShown, first_pictures, shown
from kernel.catalogue.texts import translated


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """A variant with what of its product matters when it is sold.

    Attributes:
        variant_title: its option values; empty without options.
        is_on_sale: published, and not archived; says nothing of price and stock.
        is_shipped: whether something has to be sent.
    """

    variant_id: UUID
    variant_public_id: str
    product_id: UUID
    product_public_id: str
    handle: str
    kind: str
    sku: str
    title: str
    variant_title: str
    picture: PictureShown | None
    is_on_sale: bool
    is_shipped: bool
    min_per_order: int
    max_per_order: int | None
    max_per_member: int | None
    step: int
    seller_id: UUID | None
    weight_grams: int
    volume_cm3: int
    tax_class: str
    freight_template: str
    after_sale_policy: str
    out_of_stock: str
    oversell_limit: int
    product_version: int


def variant_facts(
    variant_ids: Iterable[UUID], *, now: datetime, language: str | None = None
) -> dict[UUID, VariantFacts]:
    """Return facts by variant, also of those that are not sold any more; three queries."""
    variants = list(
        Variant.objects.select_related("product", "image").filter(pk__in=list(variant_ids))
    )
    products = {item.product_id for item in variants}
    visible = set(
        Product.objects.filter(published(now), pk__in=products).values_list("pk", flat=True)
    )
    pictures = first_pictures(products)
    found = {}
    for variant in variants:
        product = variant.product
        title = translated(product.i18n, language, "title", product.title)
        own = variant.image
        if own is not None and own.state != PictureState.READY:
            own = None
        picture = own or pictures.get(product.id)
        found[variant.id] = VariantFacts(
            variant_id=variant.id,
            variant_public_id=variant.public_id,
            product_id=product.id,
            product_public_id=product.public_id,
            handle=product.handle,
            kind=product.kind,
            sku=variant.sku,
            title=title,
            variant_title=variant.title,
            picture=shown(picture, language, title) if picture else None,
            is_on_sale=product.id in visible and variant.status == VariantStatus.ACTIVE,
            is_shipped=product.kind in {ProductKind.PHYSICAL, ProductKind.BUNDLE},
            min_per_order=product.min_per_order,
            max_per_order=product.max_per_order,
            max_per_member=product.max_per_member,
            step=product.step,
            seller_id=product.seller_id,
            weight_grams=variant.weight_grams,
            volume_cm3=variant.volume_cm3,
            tax_class=product.tax_class,
            freight_template=product.freight_template,
            after_sale_policy=product.after_sale_policy,
            out_of_stock=variant.out_of_stock,
            oversell_limit=variant.oversell_limit,
            product_version=product.version,
        )
    return found
