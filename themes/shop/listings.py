"""Lists of products: chosen by a block, or by the page's category, collection or search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import OrderBy

from kernel.catalogue.choices import CategoryPurpose
from kernel.catalogue.errors import NotFound
from kernel.catalogue.models import (
    Category,
    CollectionProduct,
    Product,
    ProductCategory,
)
from kernel.catalogue.selectors.cards import published
from kernel.catalogue.selectors.trees import collection_with, moved_category
from kernel.catalogue.texts import in_language
from kernel.modules.manifest import Text
from themes.contract import Binding, PageContext
from themes.fields import Choice, Line, Number
from themes.shop.cards import cards_of
from themes.shop.categories import href_of
from themes.sources import Source

PER_PAGE: Final = 24
SECONDS: Final = 300
"""Stock and planned prices change without a word; so long may a list be behind them."""

SORTS: Final[Mapping[str, tuple[str | OrderBy, ...]]] = {
    "newest": ("-created_at", "-id"),
    "cheapest": (F("lowest_minor").asc(nulls_last=True), "id"),
    "dearest": (F("lowest_minor").desc(nulls_last=True), "-id"),
}
_SORT_TEXTS: Final = {
    "newest": Text("最新", "Newest"),
    "cheapest": Text("价格从低到高", "Price: low to high"),
    "dearest": Text("价格从高到低", "Price: high to low"),
}
_MOST_WORDS: Final = 6


def on_sale(now: datetime) -> QuerySet[Product]:
    """Return the products that visitors may see."""
    return Product.objects.filter(published(now))


def _in_category(found: QuerySet[Product], path: str) -> QuerySet[Product]:
    places = ProductCategory.objects.filter(
        Q(category__path=path) | Q(category__path__startswith=f"{path}/"), product=OuterRef("pk")
    )
    return found.filter(Exists(places))


def _in_collection(found: QuerySet[Product], handle: str) -> QuerySet[Product]:
    places = CollectionProduct.objects.filter(collection__handle=handle, product=OuterRef("pk"))
    return found.filter(Exists(places))


def _with_words(found: QuerySet[Product], text: str) -> QuerySet[Product]:
    for word in text.lower().split()[:_MOST_WORDS]:
        found = found.filter(search_text__contains=word)
    return found


def _chosen(page: PageContext, binding: Binding) -> QuerySet[Product]:
    found = on_sale(page.now)
    if category := binding.get("category"):
        found = _in_category(found, category)
    if collection := binding.get("collection"):
        found = _in_collection(found, collection)
    return found.order_by(*SORTS[binding.get("sort")])


def _load_products(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    parts = [
        _chosen(page, binding)
        .annotate(which=Value(number, output_field=IntegerField()))
        .values_list("which", "pk")[: binding.get("limit")]
        for number, binding in enumerate(bindings)
    ]
    rows = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    cards = cards_of([key for _which, key in rows], page)
    lists: list[list[Any]] = [[] for _binding in bindings]
    for which, key in rows:
        lists[which].append(cards[key])
    return lists


PRODUCTS: Final = Source(
    of="catalogue.products",
    load=_load_products,
    reads=("catalogue", "categories", "prices"),
    seconds=SECONDS,
    params={
        "category": Line(label=Text("分类", "Category"), longest=1000),
        "collection": Line(label=Text("商品集合", "Collection"), longest=200),
        "sort": Choice(label=Text("排序", "Order"), options=_SORT_TEXTS, default="newest"),
        "limit": Number(label=Text("数量", "How many"), default=8, minimum=1, maximum=48),
    },
)


def _load_listing(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_listing(page, binding) for binding in bindings]


def _listing(page: PageContext, binding: Binding) -> dict[str, Any] | None:
    found = on_sale(page.now)
    facts: dict[str, Any] | None = {"title": "", "href": "/search/"}
    if path := binding.get("category"):
        facts, found = _category_facts(page, path), _in_category(found, path)
    elif handle := binding.get("collection"):
        facts, found = _collection_facts(page, handle), _in_collection(found, handle)
    if facts is None or "moved_to" in facts:
        return facts
    text = binding.get("q")
    found = _with_words(found, text)
    count = found.count()
    number = int(binding.get("page") or 1)
    sort = binding.get("sort")
    first = (number - 1) * PER_PAGE
    ordered = found.order_by(*SORTS[sort or "newest"])
    keys = list(ordered.values_list("pk", flat=True)[first : first + PER_PAGE])
    cards = cards_of(keys, page)
    base = {"q": text} if text else {}
    return {
        "trail": [],
        "children": [],
        "seo_title": "",
        "seo_description": "",
        **facts,
        "query": text,
        "count": count,
        "products": [cards[key] for key in keys],
        "sorts": [
            {
                "code": code,
                "href": _address(facts["href"], base | ({"sort": code} if code else {})),
                "is_current": code == sort,
            }
            for code in ("", *SORTS)
            if code != "newest"
        ],
        **_steps(facts["href"], base | ({"sort": sort} if sort else {}), number, count),
    }


def _steps(href: str, query: dict[str, str], number: int, count: int) -> dict[str, Any]:
    pages = max(1, -(-count // PER_PAGE))
    before = {"page": str(number - 1)} if number > 2 else {}  # noqa: PLR2004  the first page bears no number
    return {
        "page": number,
        "pages": pages,
        "previous": _address(href, query | before) if 1 < number <= pages else "",
        "next": _address(href, query | {"page": str(number + 1)}) if number < pages else "",
    }


def _address(href: str, query: dict[str, str]) -> str:
    return f"{href}?{urlencode(query)}" if query else href


def _category_facts(page: PageContext, path: str) -> dict[str, Any] | None:
    steps = path.split("/")
    paths = ["/".join(steps[: length + 1]) for length in range(len(steps))]
    near = Category.objects.filter(
        Q(path__in=paths) | Q(path__startswith=f"{path}/", depth=len(steps) + 1),
        purpose=CategoryPurpose.SHOP,
    )
    found = {each.path: each for each in near.order_by("depth", "position", "path")}
    here = found.get(path)
    if here is None:
        moved = moved_category(path)
        return {"moved_to": href_of(moved)} if moved else None
    shown = {
        key: in_language(each.titles, page.language, each.title) for key, each in found.items()
    }
    return {
        "title": shown[path],
        "href": href_of(path),
        "seo_title": here.seo_title,
        "seo_description": here.seo_description,
        "trail": [{"title": shown[key], "href": href_of(key)} for key in paths if key in found],
        "children": [
            {"title": shown[key], "href": href_of(key)}
            for key, each in found.items()
            if each.depth > here.depth and each.is_shown
        ],
    }


def _collection_facts(page: PageContext, handle: str) -> dict[str, Any] | None:
    try:
        found = collection_with(handle)
    except NotFound:
        return None
    title = in_language(found.titles, page.language, found.title)
    href = f"/collections/{quote(handle)}/"
    return {
        "title": title,
        "href": href,
        "seo_title": found.seo_title,
        "seo_description": found.seo_description or found.description_html,
        "trail": [{"title": title, "href": href}],
    }


LISTING: Final = Source(
    of="catalogue.listing",
    load=_load_listing,
    reads=("catalogue", "categories", "prices"),
    seconds=SECONDS,
)
