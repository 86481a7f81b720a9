"""The coupons on the checkout page: which there are, which are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.http import HttpRequest

from kernel.checkout.quoting import Quote
from kernel.checkout.services import quote
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.money import Money
from kernel.promotions.book import current_book
from kernel.promotions.coded import MOST_CODES
from kernel.promotions.limits import CODES
from kernel.promotions.selectors import Choice, choices_for
from kernel.promotions.services import normal_code, redeem
from themes.checkout.visits import NO_COUPON, Filled
from themes.fields import Json
from themes.promotions.shown import coupon_data
from themes.shop.amounts import text_of

_MOST_SHOWN: Final = 30
_LONGEST_CODE: Final = 80


@dataclass(frozen=True, slots=True)
class Counted:
    """What the page shows of an order that is not placed yet.

    Attributes:
        filled: with the coupons that are chosen and can be used.
        choices: every coupon of the member, the best first.
        notice: why a guest's code was left out; empty when none was.
    """

    filled: Filled
    found: Quote
    choices: Sequence[Choice]
    notice: str = ""


def count(filled: Filled, address: dict[str, str] | None, *, now: datetime) -> Counted:
    """Return what is to be paid; with the best coupon while nobody has chosen.

    A coupon that cannot be used is left out, so that it keeps nobody from ordering.
    """
    plain = replace(filled, coupons=())
    found = quote(plain.visit(address), now=now)
    member = filled.owner.member_id
    if member is None and filled.codes:
        return _with_usable_codes(plain, found, address, now=now)
    if member is None or not current_book().is_used:
        return Counted(plain, found, ())
    choices = choices_for(found.lines, member_id=member, currency=found.currency, now=now)
    usable = [each for each in choices if each.is_usable]
    chosen = _best(usable) if filled.coupons is None else _kept(usable, filled.coupons)
    if not chosen:
        return Counted(plain, found, choices)
    with_them = replace(filled, coupons=chosen)
    counted = Counted(with_them, quote(with_them.visit(address), now=now), choices)
    refused = {each.fields.get("coupon") for each in counted.found.refusals}
    if refused.isdisjoint(chosen):
        return counted
    # Free shipping where it costs nothing: known only now.
    with_them = replace(filled, coupons=tuple(key for key in chosen if key not in refused))
    return Counted(with_them, quote(with_them.visit(address), now=now), choices)


def _with_usable_codes(
    filled: Filled, found: Quote, address: dict[str, str] | None, *, now: datetime
) -> Counted:
    """Return what a guest pays with those of his codes that can be used."""
    refused = {
        str(each.fields["promo_code"]): str(each.title)
        for each in found.refusals
        if "promo_code" in each.fields
    }
    if not refused:
        return Counted(filled, found, ())
    kept = replace(filled, codes=tuple(code for code in filled.codes if code not in refused))
    notice = " ".join(f"{code}: {text}" for code, text in refused.items())
    return Counted(kept, quote(kept.visit(address), now=now), (), notice)


def redeem_code(request: HttpRequest, filled: Filled, *, now: datetime) -> tuple[Filled, str]:
    """Turn the code that was typed in into a coupon, and choose it; or say why not.

    A guest's code is noted, and tried when it is counted.
    """
    member = filled.owner.member_id
    try:
        if member is None:
            CODES.check(f"guest:{client_ip(request)}")
            typed = normal_code(request.POST.get("code", "")[:_LONGEST_CODE])
            codes = dict.fromkeys((*filled.codes, typed))
            return replace(filled, codes=tuple(codes)[-MOST_CODES:]), ""
        CODES.check(f"member:{member}")
        code = request.POST.get("code", "")[:_LONGEST_CODE]
        coupon = redeem(code, member_id=member, now=now)
    except DomainError as refusal:
        return filled, str(refusal)
    return replace(filled, coupons=(coupon.public_id, *(filled.coupons or ()))), ""


def coupon_inputs(counted: Counted, *, now: datetime) -> dict[str, Json]:
    """Return what the checkout block draws of coupons."""
    chosen = set(counted.filled.coupons or ())
    currency = counted.found.currency
    groups: dict[str, list[Json]] = {}
    for each in counted.choices[:_MOST_SHOWN]:
        saves = text_of(Money(each.saves_minor, currency)) if each.saves_minor else ""
        groups.setdefault(_field(each), []).append(
            {
                **coupon_data(each.coupon, now=now),
                "is_usable": each.is_usable,
                "is_chosen": each.coupon.public_id in chosen,
                "saves": f"−{saves}" if saves else "",
            }
        )
    return {
        "is_used": current_book().is_used,
        "codes": list(counted.filled.codes),
        "none": NO_COUPON,
        "groups": [
            {
                "field": field,
                "coupons": coupons,
                "is_none": not any(isinstance(c, dict) and c["is_chosen"] for c in coupons),
            }
            for field, coupons in groups.items()
        ],
    }


def _field(choice: Choice) -> str:
    seller = choice.offer.seller_id
    return "coupon" if seller is None else f"coupon-{seller.hex}"


def _best(usable: Sequence[Choice]) -> tuple[str, ...]:
    """Return the best coupon of the shop and of each seller."""
    found: dict[str, str] = {}
    for each in usable:
        found.setdefault(_field(each), each.coupon.public_id)
    return tuple(found.values())


def _kept(usable: Sequence[Choice], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return what was chosen and can be used, one of the shop and one of each seller."""
    by_id = {each.coupon.public_id: each for each in usable}
    found: dict[str, str] = {}
    for key in chosen:
        if key in by_id:
            found.setdefault(_field(by_id[key]), key)
    return tuple(found.values())
