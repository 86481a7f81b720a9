"""Goods that go with those of a page, and collections that are shown off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.db.models import Count, Max

from kernel.catalogue.models import Collection, CollectionProduct, ProductCategory
from kernel.catalogue.texts import in_language
from kernel.modules.manifest import Text
from themes.contract import Binding, PageContext
from themes.fields import Line, Number
from themes.resolving import picture_url
from themes.shop.cards import cards_of
from themes.shop.listings import SECONDS, on_sale
from themes.sources import Source

_WIDTH: Final = 800


def _load_related(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    found = [_related(page, str(each.get("handle", "")), each.get("limit")) for each in bindings]
    cards = cards_of([key for keys in found for key in keys], page)
    return [[cards[key] for key in keys] for keys in found]


def _related(page: PageContext, handle: str, limit: int) -> list[UUID]:
    """Return what shares most categories with a product, then the newest; two queries."""
    places = ProductCategory.objects.filter(product__handle=handle).values("category")
    others = on_sale(page.now).exclude(handle=handle)
    # Counted once for all: asked product by product, it would be each time anew.
    alike = (
        ProductCategory.objects.filter(category__in=places, product__in=others)
        .values("product")
        .annotate(shared=Count("id"), made=Max("product__created_at"))
        .order_by("-shared", "-made", "-product")
        .values_list("product", flat=True)[:limit]
    )
    newest = others.order_by("-created_at", "-id").values_list("pk", flat=True)[:limit]
    return list(dict.fromkeys((*alike, *newest)))[:limit]


def _load_collections(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    handles = {str(each.get("collection")) for each in bindings}
    rows = Collection.objects.filter(handle__in=handles, is_shown=True)
    collections = {row.handle: row for row in rows}
    keys = {
        handle: list(
            CollectionProduct.objects.filter(
                collection=row, product__in=on_sale(page.now).values("pk")
            )
            .order_by("position", "id")
            .values_list("product_id", flat=True)[: _most(bindings, handle)]
        )
        for handle, row in collections.items()
    }
    cards = cards_of([key for found in keys.values() for key in found], page)
    return [
        _collection(page, collections[handle], [cards[key] for key in keys[handle]][: _limit(each)])
        if (handle := str(each.get("collection"))) in collections
        else None
        for each in bindings
    ]


def _most(bindings: Sequence[Binding], handle: str) -> int:
    return max(_limit(each) for each in bindings if each.get("collection") == handle)


def _limit(binding: Binding) -> int:
    return int(binding.get("limit"))


def _collection(
    page: PageContext, row: Collection, products: list[dict[str, Any]]
) -> dict[str, Any]:
    title = in_language(row.titles, page.language, row.title)
    url = picture_url(row.picture)
    picture = {"url": url, "alt": "", "srcset": "", "width": _WIDTH, "height": _WIDTH}
    return {
        "title": title,
        "description": row.description_html,
        "href": f"/collections/{quote(row.handle)}/",
        "picture": picture if url else None,
        "products": products,
    }


_HOW_MANY: Final = Text("数量", "How many")
RELATED: Final = Source(
    of="catalogue.related",
    load=_load_related,
    reads=("catalogue", "categories", "prices"),
    seconds=SECONDS,
    params={
        "handle": Line(label=Text("商品", "Product"), longest=200),
        "limit": Number(label=_HOW_MANY, default=12, minimum=1, maximum=24),
    },
)
COLLECTION: Final = Source(
    of="catalogue.collection",
    load=_load_collections,
    reads=("catalogue", "categories", "prices"),
    seconds=SECONDS,
    params={
        "collection": Line(label=Text("商品集合", "Collection"), longest=200),
        "limit": Number(label=_HOW_MANY, default=4, minimum=1, maximum=12),
    },
)
