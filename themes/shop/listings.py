"""Lists of products: chosen by a block, or by the page's category, collection or search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

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
from kernel.common.db.kept import Kept
from kernel.modules.manifest import Text
from kernel.search.selectors import find, instead_of
from kernel.search.services import note_search
from kernel.search.tasks import heal
from themes.contract import Binding, PageContext
from themes.fields import Choice, Line, Number
from themes.searching.narrowing import address, asked_in, filters, wanted_by
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
_BEST_SELLING: Final = "sales"


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


def _chosen(page: PageContext, binding: Binding) -> QuerySet[Product]:
    found = on_sale(page.now)
    if category := binding.get("category"):
        found = _in_category(found, category)
    if collection := binding.get("collection"):
        found = _in_collection(found, collection)
    return found.order_by(*SORTS[binding.get("sort")])


def _rows_of(page: PageContext, bindings: Sequence[Binding]) -> Sequence[tuple[int, UUID]]:
    """Return for each binding, by its number, the keys of its products; one query."""
    if any(each.get("category") or each.get("collection") for each in bindings):
        chosen = [(_chosen(page, each), each.get("limit")) for each in bindings]
        return list(_together(chosen))
    form = tuple((str(each.get("sort")), int(each.get("limit"))) for each in bindings)
    return _shelves(form)(now=page.now)


@lru_cache(maxsize=200)
def _shelves(form: tuple[tuple[str, int], ...]) -> Kept[tuple[int, UUID]]:
    """Return the query of lists of the whole shop, for as many forms of it as pages use."""
    return Kept(
        lambda now: _together([(on_sale(now).order_by(*SORTS[sort]), most) for sort, most in form]),
        now=datetime,
    )


def _together(chosen: Sequence[tuple[QuerySet[Product], int]]) -> QuerySet[Any, tuple[int, UUID]]:
    parts = [
        products.annotate(which=Value(number, output_field=IntegerField())).values_list(
            "which", "pk"
        )[:most]
        for number, (products, most) in enumerate(chosen)
    ]
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _load_products(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    rows = _rows_of(page, bindings)
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
    facts: dict[str, Any] | None = {"title": "", "href": "/search/"}
    if path := binding.get("category"):
        facts = _category_facts(page, path)
    elif handle := binding.get("collection"):
        facts = _collection_facts(page, handle)
    if facts is None or "moved_to" in facts:
        return facts
    asked = asked_in(binding)
    number = int(binding.get("page") or 1)
    keys, count, narrowing = _page_of(page, binding, facts, asked, (number - 1) * PER_PAGE)
    cards = cards_of(keys, page)
    instead = "" if count else instead_of(asked.get("q", ""), now=page.now)
    href, sort = facts["href"], asked.get("sort", "")
    unsorted = {name: value for name, value in asked.items() if name != "sort"}
    return {
        "trail": [],
        "children": [],
        "seo_title": "",
        "seo_description": "",
        **{name: value for name, value in facts.items() if name != "id"},
        "query": asked.get("q", ""),
        "instead": {"text": instead, "href": address("/search/", {"q": instead})},
        "count": count,
        "products": [cards[key] for key in keys if key in cards],
        "filters": narrowing,
        "sorts": [
            {
                "code": code,
                "href": address(href, unsorted | ({"sort": code} if code else {})),
                "is_current": code == sort,
            }
            for code in _orders(asked, binding)
        ],
        **_steps(href, asked, number, count),
    }


def _orders(asked: Mapping[str, str], binding: Binding) -> list[str]:
    """Return the orders to choose from; the empty one is the usual."""
    usual = ["", "newest"] if asked.get("q") else [""]
    sold = [] if binding.get("collection") else [_BEST_SELLING]
    return [*usual, *sold, "cheapest", "dearest"]


def _page_of(
    page: PageContext,
    binding: Binding,
    facts: Mapping[str, Any],
    asked: Mapping[str, str],
    first: int,
) -> tuple[Sequence[UUID], int, dict[str, Any] | None]:
    """Return a page of products, the number of all, and what narrows them down.

    What is neither looked for nor narrowed down comes from the catalogue itself.
    """
    if handle := binding.get("collection"):
        return *_from_catalogue(_in_collection(on_sale(page.now), handle), asked, first), None
    is_searched = bool({*asked} - {"sort"}) or asked.get("sort") == _BEST_SELLING
    wanted = wanted_by(
        asked,
        page,
        category_id=facts.get("id"),
        first=first,
        limit=PER_PAGE if is_searched else 0,
    )
    found = find(wanted)
    if first == 0 and set(asked) == {"q"}:
        is_current = note_search(wanted.text, found=found.count, now=page.now)
    else:
        is_current = bool(found.count) or wanted.is_narrowed
    if not is_current:
        heal(now=page.now)
    narrowing = filters(found.facets, wanted, asked, facts["href"], page)
    if is_searched:
        return found.product_ids, found.count, narrowing
    goods, path = on_sale(page.now), binding.get("category")
    rows = _in_category(goods, path) if path else goods
    return *_from_catalogue(rows, asked, first), narrowing


def _from_catalogue(
    found: QuerySet[Product], asked: Mapping[str, str], first: int
) -> tuple[list[UUID], int]:
    order = SORTS.get(asked.get("sort", ""), SORTS["newest"])
    keys = found.order_by(*order).values_list("pk", flat=True)[first : first + PER_PAGE]
    return list(keys), found.count()


def _steps(href: str, query: dict[str, str], number: int, count: int) -> dict[str, Any]:
    pages = max(1, -(-count // PER_PAGE))
    before = {"page": str(number - 1)} if number > 2 else {}  # noqa: PLR2004  the first page bears no number
    return {
        "page": number,
        "pages": pages,
        "previous": address(href, query | before) if 1 < number <= pages else "",
        "next": address(href, query | {"page": str(number + 1)}) if number < pages else "",
    }


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
        "id": here.pk,
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
