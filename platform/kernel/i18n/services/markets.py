"""Makes and changes markets: what differs for buyers by the country that they live in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.i18n.errors import InvalidMarket, UnknownMarket
from kernel.i18n.languages import offered
from kernel.i18n.markets import GROUP
from kernel.i18n.models import Market, MarketCountry, ShopCurrency
from kernel.i18n.services.offering import begin_change, offer_again
from kernel.pricing.models import PriceList
from kernel.pricing.services.price_lists import change_price_list
from kernel.tenancy.context import current_tenant

MOST_MARKETS: Final = 50
LONGEST_WINDOW: Final = 730
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_LONGEST_NAME: Final = 80
_COLUMNS: Final = ("name", "is_rest", "language", "currency", "return_days", "fault_days")


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """A market, as a shop wants it; see `Market`.

    Attributes:
        countries: ISO 3166-1, two letters; none for that of all other countries.
        price_lists: codes of those that are for buyers there; None keeps them.
    """

    code: str
    name: str
    countries: tuple[str, ...] = ()
    is_rest: bool = False
    language: str = ""
    currency: str = ""
    return_days: int | None = None
    fault_days: int | None = None
    position: int = 0
    price_lists: tuple[str, ...] | None = None


@transaction.atomic
def set_market(terms: MarketTerms, *, actor: Actor, now: datetime) -> Market:
    """Make a market, or change it.

    Raises:
        InvalidMarket: a country is none or in another market, or what is offered there
            is nothing that the shop offers; ``field`` says which.
        ManagedPriceList: a price list belongs to something else.
    """
    begin_change()
    _check(terms)
    row = Market.objects.filter(code=terms.code).first()
    is_new = row is None
    if row is None:
        if Market.objects.count() >= MOST_MARKETS:
            raise InvalidMarket(_("These are too many markets."), field="code")
        row = Market(code=terms.code)
    _check_others(terms)
    before = {} if is_new else told(row)
    for name in (*_COLUMNS, "position"):
        setattr(row, name, getattr(terms, name))
    row.save(force_insert=is_new)
    MarketCountry.objects.filter(market=row).exclude(code__in=terms.countries).delete()
    countries = [MarketCountry(code=code, market=row) for code in terms.countries]
    MarketCountry.objects.bulk_create(countries, ignore_conflicts=True)
    if terms.price_lists is not None:
        _give(row.code, terms.price_lists, actor=actor, now=now)
    after = told(row)
    if after != before:
        record(
            action="i18n.market_added" if is_new else "i18n.market_changed",
            actor=actor,
            obj=("market", row.code),
            before=before or None,
            after=after,
            now=now,
        )
        offer_again()
    return row


@transaction.atomic
def remove_market(code: str, *, actor: Actor, now: datetime) -> None:
    """Do away with a market; its countries are then among all others.

    Price lists that were for it alone are switched off: they would be for everybody.

    Raises:
        UnknownMarket: there is no such market.
    """
    begin_change()
    row = Market.objects.filter(code=code).first()
    if row is None:
        raise UnknownMarket(code=code[:40])
    before = told(row)
    _give(row.code, (), actor=actor, now=now)
    row.delete()
    record(action="i18n.market_removed", actor=actor, obj=("market", code), before=before, now=now)
    offer_again()


def countries_of(market: Market) -> list[str]:
    """Return the countries of a market."""
    rows = MarketCountry.objects.filter(market=market).order_by("code")
    return list(rows.values_list("code", flat=True))


def price_lists_of(code: str) -> list[PriceList]:
    """Return the price lists that are for a market, switched off ones too."""
    return list(
        PriceList.objects.filter(audience__groups__contains=[f"{GROUP}:{code}"]).order_by("code")
    )


def told(row: Market) -> dict[str, Any]:
    """Return everything that makes up a market."""
    return {
        **{name: getattr(row, name) for name in _COLUMNS},
        "position": row.position,
        "countries": countries_of(row),
        "price_lists": [each.code for each in price_lists_of(row.code)],
    }


def _give(code: str, wanted: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Have these price lists, and no others, be for a market."""
    group = f"{GROUP}:{code}"
    rows = {each.code: each for each in PriceList.objects.filter(code__in=wanted)}
    if missing := [each for each in wanted if each not in rows]:
        text = _("There is no price list “%(code)s”.") % {"code": missing[0][:80]}
        raise InvalidMarket(text, field="price_lists")
    held = {each.code: each for each in price_lists_of(code)}
    for name in sorted({*rows, *held}):
        row = held.get(name) or rows[name]
        audience = dict(row.audience)
        groups = [each for each in audience.pop("groups", []) if each != group]
        if name in rows:
            groups.append(group)
        if groups:
            audience["groups"] = groups
        if name in rows and name in held:
            continue
        if audience:
            change_price_list(row.pk, {"audience": audience}, actor=actor, now=now)
        else:
            # Nobody is left whom it is for; without an audience it would be for everybody.
            change_price_list(row.pk, {"audience": {}, "is_active": False}, actor=actor, now=now)


def _check(terms: MarketTerms) -> None:
    tenant = current_tenant()
    if not _CODE.fullmatch(terms.code):
        text = _("Small letters, digits and hyphens are expected.")
        raise InvalidMarket(text, field="code")
    if not terms.name.strip() or len(terms.name) > _LONGEST_NAME or not terms.name.isprintable():
        raise InvalidMarket(_("A name is expected."), field="name")
    if not all(map(_COUNTRY.fullmatch, terms.countries)):
        text = _("Countries are written with two capital letters.")
        raise InvalidMarket(text, field="countries")
    if len(set(terms.countries)) < len(terms.countries):
        raise InvalidMarket(_("Each country stands in the list once."), field="countries")
    if terms.is_rest == bool(terms.countries):
        text = _("Name countries, or say that it is for all others.")
        raise InvalidMarket(text, field="countries")
    if terms.language and terms.language not in offered(tenant):
        raise InvalidMarket(_("The shop does not offer this language."), field="language")
    shown = ShopCurrency.objects.filter(code=terms.currency, is_shown=True)
    if terms.currency not in {"", tenant.currency} and not shown.exists():
        raise InvalidMarket(_("The shop does not show this currency."), field="currency")
    for name in ("return_days", "fault_days"):
        days = getattr(terms, name)
        if days is not None and not 0 <= days <= LONGEST_WINDOW:
            text = _("Between 0 and %(most)d days are expected.") % {"most": LONGEST_WINDOW}
            raise InvalidMarket(text, field=name)


def _check_others(terms: MarketTerms) -> None:
    others = MarketCountry.objects.exclude(market__code=terms.code)
    taken = others.filter(code__in=terms.countries).order_by("code")
    if found := taken.values_list("code", "market__name").first():
        text = _("%(country)s is in the market “%(market)s” already.")
        names = {"country": found[0], "market": found[1]}
        raise InvalidMarket(text % names, field="countries", country=found[0])
    rest = Market.objects.filter(is_rest=True).exclude(code=terms.code).first()
    if terms.is_rest and rest is not None:
        text = _("“%(market)s” is for all other countries already.") % {"market": rest.name}
        raise InvalidMarket(text, field="is_rest")
