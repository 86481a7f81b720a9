"""Promotions of a product and coupons to take, as blocks ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.utils.translation import get_language

from kernel.catalogue.models import Category, Collection, Product
from kernel.promotions.offered import popping_up, wall
from kernel.promotions.selectors import Featured, featured, labels_of, live_offers
from kernel.tenancy.context import current_tenant
from themes.contract import Binding, PageContext
from themes.promotions.shown import amounts_in, offered_data
from themes.shop.categories import href_of
from themes.shop.moments import moment_text
from themes.sources import Source

_ALL_GOODS: Final = "/search/"
SECONDS: Final = 60
"""Promotions begin and end without an event."""


def _load_labels(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    if not live_offers(now=page.now):
        return [[] for _binding in bindings]
    return [_labels(page, str(binding.get("handle", ""))) for binding in bindings]


def _labels(page: PageContext, handle: str) -> list[dict[str, Any]]:
    key = Product.objects.filter(handle=handle).values_list("pk", flat=True).first()
    if key is None:
        return []
    found = labels_of(key, show=amounts_in(current_tenant().currency), now=page.now)
    return [
        {
            "name": each.name,
            "rule": each.rule,
            "ends": moment_text(each.ends_at, get_language() or "") if each.ends_at else "",
        }
        for each in found
    ]


def _load_wall(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    member = page.viewer.member_id if page.viewer else None
    show = amounts_in(current_tenant().currency)
    found = [offered_data(each) for each in wall(member_id=member, show=show, now=page.now)]
    return [found for _binding in bindings]


def _load_popup(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    found = _popping_up(page, None)
    return [found for _binding in bindings]


def _load_own_popup(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    found = _popping_up(page, page.viewer.member_id if page.viewer else None)
    return [found for _binding in bindings]


def _popping_up(page: PageContext, member_id: UUID | None) -> list[Any]:
    show = amounts_in(current_tenant().currency)
    return [offered_data(each) for each in popping_up(member_id=member_id, show=show, now=page.now)]


def _load_featured(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_featured(page, binding) for binding in bindings]


def _featured(page: PageContext, binding: Binding) -> dict[str, Any] | None:
    found = featured(
        str(binding.get("promotion", "")),
        ends_only=bool(binding.get("ends_only")),
        show=amounts_in(current_tenant().currency),
        now=page.now,
    )
    if found is None:
        return None
    ends = found.ends_at
    return {
        "name": found.name,
        "rule": found.rule,
        "href": _href_of(found),
        "ends": moment_text(ends, page.language) if ends else "",
        "ends_at": ends.isoformat() if ends else "",
    }


def _href_of(found: Featured) -> str:
    """Return where the goods are that a promotion is for, when they stand in one place."""
    kind, key = found.place or ("", None)
    if key is None:
        return _ALL_GOODS
    if kind == "category":
        path = Category.objects.filter(pk=key).values_list("path", flat=True).first()
        return href_of(path) if path else _ALL_GOODS
    if kind == "collection":
        handle = Collection.objects.filter(pk=key).values_list("handle", flat=True).first()
        return f"/collections/{quote(handle)}/" if handle else _ALL_GOODS
    if kind == "product":
        handle = Product.objects.filter(pk=key).values_list("handle", flat=True).first()
        return f"/products/{quote(handle)}/" if handle else _ALL_GOODS
    return _ALL_GOODS


LABELS: Final = Source(
    of="promotions.labels", load=_load_labels, reads=("promotions", "catalogue"), seconds=SECONDS
)
WALL: Final = Source(of="coupons.wall", load=_load_wall, reads=("coupons",), vary="member")
FEATURED: Final = Source(
    of="promotions.featured",
    load=_load_featured,
    reads=("promotions", "catalogue", "categories"),
    seconds=SECONDS,
)
POPUP: Final = Source(of="coupons.popup", load=_load_popup, reads=("coupons",), seconds=SECONDS)
OWN_POPUP: Final = Source(
    of="coupons.own_popup", load=_load_own_popup, reads=("coupons",), vary="member"
)
