"""Coupons and promotions as blocks take them: plain values, words in the viewer's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.cart.values import CartView
from kernel.common.money import Money
from kernel.orders.goods import Goods, goods_of
from kernel.promotions.case import CaseLine
from kernel.promotions.choices import CouponKind, CouponState
from kernel.promotions.evaluation import Hint
from kernel.promotions.models import Coupon, CouponTemplate
from kernel.promotions.offered import OnWall
from kernel.promotions.offers import coupon_offer
from kernel.promotions.selectors import CartOffers, cart_offers, coupon_name, state_of
from kernel.tenancy.context import current_tenant
from themes.fields import Json
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text

_MOST_HINTS: Final = 3


def amounts_in(currency: str) -> Callable[[int], str]:
    """Return what writes amounts of a currency for people."""
    return lambda minor: text_of(Money(minor, currency))


def face_of(template: CouponTemplate) -> str:
    """Return what stands large on a coupon."""
    terms = template.terms
    if template.kind == CouponKind.AMOUNT:
        return text_of(Money(terms["off_minor"], template.currency))
    if template.kind == CouponKind.PERCENT:
        return _("%(percent)s%% off") % {"percent": f"{terms['off_bp'] / 100:g}"}
    return str(CouponKind(template.kind).label)


def coupon_data(row: Coupon, *, now: datetime) -> dict[str, Json]:
    """Return a coupon that somebody holds."""
    language = get_language() or ""
    state = state_of(row, now=now)
    return {
        "id": row.public_id,
        "name": coupon_name(row.template),
        "face": face_of(row.template),
        "rule": coupon_offer(row.template, row.pk).rule(amounts_in(row.template.currency)),
        "until": _("until %(moment)s") % {"moment": moment_text(row.valid_until, language)},
        "from": moment_text(row.valid_from, language) if row.valid_from > now else "",
        "state": state.value,
        "state_label": str(state.label),
        "is_usable": state == CouponState.UNUSED,
    }


def offered_data(each: OnWall) -> dict[str, Json]:
    """Return a coupon that can be taken."""
    template, language = each.template, get_language() or ""
    if template.valid_until is not None:
        until = _("until %(moment)s") % {"moment": moment_text(template.valid_until, language)}
    else:
        until = _("%(days)s days from taking") % {"days": template.valid_days}
    return {
        "id": template.public_id,
        "name": coupon_name(template),
        "face": face_of(template),
        "rule": each.rule,
        "from": "",
        "until": until,
        "points": each.points,
        "may_take": each.may_take,
        "is_held": each.held > 0,
        "is_gone": each.left == 0,
    }


def cart_case(view: CartView) -> list[CaseLine]:
    """Return what is selected in a cart, as promotions take it."""
    found: list[CaseLine] = []
    for group in view.groups:
        for line in group.lines:
            if not (line.selected and line.is_buyable and line.unit):
                continue
            assert line.variant_id is not None  # noqa: S101  what can be bought is there
            assert line.product_id is not None  # noqa: S101  so is its product
            whole = line.unit.minor * line.quantity
            found.append(
                CaseLine(
                    key=len(found),
                    variant_id=line.variant_id,
                    product_id=line.product_id,
                    seller_id=group.seller_id,
                    unit_minor=line.unit.minor,
                    quantity=line.quantity,
                    left_minor=whole,
                    marks=frozenset(),
                    plain_minor=line.plain.minor if line.plain else None,
                )
            )
    return found


def cart_promotions(
    view: CartView, *, member_id: UUID | None, now: datetime
) -> dict[str, Json] | None:
    """Return what promotions do to a cart; None where there is nothing to tell."""
    currency = current_tenant().currency
    found = cart_offers(cart_case(view), member_id=member_id, currency=currency, now=now)
    if not (found.applied or found.hints or found.add_ons):
        return None
    show, language = amounts_in(currency), get_language()
    off = sum(each.benefit.total_minor for each in found.applied) - found.raised_minor
    goods = _goods(found)
    applied: list[Json] = [
        {
            "label": each.offer.label(language),
            "text": f"−{show(each.benefit.total_minor)}" if each.benefit.total_minor else "",
            "gifts": [
                f"{_title(goods[gift.variant_id])} × {gift.quantity}"
                for gift in each.benefit.gifts
                if gift.variant_id in goods
            ],
            "is_freight": each.benefit.freight_cap_minor is not None,
        }
        for each in found.applied
    ]
    if found.raised_minor:
        text = f"+{show(found.raised_minor)}"
        label = _("Instead of your member price")
        applied.insert(0, {"label": label, "text": text, "gifts": [], "is_freight": False})
    return {
        "applied": applied,
        "hints": [_hint(each, currency) for each in found.hints[:_MOST_HINTS]],
        "add_ons": _add_ons(found, goods, show),
        "total": show(view.subtotal.minor - off) if off else "",
        "freight_off_minor": sum(each.benefit.freight_cap_minor or 0 for each in found.applied),
    }


def _goods(found: CartOffers) -> dict[UUID, Goods]:
    wanted = {gift.variant_id for each in found.applied for gift in each.benefit.gifts}
    wanted |= {each.variant_id for each in found.add_ons}
    return goods_of(wanted) if wanted else {}


def _add_ons(found: CartOffers, goods: dict[UUID, Goods], show: Callable[[int], str]) -> list[Json]:
    return [
        {
            "variant": str(each.variant_id),
            "title": _title(goods[each.variant_id]),
            "price": show(each.minor),
            "label": each.offer.label(get_language()),
        }
        for each in found.add_ons
        if each.variant_id in goods
    ]


def _title(goods: Goods) -> str:
    kept = goods.snapshot()
    titles = kept["i18n"]
    title = titles.get(get_language() or "") if isinstance(titles, dict) else ""
    return str(title or kept["title"])


def _hint(hint: Hint, currency: str) -> Json:
    show = amounts_in(currency)
    if hint.missing.minor:
        more = _("Spend %(amount)s more") % {"amount": show(hint.missing.minor)}
    else:
        more = _("Add %(count)s more") % {"count": hint.missing.pieces}
    return {"more": more, "rule": hint.offer.rule(show), "label": hint.offer.label(get_language())}
