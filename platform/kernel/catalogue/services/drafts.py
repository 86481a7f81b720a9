"""Changes to a product that wait to be published."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields as checks
from kernel.catalogue.models import Product
from kernel.catalogue.services.changes import locked_product
from kernel.catalogue.services.products import ProductFields, change_product
from kernel.common.outbox.codec import encode


@transaction.atomic
def save_draft(product_id: UUID, fields: ProductFields, *, actor: Actor) -> Product:
    """Keep changes without showing them to anybody who shops.

    Later ones are laid over earlier ones, field by field.

    Raises:
        NotFound: there is no such product.
        InvalidProduct: a value cannot be used.
    """
    values = checks.checked(fields, checks.PRODUCT)
    product = locked_product(product_id)
    product.draft = {
        **(product.draft or {}),
        **{key: encode(value) for key, value in values.items()},
    }
    product.save(update_fields=["draft"])
    record(action="product.draft_saved", actor=actor, obj=product, after=product.draft)
    return product


@transaction.atomic
def publish_draft(product_id: UUID, *, actor: Actor) -> Product:
    """Make the kept changes, and forget the draft; without one nothing happens.

    Raises:
        NotFound: there is no such product.
        InvalidProduct, InvalidAttributes, HandleTaken, NotPublishable: as `change_product`;
            the draft stays.
    """
    product = locked_product(product_id)
    if not product.draft:
        return product
    waiting = cast("ProductFields", product.draft)
    Product.objects.filter(pk=product_id).update(draft=None)
    return change_product(product_id, waiting, actor=actor)


@transaction.atomic
def discard_draft(product_id: UUID, *, actor: Actor) -> Product:
    """Forget the kept changes.

    Raises:
        NotFound: there is no such product.
    """
    product = locked_product(product_id)
    if product.draft is not None:
        record(action="product.draft_discarded", actor=actor, obj=product, before=product.draft)
        product.draft = None
        product.save(update_fields=["draft"])
    return product
