"""Blocks for the person who looks: islands on pages that are kept for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Block, PageContext
from themes.fields import Settings
from themes.rendering import DOORS
from themes.resolving import path_of


def _menu(_settings: Settings, _data: Mapping[str, Any], page: PageContext) -> Mapping[str, Any]:
    entries = [
        ("box", _("My orders"), "orders"),
        ("bell", _("Messages"), "account:messages"),
        ("wallet", _("My balance"), "account:assets"),
        ("tag", _("My coupons"), "account:coupons"),
        ("star", _("Coupons to take"), "coupons"),
        ("heart", _("Favourites"), "account:favourites"),
        ("clock", _("Recently viewed"), "account:footprints"),
        ("pin", _("Addresses"), "account:addresses"),
        ("edit", _("Invoice details"), "account:invoices"),
        ("gift", _("Invite friends"), "account:invitation"),
        ("user", _("My name"), "account:name"),
        ("key", _("Sign-in and security"), "account:ways"),
        ("phone", _("Signed-in devices"), "account:sessions"),
        ("shield", _("Privacy"), "account:privacy"),
    ]
    found = [
        {"icon": icon, "label": label, "href": href}
        for icon, label, name in entries
        if (href := path_of(name))
    ]
    doors = [
        {"icon": each["icon"], "label": each["name"], "href": each["path"]}
        for each in page.shop.doors
    ]
    return {"entries": [*found, *doors]}


def _order_states(
    _settings: Settings, _data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    return {
        "all": path_of("orders"),
        "cases": path_of("cases"),
        "states": [
            {"code": "unpaid", "icon": "wallet", "label": _("To pay")},
            {"code": "unshipped", "icon": "box", "label": _("To ship")},
            {"code": "shipped", "icon": "truck", "label": _("To receive")},
            {"code": "completed", "icon": "check", "label": _("Received")},
        ],
    }


BADGE: Final = Block(
    type="member.badge",
    label=Text("会员入口", "Member badge"),
    template="themes/blocks/member_badge.html",
    group="member",
    icon="user",
    vary="member",
)
CARD: Final = Block(
    type="member.card",
    label=Text("会员卡片", "Member card"),
    template="themes/blocks/member_card.html",
    group="member",
    icon="user",
    settings={"text": parts.label("问候语", "Greeting", longest=120)},
    vary="member",
)
MENU: Final = Block(
    type="member.menu",
    label=Text("会员菜单", "Member menu"),
    template="themes/blocks/member_menu.html",
    group="member",
    icon="list",
    uses=frozenset({DOORS}),
    vary="member",
    prepare=_menu,
)
ORDER_SHORTCUTS: Final = Block(
    type="order.shortcuts",
    label=Text("订单快捷入口", "Order shortcuts"),
    template="themes/blocks/order_shortcuts.html",
    group="member",
    icon="box",
    settings={"title": parts.title()},
    vary="member",
    prepare=_order_states,
)
FORM: Final = Block(
    type="member.login",
    label=Text("登录与注册", "Sign-in"),
    template="themes/blocks/member_form.html",
    group="member",
    icon="user",
    vary="member",
    limit=1,
)
ADDRESSES: Final = Block(
    type="member.addresses",
    label=Text("地址簿", "Address book"),
    template="themes/blocks/addresses.html",
    group="member",
    icon="pin",
    vary="member",
    limit=1,
)
ADDRESS: Final = Block(
    type="member.address",
    label=Text("地址表单", "Address form"),
    template="themes/blocks/address.html",
    group="member",
    icon="pin",
    vary="member",
    limit=1,
)
SESSIONS: Final = Block(
    type="member.sessions",
    label=Text("登录设备", "Signed-in devices"),
    template="themes/blocks/sessions.html",
    group="member",
    icon="shield",
    vary="member",
    limit=1,
)
WAYS: Final = Block(
    type="member.ways",
    label=Text("登录方式", "Ways to sign in"),
    template="themes/blocks/ways.html",
    group="member",
    icon="key",
    vary="member",
    limit=1,
)
PRIVACY: Final = Block(
    type="member.privacy",
    label=Text("隐私与授权", "Privacy"),
    template="themes/blocks/privacy.html",
    group="member",
    icon="shield",
    vary="member",
    limit=1,
)
INVITATION: Final = Block(
    type="member.invitation",
    label=Text("邀请好友", "Invitation"),
    template="themes/blocks/invitation.html",
    group="member",
    icon="gift",
    vary="member",
    limit=1,
)
ASSETS: Final = Block(
    type="member.assets",
    label=Text("资产", "Balances"),
    template="themes/blocks/assets.html",
    group="member",
    icon="wallet",
    vary="member",
    limit=1,
)
FAVOURITES: Final = Block(
    type="member.favourites",
    label=Text("收藏", "Favourites"),
    template="themes/blocks/favourites.html",
    group="member",
    icon="heart",
    vary="member",
    limit=1,
)
FOOTPRINTS: Final = Block(
    type="member.footprints",
    label=Text("足迹", "Recently viewed"),
    template="themes/blocks/footprints.html",
    group="member",
    icon="clock",
    vary="member",
    limit=1,
)
INVOICES: Final = Block(
    type="member.invoices",
    label=Text("发票抬头", "Invoice details"),
    template="themes/blocks/invoices.html",
    group="member",
    icon="edit",
    vary="member",
    limit=1,
)
LEGAL: Final = Block(
    type="text.legal",
    label=Text("协议正文", "Terms"),
    template="themes/blocks/legal.html",
    group="content",
    icon="shield",
    vary="member",
    limit=1,
)
BLOCKS: Final = (
    BADGE,
    CARD,
    MENU,
    ORDER_SHORTCUTS,
    FORM,
    ADDRESSES,
    ADDRESS,
    SESSIONS,
    WAYS,
    PRIVACY,
    INVITATION,
    ASSETS,
    FAVOURITES,
    FOOTPRINTS,
    INVOICES,
    LEGAL,
)
