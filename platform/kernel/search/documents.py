"""Products as they are searched: their words, facets, price and stock; read in batches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any, Final
from uuid import UUID

from kernel.catalogue.choices import ProductStatus, VariantStatus
from kernel.catalogue.models import Category, Product, ProductCategory, ProductType, Variant
from kernel.inventory.selectors import availability
from kernel.reviews.selectors import Summary, summaries_of
from kernel.search.options import Labels, options_of
from kernel.search.spelling import vocabulary
from kernel.search.words import Weight, vector_of

VERSION: Final = 3
"""Of what is written here; with another one the indexes of all shops are made anew."""
FACET_KINDS: Final = frozenset({"choice", "boolean", "colour"})
RATINGS: Final = (1, 2, 3, 4)
"""From how many stars on average one may narrow down; only published reviews count."""
_TAG: Final = re.compile(r"<[^>]*>")
_LONGEST_DESCRIPTION: Final = 2_000


@dataclass(frozen=True, slots=True)
class Document:
    """A product on sale, as it is searched; see `kernel.search.models.SearchEntry`.

    Attributes:
        words: of its titles and its brand, which a misspelt one may have meant.
        labels: how its options are written.
    """

    product_id: UUID
    vector: str
    facets: list[str]
    price_minor: int | None
    is_in_stock: bool
    published_from: datetime | None
    published_until: datetime | None
    created_at: datetime
    words: frozenset[str] = frozenset()
    labels: Labels = field(default_factory=dict)


def documents(product_ids: Collection[UUID], *, now: datetime) -> list[Document]:
    """Return those of some products that are on sale, or will be; a fixed number of queries."""
    wanted = Product.objects.filter(pk__in=list(product_ids), status=ProductStatus.ACTIVE)
    products = [
        each
        for each in wanted.select_related("brand").defer("draft", "search_text")
        if each.published_until is None or each.published_until > now
    ]
    ids = [each.pk for each in products]
    variants: dict[UUID, list[Variant]] = defaultdict(list)
    rows = Variant.objects.filter(product__in=ids, status=VariantStatus.ACTIVE)
    for variant in rows.only("id", "product_id", "sku", "barcode", "title").order_by("position"):
        variants[variant.product_id].append(variant)
    places, stock = categories_of(ids), in_stock(ids)
    options, labels = options_of(ids)
    scores = summaries_of(ids)
    schemas: dict[UUID | None, Any] = dict(ProductType.objects.values_list("pk", "schema"))
    return [
        Document(
            product_id=each.pk,
            vector=vector_of(_parts(each, variants[each.pk], places.get(each.pk, ()))),
            facets=[
                *_facets(each, places.get(each.pk, ()), schemas.get(each.product_type_id, [])),
                *(f"o:{one.code}={one.value}" for one in options.get(each.pk, ())),
                *_ratings(scores[each.pk]),
            ],
            price_minor=each.lowest_minor,
            is_in_stock=each.pk in stock,
            published_from=each.published_from,
            published_until=each.published_until,
            created_at=each.created_at,
            words=frozenset(vocabulary(_named(each))),
            labels={
                key: labels[key]
                for one in options.get(each.pk, ())
                for key in ((one.code, ""), (one.code, one.value))
            },
        )
        for each in products
    ]


def categories_of(product_ids: Sequence[UUID]) -> dict[UUID, list[Category]]:
    """Return the categories of products, and all above them."""
    rows = list(
        ProductCategory.objects.filter(product__in=product_ids).values_list(
            "product_id", "category__path"
        )
    )
    paths = {beginning for _product, path in rows for beginning in _beginnings(path)}
    known = {each.path: each for each in Category.objects.filter(path__in=paths)}
    found: dict[UUID, dict[str, Category]] = defaultdict(dict)
    for product, path in rows:
        found[product] |= {each: known[each] for each in _beginnings(path) if each in known}
    return {product: list(places.values()) for product, places in found.items()}


def in_stock(product_ids: Sequence[UUID]) -> set[UUID]:
    """Return the products of which something can be bought."""
    rows = Variant.objects.filter(product__in=product_ids, status=VariantStatus.ACTIVE)
    variants = dict(rows.values_list("pk", "product_id"))
    free = availability(list(variants))
    return {product for variant, product in variants.items() if free[variant].sellable > 0}


def _beginnings(path: str) -> list[str]:
    steps = path.split("/")
    return ["/".join(steps[: length + 1]) for length in range(len(steps))]


def _parts(
    product: Product, variants: Sequence[Variant], places: Sequence[Category]
) -> list[tuple[str, Weight]]:
    """Return what a product is found by, what matters most first."""
    further = [texts for texts in product.i18n.values() if isinstance(texts, dict)]
    brand = product.brand
    codes = [code for each in variants for code in (each.sku, each.barcode)]
    shelves = [title for place in places for title in (place.title, *place.titles.values())]
    values = [value for value in product.attributes.values() if isinstance(value, str)]
    described = [product.description_html, *_each(further, "description_html")]
    texts: Mapping[Weight, list[str]] = {
        "A": [product.title, *_each(further, "title"), *codes],
        "B": [brand.name, *_each(brand.i18n.values(), "name")] if brand else [],
        "C": [*shelves, *product.tags, *values, *(each.title for each in variants)],
        "D": [product.summary, *_each(further, "summary"), *map(_plain, described)],
    }
    return [(text, weight) for weight, found in texts.items() for text in dict.fromkeys(found)]


def _ratings(score: Summary) -> list[str]:
    """Return the numbers of stars that a product has, by the average that people are shown."""
    average = float(score.average or 0)
    return [f"r:{least}" for least in RATINGS if average >= least]


def _named(product: Product) -> Iterator[str]:
    """Yield titles, and what the brand is called."""
    yield product.title
    yield from _each((texts for texts in product.i18n.values() if isinstance(texts, dict)), "title")
    if product.brand is not None:
        yield product.brand.name
        yield from _each(product.brand.i18n.values(), "name")


def _each(texts: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return [str(each.get(name, "")) for each in texts]


def _plain(html: str) -> str:
    return unescape(_TAG.sub(" ", html))[:_LONGEST_DESCRIPTION]


def _facets(
    product: Product, places: Iterable[Category], schema: Iterable[Mapping[str, Any]]
) -> list[str]:
    found = [f"c:{place.pk.hex}" for place in places]
    if product.brand_id:
        found.append(f"b:{product.brand_id.hex}")
    kinds = {entry["code"]: entry["kind"] for entry in schema}
    for code, value in product.attributes.items():
        if kinds.get(code) in FACET_KINDS:
            text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
            found.append(f"a:{code}={text}")
    return found
