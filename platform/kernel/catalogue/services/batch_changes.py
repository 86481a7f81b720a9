"""Changes many products at once: what a large file tells anew of those that are there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import Act, record_many
from kernel.catalogue import fields as checks
from kernel.catalogue.errors import InvalidProduct, NotFound, SkuTaken
from kernel.catalogue.models import Brand, Picture, Product, ProductVersion, Variant
from kernel.catalogue.services.changes import (
    change_of,
    options_of,
    search_text,
    snapshot,
)
from kernel.catalogue.services.grid import VariantFields
from kernel.catalogue.services.pictures import further_pictures
from kernel.catalogue.services.products import (
    LINKS,
    ProductFields,
    check_freight,
    split_links,
)
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish_many

_MOST_NAMED: Final = 20
# What stands alone: neither an address nor what decides whether a product can be sold.
_PRODUCT: Final = {
    name: check
    for name, check in checks.PRODUCT.items()
    if name
    in {
        *("title", "i18n", "summary", "description_html", "brand_id", "tags", "seo_title"),
        *("seo_description", "tax_class", "freight_template", "category_ids", "label_ids"),
    }
}
_VARIANT: Final = {
    name: check
    for name, check in checks.VARIANT.items()
    if name not in {"status", "is_default", "image_id"}
}


@dataclass(frozen=True, slots=True)
class ProductChange:
    """What is to become of a product; what is left out stays as it is.

    Attributes:
        fields: texts, brand, tags, tax class, freight template, categories and labels.
        variants: what is said of each of its variants, but whether it is on sale.
        pictures: texts by address, of which those that are there already stay as
            they are and the others are added for somebody to fetch.
        images: which of the pictures shows a variant.
    """

    product_id: UUID
    fields: ProductFields
    variants: Mapping[UUID, VariantFields] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(slots=True)
class Changed:
    """What became of products.

    Attributes:
        products: those that are others now.
        pictures: that were added.
    """

    products: set[UUID]
    pictures: list[Picture]


@dataclass(slots=True)
class _Work:
    """One product while it is being changed."""

    change: ProductChange
    product: Product
    variants: list[Variant]
    values: dict[str, Any]
    links: dict[str, list[UUID]]
    before: dict[str, Any] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)
    rows: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        return bool(self.before or self.linked or self.rows)


@transaction.atomic
def change_products(changes: Sequence[ProductChange], *, actor: Actor) -> Changed:
    """Change products: all of them, or none.

    The number of statements does not depend on the number of products. Each that
    is another afterwards has one version more, however much of it changed; saying
    what is so already changes nothing and leaves no trace. SKUs are not exchanged
    between variants: a new one must be free.

    Raises:
        NotFound: a product is not there.
        InvalidProduct: a value cannot be used, or something points to nothing.
        SkuTaken: a variant has a SKU already, or two ask for the same.
    """
    works = _read(changes)
    pictures = _add_pictures(works)
    for work in works:
        _apply(work, pictures)
    _check_brands(works)
    check_freight(work.values.get("freight_template", "") for work in works)
    _check_skus(works)
    added = [item for found in pictures.values() for item in found.added]
    Picture.objects.bulk_create(added)
    _write_links(works)
    different = [work for work in works if work.is_changed]
    if different:
        _write(different)
        _tell(different, actor)
    touched = {work.product.id for work in different} | {item.product_id for item in added}
    return Changed(touched, added)


def _read(changes: Sequence[ProductChange]) -> list[_Work]:
    """Lock the products in the order of their keys, and read their variants; two statements."""
    ids = [change.product_id for change in changes]
    rows = Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    products = {row.id: row for row in rows}
    if len(products) < len(ids):
        raise NotFound(kind="product")
    variants: dict[UUID, list[Variant]] = defaultdict(list)
    for variant in Variant.objects.filter(product__in=ids).order_by("position", "id"):
        variants[variant.product_id].append(variant)
    works = []
    for change in changes:
        values = checks.checked(change.fields, _PRODUCT)
        links = split_links(values)
        product = products[change.product_id]
        works.append(_Work(change, product, variants[product.id], values, links))
    return works


@dataclass(slots=True)
class _Pictures:
    by_url: dict[str, Picture]
    added: list[Picture]


def _add_pictures(works: Sequence[_Work]) -> dict[UUID, _Pictures]:
    wanted = [work for work in works if work.change.pictures]
    present: dict[UUID, list[Picture]] = defaultdict(list)
    for picture in Picture.objects.filter(product__in=[work.product.id for work in wanted]):
        present[picture.product_id].append(picture)
    found = {}
    for work in wanted:
        key = work.product.id
        by_url, added = further_pictures(work.product, present[key], work.change.pictures)
        found[key] = _Pictures(by_url, added)
    return found


def _apply(work: _Work, pictures: Mapping[UUID, _Pictures]) -> None:
    """Write the values into the product and its variants; remember what is different."""
    product = work.product
    for name, value in work.values.items():
        if getattr(product, name) != value:
            work.before[name] = getattr(product, name)
            setattr(product, name, value)
    by_id = {variant.id: variant for variant in work.variants}
    told: dict[UUID, dict[str, Any]] = {
        key: checks.checked(row, _VARIANT, prefix=f"{number}.")
        for number, (key, row) in enumerate(work.change.variants.items())
    }
    for key, url in work.change.images.items():
        told.setdefault(key, {})["image_id"] = pictures[product.id].by_url[url].id
    if set(told) - set(by_id):
        raise InvalidProduct(_("There is nothing with this id."), field="rows")
    for key, row in told.items():
        variant = by_id[key]
        different = {name: value for name, value in row.items() if getattr(variant, name) != value}
        for name, value in different.items():
            setattr(variant, name, value)
        if different:
            work.rows[key] = different
        if variant.cost_minor is not None and not variant.currency:
            raise InvalidProduct(_("This is needed."), field="currency")


def _check_brands(works: Iterable[_Work]) -> None:
    brands = [work.product.brand_id for work in works if "brand_id" in work.before]
    wanted = {key for key in brands if key is not None}
    if wanted and Brand.objects.filter(pk__in=wanted).count() < len(wanted):
        raise InvalidProduct(_("There is nothing with this id."), field="brand_id")


def _check_skus(works: Iterable[_Work]) -> None:
    new = [row["sku"] for work in works for row in work.rows.values() if "sku" in row]
    if not new:
        return
    taken = set(Variant.objects.filter(sku__in=new).values_list("sku", flat=True))
    taken |= {sku for sku, times in Counter(new).items() if times > 1}
    if taken:
        raise SkuTaken(skus=sorted(taken)[:_MOST_NAMED])


def _write_links(works: Sequence[_Work]) -> None:
    """Write categories and labels, and remember of which products they are others now."""
    for name, (target, through, column) in LINKS.items():
        asked = {work.product.id: work for work in works if name in work.links}
        current: dict[UUID, dict[UUID, int]] = {key: {} for key in asked}
        rows = through.objects.filter(product__in=list(asked))
        for row, product, linked in rows.values_list("pk", "product_id", column):
            current[product][linked] = row
        others = [key for key, work in asked.items() if set(current[key]) != set(work.links[name])]
        if not others:
            continue
        wanted = {key: asked[key].links[name] for key in others}
        targets = {item for items in wanted.values() for item in items}
        if target.objects.filter(pk__in=targets).count() < len(targets):
            raise InvalidProduct(_("There is nothing with this id."), field=name)
        gone = [
            row for key in others for item, row in current[key].items() if item not in wanted[key]
        ]
        through.objects.filter(pk__in=gone).delete()
        through.objects.bulk_create(
            through(**{"product_id": key, column: item})
            for key in others
            for item in wanted[key]
            if item not in current[key]
        )
        for key in others:
            asked[key].linked.append(name)


def _write(works: Sequence[_Work]) -> None:
    for work in works:
        work.product.search_text = search_text(work.product, work.variants)
        work.product.version += 1
        work.product.updated_at = Now()
    names = {name for work in works for name in work.before}
    Product.objects.bulk_update(
        [work.product for work in works], [*sorted(names), "search_text", "version", "updated_at"]
    )
    changed = [item for work in works for item in work.variants if item.id in work.rows]
    if not changed:
        return
    for variant in changed:
        variant.updated_at = Now()
    columns = {name for work in works for row in work.rows.values() for name in row}
    try:
        with transaction.atomic():
            Variant.objects.bulk_update(changed, [*sorted(columns), "updated_at"])
    except IntegrityError as error:
        raise SkuTaken(skus=[]) from error


def _tell(works: Sequence[_Work], actor: Actor) -> None:
    options = options_of([work.product.id for work in works])
    changed = [(work, _names(work)) for work in works]
    ProductVersion.objects.bulk_create(
        ProductVersion(
            product=work.product,
            number=work.product.version,
            data=snapshot(work.product, options.get(work.product.id, ()), work.variants),
            changed=names,
            actor=str(actor)[:300],
        )
        for work, names in changed
    )
    publish_many([change_of(work.product, names) for work, names in changed])
    record_many([_act(work) for work in works], actor=actor)


def _names(work: _Work) -> list[str]:
    return [*work.before, *work.linked, *(["variants"] if work.rows else [])]


def _act(work: _Work) -> Act:
    product, names = work.product, work.before
    after = {name: encode(getattr(product, name)) for name in names}
    after |= {name: encode(work.links[name]) for name in work.linked}
    if work.rows:
        shown: Collection[tuple[UUID, dict[str, Any]]] = [*work.rows.items()][:_MOST_NAMED]
        after["variants"] = len(work.rows)
        after["rows"] = {str(key): encode(row) for key, row in shown}
    before = {name: encode(value) for name, value in names.items()}
    return Act(action="product.changed", obj=product, before=before, after=after)
