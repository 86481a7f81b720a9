"""What stands around every page: header, footer, the bar of tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext, Slot
from themes.fields import Items, Line, Settings, Switch
from themes.rendering import TEMPLATE

MENU: Final = Binding.to("catalogue.categories", parent="")
_PLACES: Final[Mapping[str, frozenset[str]]] = {
    "/": frozenset({"home"}),
    "/categories/": frozenset({"categories", "category", "search", "product"}),
    "/cart/": frozenset({"cart", "checkout", "cashier"}),
    "/account/": frozenset(
        {
            *("member", "sign_in", "register", "account_form", "ways", "sessions", "privacy"),
            *("orders", "order", "order_confirm", "case", "cases", "case_request", "review"),
            *("addresses", "address", "invoices", "favourites", "footprints", "invitation"),
            *("assets", "wallet", "earnings", "level", "my_coupons", "messages", "message_choices"),
        }
    ),
}


def _menu(settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"categories": MENU} if settings["menu"] else {}


def _with_menu(
    _settings: Settings, data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    return {"d": {"categories": (data.get("categories") or [])[:10]}}


def _tabs(settings: Settings, _data: Mapping[str, Any], page: PageContext) -> Mapping[str, Any]:
    chosen: list[dict[str, Any]] = settings["tabs"]  # type: ignore[assignment]
    tabs = [
        {"icon": each["icon"], "label": each["label"], "href": each["link"]["href"]}
        for each in chosen
        if each["link"] and "href" in each["link"]
    ] or [
        {"icon": "home", "label": _("Home"), "href": "/"},
        {"icon": "grid", "label": _("Categories"), "href": "/categories/"},
        {"icon": "cart", "label": _("Cart"), "href": "/cart/"},
        {"icon": "user", "label": _("Me"), "href": "/account/"},
    ]
    for tab in tabs:
        tab["is_current"] = page.template in _PLACES.get(tab["href"], frozenset())
    return {"tabs": tabs}


HEADER: Final = Block(
    type="nav.header",
    label=Text("页头", "Header"),
    template="themes/blocks/header.html",
    group="frame",
    icon="layout",
    settings={
        "search": Switch(label=Text("显示搜索", "Show the search"), default=True),
        "hint": parts.label("搜索提示", "Hint in the search"),
        "menu": Switch(label=Text("显示分类菜单", "Show the categories"), default=True),
    },
    slots={"end": Slot(Text("右侧", "End"), allow=("member.badge", "cart.mini"), most=3)},
    needs=_menu,
    prepare=_with_menu,
    limit=1,
)
FOOTER: Final = Block(
    type="footer.legal",
    label=Text("页脚", "Footer"),
    template="themes/blocks/footer.html",
    group="frame",
    icon="layout",
    settings={
        "text": parts.label("介绍", "About the shop", longest=200),
        "links": Items(
            label=Text("链接", "Links"),
            default=[],
            most=12,
            fields={"label": parts.label(), "link": parts.link()},
        ),
        "legal": Line(label=Text("备案与版权", "Legal notice"), longest=200, i18n=True),
    },
    limit=1,
)
TAB_BAR: Final = Block(
    type="nav.tab_bar",
    label=Text("底部导航", "Tab bar"),
    template="themes/blocks/tab_bar.html",
    group="frame",
    icon="layout",
    settings={
        "tabs": Items(
            label=Text("导航项", "Tabs"),
            default=[],
            most=5,
            fields={"icon": parts.icon("home"), "label": parts.label(), "link": parts.link()},
        )
    },
    uses=frozenset({TEMPLATE}),
    prepare=_tabs,
    limit=1,
)
BLOCKS: Final = (HEADER, FOOTER, TAB_BAR)
