"""Promotions of a product and coupons to take, as blocks ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import get_language

from kernel.catalogue.models import Product
from kernel.promotions.selectors import labels_of, live_offers, wall
from kernel.tenancy.context import current_tenant
from themes.contract import Binding, PageContext
from themes.promotions.shown import amounts_in, offered_data
from themes.shop.moments import moment_text
from themes.sources import Source

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


LABELS: Final = Source(
    of="promotions.labels", load=_load_labels, reads=("promotions", "catalogue"), seconds=SECONDS
)
WALL: Final = Source(of="coupons.wall", load=_load_wall, reads=("coupons",), vary="member")
