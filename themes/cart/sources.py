"""The viewer's cart as blocks take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.cart.choices import Fulfilment, WarningCode
from kernel.cart.services import pieces_in, read
from kernel.cart.values import CartGroup, CartView, LineView, Notice
from themes.cart.owners import reader
from themes.contract import Binding, PageContext
from themes.promotions.shown import cart_promotions
from themes.resolving import picture_url
from themes.shipping.sources import freight_of
from themes.shop.amounts import shown, text_of
from themes.shop.cards import href_of
from themes.shop.moments import ships_text
from themes.sources import Source


def _load_cart(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    owner = reader(page.viewer) if page.viewer else None
    view = read(owner, now=page.now) if owner else None
    shown = _cart(view) if view else None
    if shown and view:
        member = page.viewer.member_id if page.viewer else None
        offers = cart_promotions(view, member_id=member, now=page.now)
        shown["offers"] = offers
        shown["freight_off_minor"] = offers["freight_off_minor"] if offers else 0
        shown["freight"] = freight_of(view, page, off_minor=shown["freight_off_minor"])
    return [shown] * len(bindings)


def _load_count(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    owner = reader(page.viewer) if page.viewer else None
    return [pieces_in(owner) if owner else 0] * len(bindings)


def _cart(view: CartView) -> dict[str, Any] | None:
    if not view.lines:
        return None
    return {
        "groups": [_group(group) for group in view.groups],
        "subtotal": shown(view.subtotal, is_price=False),
        "quantity": view.quantity,
        "to_send_minor": sum(
            group.subtotal.minor for group in view.groups if group.fulfilment == Fulfilment.SHIPPED
        ),
        "templates": sorted({line.freight_template for line in view.to_buy}),
        "chosen": sum(line.quantity for line in view.to_buy),
    }


def _group(group: CartGroup) -> dict[str, Any]:
    return {
        "fulfilment": str(group.fulfilment.label),
        "lines": [_line(line) for line in group.lines],
        "subtotal": shown(group.subtotal, is_price=False),
    }


def _line(line: LineView) -> dict[str, Any]:
    url = picture_url(line.picture)
    return {
        "id": str(line.id),
        "href": href_of(line.handle) if line.handle else "",
        "title": line.title,
        "variant": line.variant_title,
        "picture": {"url": url, "alt": "", "srcset": "", "width": 160, "height": 160}
        if url
        else None,
        "quantity": line.quantity,
        "unit": shown(line.unit) if line.unit else None,
        "compare_at": shown(line.compare_at) if line.compare_at else None,
        "total": shown(line.total, is_price=False) if line.total else None,
        "selected": line.selected,
        "is_buyable": line.is_buyable,
        "least": line.limits.minimum,
        "most": line.limits.maximum,
        "step": line.limits.step,
        "notices": [
            *(_notice(each) for each in line.notices),
            *([ships_text(line.ships_by)] if line.is_ahead else []),
        ],
    }


def _notice(notice: Notice) -> str:
    if notice.code == WarningCode.LESS_LEFT:
        return _("Only %(n)s left") % {"n": notice.available}
    if notice.was is not None:
        return f"{notice.code.label} {_('It was %(price)s.') % {'price': text_of(notice.was)}}"
    return str(notice.code.label)


CART: Final = Source(of="cart.view", load=_load_cart, reads=(), vary="member")
COUNT: Final = Source(of="cart.count", load=_load_count, reads=(), vary="member")
