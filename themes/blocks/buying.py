"""Blocks of the way from a cart to a parcel: checkout, cashier, orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.modules.manifest import Text
from themes.contract import Binding, Block, PageContext
from themes.fields import Settings


def orders_binding(page: PageContext) -> Binding:
    """Return the wish for the orders of a page's list."""
    return Binding.to(
        "orders.mine", state=page.params.get("state", ""), page=page.params.get("page", "")
    )


def order_binding(page: PageContext) -> Binding:
    """Return the wish for the order of a page."""
    return Binding.to("orders.one", number=page.params.get("number", ""))


def _orders(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    return {"list": orders_binding(page)}


def _order(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    return {"order": order_binding(page)}


CHECKOUT: Final = Block(
    type="checkout.form",
    label=Text("结算", "Checkout"),
    template="themes/blocks/checkout.html",
    group="cart",
    icon="wallet",
    vary="member",
    limit=1,
)
CASHIER: Final = Block(
    type="checkout.cashier",
    label=Text("收银台", "Cashier"),
    template="themes/blocks/cashier.html",
    group="cart",
    icon="wallet",
    vary="member",
    limit=1,
)
ORDERS: Final = Block(
    type="order.list",
    label=Text("订单列表", "Orders"),
    template="themes/blocks/order_list.html",
    group="member",
    icon="box",
    uses=frozenset({"state", "page"}),
    vary="member",
    needs=_orders,
    limit=1,
)
ORDER: Final = Block(
    type="order.detail",
    label=Text("订单详情", "Order"),
    template="themes/blocks/order_detail.html",
    group="member",
    icon="box",
    uses=frozenset({"number"}),
    vary="member",
    needs=_order,
    limit=1,
)
CONFIRM: Final = Block(
    type="order.confirm",
    label=Text("订单操作确认", "Order question"),
    template="themes/blocks/order_confirm.html",
    group="member",
    icon="box",
    vary="member",
    limit=1,
)
BLOCKS: Final = (CHECKOUT, CASHIER, ORDERS, ORDER, CONFIRM)
