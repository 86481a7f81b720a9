"""Reviews of a product as blocks ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from kernel.catalogue.models import Product
from kernel.reviews.selectors import latest, pictures_of, published_of, summaries_of, summary_of
from themes.contract import Binding, PageContext
from themes.reviews.shown import PICTURED, filters_data, list_href, review_data, summary_data
from themes.shop.cards import href_of, text_in
from themes.shop.listings import on_sale
from themes.sources import Source

ON_A_PAGE: Final = 10


def _load_summaries(_page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    handles = [str(each.get("handle", "")) for each in bindings]
    keys = _keys(handles)
    found = summaries_of(keys.values())
    return [
        summary_data(found[keys[handle]], href_of(handle)) if handle in keys else None
        for handle in handles
    ]


def _load_lists(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_list(page, each) for each in bindings]


def _load_latest(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    asked = [
        latest(
            least=int(each.get("least", 1)),
            only_pictured=bool(each.get("pictured")),
            limit=int(each.get("limit", 6)),
        )
        for each in bindings
    ]
    rows = [row for found in asked for row in found]
    pictures = pictures_of(rows)
    products = {
        each.pk: {"title": text_in(each, "title", page.language), "href": href_of(each.handle)}
        for each in on_sale(page.now).filter(pk__in={row.product_id for row in rows})
    }
    return [
        [
            review_data(row, pictures.get(row.pk, []), page.language)
            | {"product": products.get(row.product_id)}
            for row in found
        ]
        for found in asked
    ]


def _list(page: PageContext, binding: Binding) -> dict[str, Any] | None:
    handle, stars = str(binding.get("handle", "")), str(binding.get("stars") or "")
    number = int(binding.get("page") or 1)
    key = _keys([handle]).get(handle)
    if key is None:
        return None
    wanted = int(stars) if stars.isdecimal() else 0
    rows = published_of(key, stars=wanted, only_pictured=stars == PICTURED)
    start = (number - 1) * ON_A_PAGE
    # One more than is shown tells whether there is a next page.
    found = list(rows[start : start + ON_A_PAGE + 1])
    shown = found[:ON_A_PAGE]
    pictures, href = pictures_of(shown), href_of(handle)
    return {
        "reviews": [review_data(row, pictures.get(row.pk, []), page.language) for row in shown],
        "filters": filters_data(summary_of(key), href, stars),
        "page": number,
        "previous": list_href(href, stars, number - 1) if number > 1 else "",
        "next": list_href(href, stars, number + 1) if len(found) > ON_A_PAGE else "",
    }


def _keys(handles: Sequence[str]) -> dict[str, UUID]:
    return dict(Product.objects.filter(handle__in=handles).values_list("handle", "pk"))


SUMMARY: Final = Source(of="reviews.summary", load=_load_summaries, reads=("reviews", "catalogue"))
LIST: Final = Source(of="reviews.list", load=_load_lists, reads=("reviews", "catalogue"))
LATEST: Final = Source(of="reviews.latest", load=_load_latest, reads=("reviews", "catalogue"))
