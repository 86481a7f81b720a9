"""Blocks that show what somebody is about to buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.common.money import LARGEST_MINOR, Money
from kernel.modules.manifest import Text
from kernel.shipping.selectors import free_from
from themes.contract import Binding, Block, PageContext
from themes.fields import Settings
from themes.resolving import path_of
from themes.shop.amounts import text_of


def _count(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"count": Binding.to("cart.count")}


def _cart(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"cart": Binding.to("cart.view")}


def _with_checkout(
    _settings: Settings, _data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    return {"checkout": path_of("checkout")}


def _worth(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"cart": Binding.to("cart.view"), "free": Binding.to("shipping.free_from")}


def _progress(_settings: Settings, data: Mapping[str, Any], page: PageContext) -> Mapping[str, Any]:
    """Say how much is missing until delivery is free; nothing where it always or never is."""
    cart = data["cart"]
    worth = cart["to_send_minor"] if cart else 0
    wanted = free_from(data["free"], cart["templates"]) if worth else None
    if wanted is None:
        return {"bar": None}
    if cart["freight_off_minor"] >= LARGEST_MINOR:
        return {"bar": {"words": _("Delivery is free."), "worth": wanted, "whole": wanted}}
    missing = max(wanted - worth, 0)
    words = _("Delivery is free.")
    if missing:
        amount = text_of(Money(missing, page.currency))
        words = _("%(amount)s more, and delivery is free.") % {"amount": amount}
    return {"bar": {"words": words, "worth": min(worth, wanted), "whole": wanted}}


MINI: Final = Block(
    type="cart.mini",
    label=Text("购物车入口", "Cart badge"),
    template="themes/blocks/cart_mini.html",
    group="cart",
    icon="cart",
    vary="member",
    needs=_count,
)
LINES: Final = Block(
    type="cart.lines",
    label=Text("购物车", "Cart"),
    template="themes/blocks/cart_lines.html",
    group="cart",
    icon="cart",
    vary="member",
    needs=_cart,
    prepare=_with_checkout,
    limit=1,
)
PROGRESS: Final = Block(
    type="cart.progress",
    label=Text("免邮进度", "Until delivery is free"),
    template="themes/blocks/cart_progress.html",
    group="cart",
    icon="truck",
    vary="member",
    needs=_worth,
    prepare=_progress,
    limit=1,
)
BLOCKS: Final = (MINI, LINES, PROGRESS)
