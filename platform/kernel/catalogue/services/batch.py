"""Makes many products at once: what a large file brings in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import Act, record_many
from kernel.catalogue import fields as checks
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.errors import (
    HandleTaken,
    InvalidOptions,
    InvalidProduct,
    NotPublishable,
    SkuTaken,
)
from kernel.catalogue.models import (
    HandleRedirect,
    OptionType,
    OptionValue,
    Picture,
    Product,
    ProductVersion,
    Variant,
    VariantValue,
)
from kernel.catalogue.services.changes import change_of, search_text, snapshot
from kernel.catalogue.services.grid import VariantFields
from kernel.catalogue.services.matrix import Matrix
from kernel.catalogue.services.options import OptionSpec, plan_options
from kernel.catalogue.services.pictures import expected_pictures
from kernel.catalogue.services.products import (
    LINKS,
    REFERENCES,
    ProductFields,
    check_freight,
    check_whole,
    split_links,
    stem_of,
)
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish_new

Names = tuple[str, ...]

_MOST_NAMED: Final = 20
# All are on sale, and which is the default follows from their order.
_VARIANT: Final = {
    name: check
    for name, check in checks.VARIANT.items()
    if name not in {"status", "is_default", "image_id"}
}


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be made.

    Attributes:
        variants: the combinations to make, by the names of their values in small
            letters, and what is said of each; ``()`` for a product without options.
        pictures: texts by address, for somebody to fetch.
        images: which of the pictures shows a variant.
    """

    fields: ProductFields
    options: Sequence[OptionSpec] = ()
    variants: Mapping[Names, VariantFields] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[Names, str] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """A product that is ready to be written.

    Attributes:
        links: ids of categories and labels.
    """

    product: Product
    links: dict[str, list[UUID]]
    matrix: Matrix
    variants: dict[Names, Variant]
    pictures: list[Picture]


def plan_product(new: NewProduct) -> Plan:
    """Check a product and lay out everything that it consists of; nothing is written.

    Raises:
        InvalidProduct: a value cannot be used.
        InvalidOptions: the options give no matrix, too large a one, or not these variants.
        InvalidAttributes: attributes that do not fit the product type.
        NotPublishable: it lacks what a product on sale needs.
    """
    values = checks.checked(new.fields, checks.PRODUCT)
    if "title" not in values:
        raise InvalidProduct(_("This is needed."), field="title")
    links = split_links(values)
    product = Product(id=uuid7(), **values)
    # What points elsewhere is checked for all products at once.
    pointing = {*REFERENCES, "freight_template"}
    check_whole(product, {name: values[name] for name in values if name not in pointing})
    matrix = Matrix(product, [], {}, [], {})
    plan_options(matrix, new.options, only=list(new.variants))
    variants = matrix.by_names()
    if set(variants) != set(new.variants):
        raise InvalidOptions
    if not variants and product.status == ProductStatus.ACTIVE:
        raise NotPublishable(_("It has no variant that can be bought."))
    pictures = expected_pictures(product, new.pictures)
    _describe(new, variants, pictures)
    return Plan(product, links, matrix, variants, list(dict.fromkeys(pictures.values())))


def _describe(
    new: NewProduct, variants: Mapping[Names, Variant], pictures: Mapping[str, Picture]
) -> None:
    for number, (names, told) in enumerate(new.variants.items()):
        row = checks.checked(told, _VARIANT, prefix=f"{number}.")
        if row.get("cost_minor") is not None and not row.get("currency"):
            raise InvalidProduct(_("This is needed."), field="currency")
        for name, value in row.items():
            setattr(variants[names], name, value)
        if names in new.images:
            variants[names].image = pictures[new.images[names]]


@transaction.atomic
def create_products(plans: Sequence[Plan], *, actor: Actor) -> None:
    """Make products: all of them, or none.

    The number of statements does not depend on the number of products. Handles
    are made from titles where none is given, as `create_product` does.

    Raises:
        InvalidProduct: something that a product points to is not there.
        HandleTaken, SkuTaken: another product or variant has it.
    """
    _check_references([plan.product for plan in plans])
    _name([plan.product for plan in plans])
    _check_skus([variant.sku for plan in plans for variant in plan.variants.values()])
    for plan in plans:
        plan.product.search_text = search_text(plan.product, plan.matrix.on_sale())
    try:
        with transaction.atomic():
            _write(plans)
    except IntegrityError as error:
        if "handle" in str(error):
            raise HandleTaken(handle="") from error
        raise SkuTaken(skus=[]) from error
    _tell(plans, actor)


