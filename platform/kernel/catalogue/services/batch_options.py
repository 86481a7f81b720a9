"""Brings further values of options, and their variants, to many products at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from kernel.audit.actor import Actor
from kernel.audit.services import Act, record_many
from kernel.catalogue.errors import InvalidOptions, SkuTaken
from kernel.catalogue.models import Product, ProductVersion, Variant
from kernel.catalogue.services.changes import change_of, search_text, snapshot
from kernel.catalogue.services.matrix import Matrix, read_matrices, write_matrices
from kernel.catalogue.services.options import OptionSpec, plan_options, told_options
from kernel.common.outbox.publishing import publish_many

Names: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Growth:
    """A product that shall have other options; nothing of it is written yet.

    Attributes:
        variants: those that would be on sale, by the names of their values.
    """

    matrix: Matrix
    options: Sequence[OptionSpec]
    variants: dict[Names, Variant]


def options_in(matrix: Matrix) -> dict[str, list[str]]:
    """Return the names of the options in use, with those of their values, in order."""
    return {
        item.name: [value.name for value in matrix.values_in_use(item)]
        for item in matrix.types_in_use()
    }


def lock_matrices(product_ids: Iterable[UUID]) -> list[Matrix]:
    """Lock products in the order of their keys, and read their options and variants."""
    rows = Product.objects.select_for_update(no_key=True).filter(pk__in=list(product_ids))
    return read_matrices(list(rows.order_by("pk")))


def plan_growth(
    matrix: Matrix, options: Sequence[OptionSpec], *, only: Sequence[Names]
) -> Growth | None:
    """Lay out what `set_options` would make of a product; None where it would refuse it.

    The matrix is of no use afterwards but to be written.
    """
    try:
        plan_options(matrix, options, only=only)
    except InvalidOptions:
        return None
    return Growth(matrix, options, matrix.by_names())


@transaction.atomic
def grow_products(growths: Sequence[Growth], *, actor: Actor) -> None:
    """Write planned options of products whose rows are still locked.

    The number of statements does not depend on the number of products. Each has one
    version more, with the log and the event that `set_options` would leave.

    Raises:
        SkuTaken: another variant has a SKU that was made up for one of these.
    """
    try:
        with transaction.atomic():
            write_matrices([each.matrix for each in growths])
    except IntegrityError as error:
        raise SkuTaken(skus=[]) from error
    products = [each.matrix.product for each in growths]
    for each, product in zip(growths, products, strict=True):
        product.search_text = search_text(product, each.matrix.variants)
        product.version += 1
        product.updated_at = Now()
    Product.objects.bulk_update(products, ["search_text", "version", "updated_at"])
    variants: Mapping[UUID, list[Variant]] = defaultdict(list)
    for variant in Variant.objects.filter(product__in=products).order_by("position", "id"):
        variants[variant.product_id].append(variant)
    ProductVersion.objects.bulk_create(
        ProductVersion(
            product=each.matrix.product,
            number=each.matrix.product.version,
            data=snapshot(
                each.matrix.product,
                options_in(each.matrix).items(),
                variants[each.matrix.product.id],
            ),
            changed=["options"],
            actor=str(actor)[:300],
        )
        for each in growths
    )
    publish_many([change_of(product, ["options"]) for product in products])
    acts = [
        Act(
            action="product.changed",
            obj=each.matrix.product,
            after={"options": told_options(each.options)},
        )
        for each in growths
    ]
    record_many(acts, actor=actor)
