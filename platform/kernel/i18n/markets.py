"""In which market somebody is: by his address, by the member's own, by where he seems to be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from kernel.tenancy.context import MarketOffer, TenantRef, current_tenant

GROUP: Final = "market"
"""What groups of price lists begin with that are for a market."""
NO_MARKET: Final = "-"
"""Stands for the market of a country that is in none; no market has this code."""

# Content networks say so of addresses whose country they do not know.
_NOWHERE: Final = frozenset({"XX", "T1"})
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_LONGEST: Final = 200

_here: ContextVar[MarketOffer | None] = ContextVar("stoa_market", default=None)


def market_in(country: str, markets: tuple[MarketOffer, ...]) -> MarketOffer | None:
    """Return the market of a country, else that of all others; None for no country."""
    code = country.upper()
    if not markets or not _COUNTRY.fullmatch(code):
        return None
    found = (each for each in markets if code in each.countries or not each.countries)
    return next(found, None)


def market_of_visitor(tenant: TenantRef, headers: Mapping[str, Any]) -> MarketOffer | None:
    """Return the market of somebody who asks for something; None where nothing tells.

    The network in front tells the country, by the header that ``STOA_COUNTRY_HEADER``
    names; without it the browser's wish may: ``de-AT`` is German as it is in Austria.
    """
    markets = tenant.offers.markets
    if not markets:
        return None
    return market_in(_country_of(headers), markets)


def here() -> MarketOffer | None:
    """Return the market of whoever is answered; None where nothing tells."""
    return _here.get()


@contextmanager
def visiting(market: MarketOffer | None) -> Iterator[None]:
    """Answer somebody in a market inside the block."""
    token = _here.set(market)
    try:
        yield
    finally:
        _here.reset(token)


def code_at(country: str) -> str | None:
    """Return the code of a country's market; None where there is nothing to tell it by."""
    markets = current_tenant().offers.markets
    if not markets or not country:
        return None
    found = market_in(country, markets)
    return found.code if found else NO_MARKET


def code_here() -> str:
    """Return the code of the market of whoever is answered."""
    found = _here.get()
    return found.code if found else NO_MARKET


def codes_at_home(member_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the markets of members, by the addresses that they use; one query.

    None in shops without markets.
    """
    from kernel.members.models import Address

    markets = current_tenant().offers.markets
    if not markets:
        return {}
    rows = Address.objects.filter(member__in=list(member_ids), is_default=True)
    found = {
        member: market_in(country, markets)
        for member, country in rows.values_list("member_id", "country")
    }
    return {member: market.code if market else NO_MARKET for member, market in found.items()}


def days_at(country: str) -> tuple[int | None, int | None]:
    """Return for how long buyers there may send back without a reason, and report faults."""
    found = market_in(country, current_tenant().offers.markets)
    return (found.return_days, found.fault_days) if found else (None, None)


def _country_of(headers: Mapping[str, Any]) -> str:
    named: str = settings.STOA_COUNTRY_HEADER
    told = str(headers.get(named, "")).strip().upper() if named else ""
    if _COUNTRY.fullmatch(told) and told not in _NOWHERE:
        return told
    wishes = str(headers.get("HTTP_ACCEPT_LANGUAGE", ""))[:_LONGEST].partition(",")[0]
    region = wishes.partition(";")[0].strip().rpartition("-")[2].upper()
    return region if "-" in wishes and _COUNTRY.fullmatch(region) else ""