def _check_references(products: Sequence[Product]) -> None:
    for name, model in REFERENCES.items():
        wanted = {getattr(product, name) for product in products} - {None}
        if wanted and model.objects.filter(pk__in=wanted).count() < len(wanted):
            raise InvalidProduct(_("There is nothing with this id."), field=name)
    check_freight(product.freight_template for product in products)


def _name(products: Sequence[Product]) -> None:
    """Give each product without a handle the first one that is free."""
    given = [product.handle for product in products if product.handle]
    stems = {product.id: stem_of(product) for product in products if not product.handle}
    taken = set(_known(Product, [*given, *stems.values()]))
    times = Counter(given)
    if clash := [handle for handle in given if handle in taken or times[handle] > 1]:
        raise HandleTaken(handle=clash[0])
    taken |= set(given) | set(_known(HandleRedirect, list(stems.values())))
    for product in products:
        if product.handle:
            continue
        stem = stems[product.id]
        if stem in taken:
            # Few have the title of another, and only those look further.
            taken |= set(_beginning(Product, stem)) | set(_beginning(HandleRedirect, stem))
        numbered = chain([stem], (f"{stem}-{number}" for number in count(2)))
        product.handle = next(handle for handle in numbered if handle not in taken)
        taken.add(product.handle)


def _known(model: Any, handles: Sequence[str]) -> Iterator[str]:
    return iter(model.objects.filter(handle__in=handles).values_list("handle", flat=True))


def _beginning(model: Any, stem: str) -> Iterator[str]:
    return iter(model.objects.filter(handle__startswith=stem).values_list("handle", flat=True))


def _check_skus(skus: Sequence[str]) -> None:
    taken = set(Variant.objects.filter(sku__in=skus).values_list("sku", flat=True))
    taken |= {sku for sku, times in Counter(skus).items() if times > 1}
    if taken:
        raise SkuTaken(skus=sorted(taken)[:_MOST_NAMED])


def _write(plans: Sequence[Plan]) -> None:
    Product.objects.bulk_create([plan.product for plan in plans])
    HandleRedirect.objects.filter(handle__in=[plan.product.handle for plan in plans]).delete()
    Picture.objects.bulk_create([picture for plan in plans for picture in plan.pictures])
    types = [item for plan in plans for item in plan.matrix.types]
    values = [plan.matrix.values[item.id] for plan in plans for item in plan.matrix.types]
    OptionType.objects.bulk_create(types)
    OptionValue.objects.bulk_create(list(chain.from_iterable(values)))
    Variant.objects.bulk_create([item for plan in plans for item in plan.matrix.variants])
    VariantValue.objects.bulk_create(
        VariantValue(variant_id=variant, option_type_id=option, option_value_id=value)
        for plan in plans
        for variant, chosen in plan.matrix.choices.items()
        for option, value in chosen.items()
    )
    for name, (target, through, column) in LINKS.items():
        wanted = {item for plan in plans for item in plan.links.get(name, ())}
        if wanted and target.objects.filter(pk__in=wanted).count() < len(wanted):
            raise InvalidProduct(_("There is nothing with this id."), field=name)
        through.objects.bulk_create(
            through(**{"product_id": plan.product.id, column: item})
            for plan in plans
            for item in plan.links.get(name, ())
        )


def _tell(plans: Sequence[Plan], actor: Actor) -> None:
    products = [plan.product for plan in plans]
    ProductVersion.objects.bulk_create(
        ProductVersion(
            product=plan.product,
            number=plan.product.version,
            data=_snapshot(plan),
            changed=["created"],
            actor=str(actor)[:300],
        )
        for plan in plans
    )
    publish_new([change_of(product, ["created"]) for product in products])
    acts = [
        Act(
            action="product.created",
            obj=product,
            after={"title": product.title, "handle": product.handle, "status": product.status},
        )
        for product in products
    ]
    record_many(acts, actor=actor)


def _snapshot(plan: Plan) -> dict[str, Any]:
    matrix = plan.matrix
    options = [
        (item.name, [value.name for value in matrix.values_in_use(item)])
        for item in matrix.types_in_use()
    ]
    return snapshot(plan.product, options, matrix.on_sale())
