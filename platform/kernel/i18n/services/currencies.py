"""Sets the currencies that prices are shown in, and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import DECIMALS
from kernel.i18n.choices import RateSource, RoundingRule
from kernel.i18n.errors import InvalidCurrency, UnknownCurrencyShown
from kernel.i18n.models import RateChange, ShopCurrency
from kernel.i18n.services.offering import begin_change, offer_again
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

REFRESH: Final = "i18n.refresh_rates"
MOST_CURRENCIES: Final = 30
LARGEST_RATE: Final = Decimal(10) ** 9
SMALLEST_RATE: Final = Decimal("1e-9")
_PLACES: Final = Decimal("1e-10")
_LARGEST_STEP: Final = 10_000_000
_MARGINS: Final = (-5_000, 5_000)


@dataclass(frozen=True, slots=True)
class CurrencyTerms:
    """A currency, as a shop wants to show it; see `ShopCurrency`.

    Attributes:
        rate: what it is worth; of a currency whose rate a service tells, None keeps it.
    """

    code: str
    rate: Decimal | None = None
    source: str = RateSource.MANUAL
    margin_bp: int = 0
    rounding: str = RoundingRule.NEAREST
    step_minor: int = 1
    below_minor: int = 0
    is_shown: bool = True
    position: int = 0


@transaction.atomic
def set_currency(terms: CurrencyTerms, *, actor: Actor, now: datetime) -> ShopCurrency:
    """Show prices in a currency, or change how it is shown.

    Raises:
        InvalidCurrency: it is the shop's own or none, its rate is no rate, or amounts
            cannot be rounded like this; ``field`` says which.
    """
    _check(terms)
    begin_change()
    row = ShopCurrency.objects.filter(code=terms.code).first()
    is_new = row is None
    if row is None:
        if ShopCurrency.objects.count() >= MOST_CURRENCIES:
            raise InvalidCurrency(_("These are too many currencies."), field="code")
        row = ShopCurrency(code=terms.code)
    before = {} if is_new else _told(row)
    rate = _rate(terms, row)
    for name in ("source", "margin_bp", "rounding", "step_minor", "below_minor"):
        setattr(row, name, getattr(terms, name))
    row.is_shown, row.position = terms.is_shown, terms.position
    has_changed = rate != row.rate
    if has_changed and rate is not None:
        row.rate, row.rate_at = rate, now
    row.save(force_insert=is_new)
    if has_changed and rate is not None:
        _remember([row], now=now)
    if _told(row) != before:
        record(
            action="i18n.currency_added" if is_new else "i18n.currency_changed",
            actor=actor,
            obj=("currency", row.code),
            before=before or None,
            after=_told(row),
            now=now,
        )
        offer_again()
    if row.source == RateSource.PROVIDER:
        ask(REFRESH, now)
    return row


@transaction.atomic
def remove_currency(code: str, *, actor: Actor, now: datetime) -> None:
    """Show prices in a currency no more; what orders say of it stays.

    Raises:
        UnknownCurrencyShown: the shop does not.
    """
    begin_change()
    row = ShopCurrency.objects.filter(code=code).first()
    if row is None:
        raise UnknownCurrencyShown(code=code[:8])
    record(
        action="i18n.currency_removed",
        actor=actor,
        obj=("currency", row.code),
        before=_told(row),
        now=now,
    )
    row.delete()
    offer_again()


@transaction.atomic
def set_rate(code: str, rate: Decimal, *, actor: Actor, now: datetime) -> ShopCurrency:
    """Say what a currency is worth from now on.

    Raises:
        UnknownCurrencyShown: the shop does not show it.
        InvalidCurrency: that is no rate.
    """
    _check_rate(rate)
    begin_change()
    row = ShopCurrency.objects.filter(code=code).first()
    if row is None:
        raise UnknownCurrencyShown(code=code[:8])
    before = _told(row)
    row.rate, row.rate_at = rate.quantize(_PLACES), now
    row.save(update_fields=["rate", "rate_at"])
    _remember([row], now=now)
    record(
        action="i18n.rate_set",
        actor=actor,
        obj=("currency", row.code),
        before=before,
        after=_told(row),
        now=now,
    )
    offer_again()
    return row


@transaction.atomic
def take_rates(rates: Mapping[str, Decimal], *, base: str, now: datetime) -> list[str]:
    """Take what a service says currencies are worth; return the codes that changed.

    Those whose rates people set stay, and so do those that it says nothing usable of:
    an old rate is better than none, and the console shows how old it is.
    """
    begin_change()
    if base != current_tenant().currency:
        return []
    rows = ShopCurrency.objects.filter(source=RateSource.PROVIDER).order_by("code")
    changed, told = [], []
    for row in rows:
        rate = rates.get(row.code)
        if rate is None or not _is_rate(rate):
            continue
        rate = rate.quantize(_PLACES)
        if rate != row.rate:
            changed.append(row)
        row.rate, row.rate_at = rate, now
        told.append(row)
    ShopCurrency.objects.bulk_update(told, ["rate", "rate_at"])
    if changed:
        _remember(changed, now=now)
        offer_again()
    return [row.code for row in changed]


def _rate(terms: CurrencyTerms, row: ShopCurrency) -> Decimal | None:
    if terms.rate is not None:
        return terms.rate.quantize(_PLACES)
    if terms.source == RateSource.MANUAL and row.rate is None:
        raise InvalidCurrency(_("Please say what it is worth."), field="rate")
    return row.rate


def _check(terms: CurrencyTerms) -> None:
    if terms.code not in DECIMALS:
        raise InvalidCurrency(_("This currency is not known."), field="code")
    if terms.code == current_tenant().currency:
        raise InvalidCurrency(_("The shop's prices are in it anyway."), field="code")
    if terms.rate is not None:
        _check_rate(terms.rate)
    if terms.source not in RateSource.values or terms.rounding not in RoundingRule.values:
        raise InvalidCurrency(field="source")
    if not _MARGINS[0] <= terms.margin_bp <= _MARGINS[1]:
        text = _("Between -50 and 50 percent are expected.")
        raise InvalidCurrency(text, field="margin_bp")
    if not 1 <= terms.step_minor <= _LARGEST_STEP:
        raise InvalidCurrency(_("A step to round to is expected."), field="step_minor")
    if not 0 <= terms.below_minor < terms.step_minor:
        text = _("Less than a whole step is expected.")
        raise InvalidCurrency(text, field="below_minor")


def _check_rate(rate: Decimal) -> None:
    if not _is_rate(rate):
        raise InvalidCurrency(_("This is no rate of exchange."), field="rate")


def _is_rate(rate: Decimal) -> bool:
    return rate.is_finite() and SMALLEST_RATE <= rate <= LARGEST_RATE


def _remember(rows: Iterable[ShopCurrency], *, now: datetime) -> None:
    base = current_tenant().currency
    RateChange.objects.bulk_create(
        [
            RateChange(code=row.code, base=base, rate=row.rate, source=row.source, at=now)
            for row in rows
            if row.rate is not None
        ]
    )


def _told(row: ShopCurrency) -> dict[str, Any]:
    names = ("code", "source", "margin_bp", "rounding", "step_minor", "below_minor", "is_shown")
    rate = None if row.rate is None else format(row.rate.normalize(), "f")
    return {"rate": rate, "position": row.position} | {name: getattr(row, name) for name in names}
