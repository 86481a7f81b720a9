"""Joins the checkout: counts taxes as the last step that moves amounts.

Where a shop taxes nothing, this asks the database nothing. Where it does, buyers who pay
none cost one statement for a whole batch, and only while there are any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.checkout.drafts import Draft, DraftLine, Part, PipelineContext, Reason
from kernel.common.money import split_minor
from kernel.common.time import local_date
from kernel.orders.choices import AdjustmentKind
from kernel.orders.taxes import RateShare, put_on_minor, shares_of, shares_of_all
from kernel.taxes.book import Book, current_book
from kernel.taxes.choices import ExemptionState, FreightTax, Rounding
from kernel.taxes.models import Exemption
from kernel.taxes.providers import Asked, provider_named
from kernel.tenancy.context import current_tenant

EXEMPT_SOURCE: Final = "tax.exempt"


def add_taxes(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Give each line, and the freight, its share of each rate."""
    book = current_book()
    if not book.is_on:
        return
    numbers = _exempt(drafts, book, now=context.now)
    language = get_language() or ""
    asked = [_asked(draft, book, language, numbers) for draft in drafts]
    answers = provider_named(book.provider).rates_for(asked, book)
    for draft, rates in zip(drafts, answers, strict=True):
        for part in draft.parts:
            _Counting(book, part, rates).count()


def _exempt(drafts: Sequence[Draft], book: Book, *, now: datetime) -> dict[UUID, str]:
    """Return the numbers of buyers who pay no tax; at most one statement."""
    asked = (draft.basket.shopper.member_id for draft in drafts)
    members = {member for member in asked if member is not None}
    if not book.has_exemptions or not members:
        return {}
    today = local_date(now, current_tenant().zone)
    rows = Exemption.objects.filter(member_id__in=members, state=ExemptionState.GRANTED)
    return {
        row.member_id: row.number
        for row in rows
        if row.valid_until is None or today <= row.valid_until
    }


def _asked(draft: Draft, book: Book, language: str, numbers: Mapping[UUID, str]) -> Asked:
    member = draft.basket.shopper.member_id
    classes = {_class_of(line, book) for line in draft.lines}
    if book.freight == FreightTax.CLASS:
        classes.add(book.freight_class)
    return Asked(
        address=draft.basket.address,
        classes=frozenset(classes),
        language=language,
        exempt=numbers.get(member, "") if member else "",
    )


def _class_of(line: DraftLine, book: Book) -> str:
    return book.class_of(str(line.goods.facts["product__tax_class"] or ""))


@dataclass(frozen=True, slots=True)
class _Counting:
    """The taxes of one order to be."""

    book: Book
    part: Part
    rates: Mapping[str, Sequence[RateShare]]

    def count(self) -> None:
        """Count them."""
        groups: dict[str, list[DraftLine]] = defaultdict(list)
        for line in self.part.lines:
            groups[_class_of(line, self.book)].append(line)
        # The freight follows what goods cost before anything is taken off for their taxes.
        worth = {name: sum(map(_price, lines)) for name, lines in groups.items()}
        for name, lines in groups.items():
            self._count_lines(lines, self.rates[name])
        self._count_freight(worth)

    def _count_lines(self, lines: Sequence[DraftLine], rates: Sequence[RateShare]) -> None:
        if not rates:
            return
        prices = [_price(line) for line in lines]
        if self.book.rounding == Rounding.ORDER:
            counted = shares_of_all(prices, _taxing(rates))
        else:
            counted = [shares_of(price, _taxing(rates)) for price in prices]
        for line, price, shares in zip(lines, prices, counted, strict=True):
            line.taxes = tuple(shares)
            if number := rates[0].exempt:
                taken = _held(shares)
                line.discount_minor += taken
                line.reasons += _reasons(number, taken)
                line.taxes = tuple(_without(shares, number, price - taken))
            line.tax_minor = put_on_minor(line.taxes)

    def _count_freight(self, worth: Mapping[str, int]) -> None:
        part, kind = self.part, self.book.freight
        if not part.freight_minor or kind == FreightTax.NONE:
            return
        if kind == FreightTax.CLASS:
            names, amounts = [self.book.freight_class], [part.freight_minor]
        else:
            names = list(worth)
            amounts = split_minor(part.freight_minor, list(worth.values()))
        found: list[RateShare] = []
        for name, minor in zip(names, amounts, strict=True):
            rates = self.rates[name]
            shares = shares_of(minor, _taxing(rates))
            if rates and rates[0].exempt:
                taken = _held(shares)
                part.freight_minor -= taken
                part.reasons += _reasons(rates[0].exempt, taken)
                shares = _without(shares, rates[0].exempt, minor - taken)
            found += shares
        part.freight_taxes = tuple(found)


def _price(line: DraftLine) -> int:
    return line.subtotal_minor - line.discount_minor


def _taxing(rates: Sequence[RateShare]) -> list[RateShare]:
    """Return rates as they hold for buyers who pay them."""
    return [replace(rate, exempt="") for rate in rates]


def _held(shares: Sequence[RateShare]) -> int:
    """Return what a price holds of taxes."""
    return sum(share.minor for share in shares if share.is_included)


def _without(shares: Sequence[RateShare], number: str, price_minor: int) -> list[RateShare]:
    return [replace(each, exempt=number, base_minor=price_minor, minor=0) for each in shares]


def _reasons(number: str, taken: int) -> list[Reason]:
    label = _("Without tax: %(number)s") % {"number": number}
    return [Reason(AdjustmentKind.TAX, EXEMPT_SOURCE, label, -taken)] if taken else []
