"""What somebody has filled in at checkout, and who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from kernel.cart.choices import CartPurpose
from kernel.cart.services import CartOwner
from kernel.checkout.services import Choices, Visit
from kernel.checkout.steps.freight import INPUT as SHIPPING
from kernel.fields.asking import INPUT as FIELDS
from kernel.members.models import Address
from kernel.members.services.addresses import addresses_of
from kernel.promotions.coded import INPUT as CODES
from kernel.promotions.coded import MOST_CODES
from kernel.promotions.discounts import INPUT
from kernel.promotions.services import normal_code
from kernel.reference.countries import usual_country
from kernel.tenancy.context import current_tenant
from themes.places import Entry, address_data, read_entry

NEW: Final = "new"
NO_COUPON: Final = "none"
_COUPON: Final = "coupon"
_USED_CODE: Final = "used-code"
_MOST_COUPONS: Final = 10
_LONGEST_NOTE: Final = 500
_LONGEST_KEY: Final = 80
_LONGEST_CONTACT: Final = 254
_LONGEST_PHONE: Final = 20


@dataclass(frozen=True, slots=True)
class Filled:
    """Everything that the checkout page holds.

    Attributes:
        addresses: those that the member keeps, the default first.
        chosen: the one among them that is chosen; None for a new one.
        entry: the new one, as far as it is written.
        key: of the form; with it something is ordered once.
        expected: the total that the buyer was shown, as a decimal.
        coupons: those that are chosen; None while nobody has chosen.
        codes: of coupons, which a guest has typed in.
        answers: to what the shop asks of each order, by code.
    """

    owner: CartOwner
    purpose: CartPurpose
    addresses: tuple[Address, ...]
    chosen: Address | None
    entry: Entry
    shipping: str
    note: str
    email: str
    phone: str
    key: str
    expected: str
    coupons: tuple[str, ...] | None
    is_insured: bool = False
    codes: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def visit(self, address: dict[str, str] | None = None) -> Visit:
        """Return it as checkout takes it; with the chosen address, or with a new one."""
        if address is None:
            address = address_data(self.chosen) if self.chosen is not None else {}
        return Visit(
            owner=self.owner,
            address=address,
            choices=Choices(self.shipping, self.note, self._inputs()),
            email=self.email,
            phone=self.phone,
            purpose=self.purpose,
        )

    def _inputs(self) -> dict[str, object]:
        found: dict[str, object] = {INPUT: list(self.coupons)} if self.coupons else {}
        if self.codes:
            found[CODES] = list(self.codes)
        found |= {FIELDS: dict(self.answers)} if self.answers else {}
        return found | ({SHIPPING: {"insurance": True}} if self.is_insured else {})


def read_filled(request: HttpRequest, owner: CartOwner) -> Filled:
    """Return what was sent, or what an empty page begins with."""
    form = request.POST.dict()
    addresses = tuple(addresses_of(owner.member_id)) if owner.member_id else ()
    buys_now = request.GET.get("buy") == "now"
    return Filled(
        owner=owner,
        purpose=CartPurpose.BUY_NOW if buys_now else CartPurpose.CART,
        addresses=addresses,
        chosen=_chosen(form.get("address", ""), addresses),
        entry=read_entry(form, usual=usual_country(current_tenant().currency)),
        shipping=form.get("shipping", "")[:40],
        note=_line(form.get("note", ""), _LONGEST_NOTE),
        email=_line(form.get("email", ""), _LONGEST_CONTACT),
        phone=_line(form.get("phone", ""), _LONGEST_PHONE),
        key=form.get("key", "")[:_LONGEST_KEY] or token_hex(16),
        expected=form.get("expected", "")[:40],
        coupons=_coupons(form),
        is_insured=form.get("insured") == "yes",
        codes=() if owner.member_id else _codes(request.POST.getlist(_USED_CODE)),
    )


def _coupons(form: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the coupons that a form names; None when it asks for none."""
    told = [text for name, text in form.items() if name.partition("-")[0] == _COUPON]
    if not told:
        return None
    return tuple(text[:40] for text in told[:_MOST_COUPONS] if text != NO_COUPON)


def _codes(told: list[str]) -> tuple[str, ...]:
    codes = (normal_code(text) for text in told[:MOST_CODES])
    return tuple(dict.fromkeys(code for code in codes if code))


def _chosen(text: str, addresses: tuple[Address, ...]) -> Address | None:
    if text == NEW or not addresses:
        return None
    try:
        wanted = UUID(text)
    except ValueError:
        return addresses[0]
    return next((each for each in addresses if each.pk == wanted), addresses[0])


def _line(text: str, longest: int) -> str:
    return text.replace("\x00", "").strip()[:longest]
