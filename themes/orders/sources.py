"""The viewer's orders as blocks ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode

from kernel.orders.errors import OrderNotFound
from kernel.orders.models import OrderGroup
from kernel.orders.selectors import detail_of, listed
from kernel.reviews.selectors import reviews_of_lines
from themes.buyers import Buyer
from themes.contract import Binding, PageContext, Viewer
from themes.fields import Json
from themes.orders.shown import detail_data, listed_data
from themes.orders.states import FILTERS, filter_labels
from themes.shop.thumbs import thumbs_of
from themes.sources import Source

ON_A_PAGE: Final = 10


def buyer_for(viewer: Viewer | None) -> Buyer:
    """Return whose orders a viewer sees."""
    return Buyer() if viewer is None else Buyer(viewer.member_id, viewer.groups)


def _load_list(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_listed(page, each) for each in bindings]


def _load_one(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    buyer = buyer_for(page.viewer)
    found: list[Any] = []
    for each in bindings:
        try:
            order = buyer.order(str(each.get("number", "")))
        except OrderNotFound:
            found.append(None)
        else:
            found.append(detail_data(detail_of(order), page.language))
    return found


def _listed(page: PageContext, binding: Binding) -> dict[str, Json]:
    state, number = str(binding.get("state", "")), int(binding.get("page") or 1)
    rows = buyer_for(page.viewer).orders()
    if state:
        rows = rows.filter(FILTERS[state])
    start = (number - 1) * ON_A_PAGE
    # One more than is shown tells whether there is a next page.
    orders = list(rows[start : start + ON_A_PAGE + 1])
    groups = OrderGroup.objects.filter(pk__in=[order.group_id for order in orders])
    numbers = dict(groups.values_list("pk", "number"))
    rows_shown = listed(orders[:ON_A_PAGE])
    thumbs = thumbs_of(line.product_id for each in rows_shown for line in each.lines)
    reviewed = reviews_of_lines(line.pk for each in rows_shown for line in each.lines)
    return {
        "orders": [
            listed_data(each, numbers[each.order.group_id], thumbs, page.language, reviewed)
            for each in rows_shown
        ],
        "filters": [
            {"label": label, "href": _href(code, 1), "is_current": code == state}
            for code, label in filter_labels().items()
        ],
        "page": number,
        "previous": _href(state, number - 1) if number > 1 else "",
        "next": _href(state, number + 1) if len(orders) > ON_A_PAGE else "",
    }


def _href(state: str, number: int) -> str:
    query = {
        name: value
        for name, value in (("state", state), ("page", number if number > 1 else ""))
        if value
    }
    return reverse("orders") + (f"?{urlencode(query)}" if query else "")


MINE: Final = Source(of="orders.mine", load=_load_list, reads=(), vary="member")
ONE: Final = Source(of="orders.one", load=_load_one, reads=(), vary="member")
