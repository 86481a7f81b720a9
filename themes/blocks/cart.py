"""Blocks that show what somebody is about to buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.contract import Binding, Block, PageContext
from themes.fields import Settings
from themes.resolving import path_of


def _count(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"count": Binding.to("cart.count")}


def _cart(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"cart": Binding.to("cart.view")}


def _with_checkout(
    _settings: Settings, _data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    return {"checkout": path_of("checkout")}


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
BLOCKS: Final = (MINI, LINES)
