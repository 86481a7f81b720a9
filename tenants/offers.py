"""The languages and currencies that a tenant offers, as the registry keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from uuid import UUID

from kernel.common.money import DECIMALS
from kernel.tenancy.context import CurrencyOffer, MarketOffer, Offers, public_context
from tenants.invalidation import changed
from tenants.models import Tenant


def keep_offers(tenant_id: UUID, told: Mapping[str, object]) -> None:
    """Write down what changes of a tenant's offers, and announce it after commit."""
    with public_context():
        row = Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
        offers = replace(read_offers(row.offers), **cast("Any", dict(told)))
        written = written_offers(offers)
        if written == row.offers:
            return
        Tenant.objects.filter(pk=tenant_id).update(offers=written)
    changed(tenant_id)


def written_offers(offers: Offers) -> dict[str, Any]:
    """Return offers as they are stored; what is offered anyway is left out."""
    told = {
        "languages": [list(each) for each in offers.languages],
        "currencies": [asdict(each) for each in offers.currencies],
        "has_wordings": offers.has_wordings,
        "has_rates": offers.has_rates,
        "asks": sorted(offers.asks),
        "markets": [asdict(each) for each in offers.markets],
        "releases": [list(each) for each in offers.releases],
        "comparisons": [list(each) for each in offers.comparisons],
        "metered": sorted(offers.metered),
    }
    if offers.theme_before is not None:
        told |= {"theme": offers.theme, "was": {"theme": offers.theme_before}}
    return {name: value for name, value in told.items() if value}


def read_offers(told: object) -> Offers:
    """Return what is stored; what cannot be read is not offered."""
    if not isinstance(told, Mapping) or not told:
        return Offers()
    languages = [
        (str(each[0]), str(each[1]))
        for each in _list(told.get("languages"))
        if isinstance(each, list | tuple) and len(each) == 2  # noqa: PLR2004  code and stand-in
    ]
    currencies = [_currency(each) for each in _list(told.get("currencies"))]
    return Offers(
        languages=tuple(languages),
        currencies=tuple(each for each in currencies if each is not None),
        has_wordings=bool(told.get("has_wordings")),
        has_rates=bool(told.get("has_rates")),
        asks=frozenset(str(each) for each in _list(told.get("asks"))),
        markets=tuple(_market(each) for each in _list(told.get("markets")) if _is_market(each)),
        releases=tuple(_pair(each) for each in _list(told.get("releases")) if _is_pair(each)),
        comparisons=tuple(_comparisons(told.get("comparisons"))),
        theme=str(told.get("theme") or ""),
        theme_before=_before(told.get("was")),
        metered=frozenset(str(each) for each in _list(told.get("metered"))),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _currency(told: object) -> CurrencyOffer | None:
    if not isinstance(told, Mapping) or told.get("code") not in DECIMALS:
        return None
    with suppress(InvalidOperation, KeyError, TypeError, ValueError):
        rate, step, below = Decimal(str(told["rate"])), int(told["step"]), int(told["below"])
        if rate.is_finite() and rate > 0 and 0 <= below < step:
            rounding = str(told["rounding"])
            return CurrencyOffer(str(told["code"]), str(told["rate"]), rounding, step, below)
    return None


def _is_market(told: object) -> bool:
    return isinstance(told, Mapping) and bool(told.get("code"))


def _market(told: Mapping[str, Any]) -> MarketOffer:
    return MarketOffer(
        code=str(told["code"]),
        countries=tuple(str(each) for each in told.get("countries") or ()),
        language=str(told.get("language") or ""),
        currency=str(told.get("currency") or ""),
        return_days=_days(told.get("return_days")),
        fault_days=_days(told.get("fault_days")),
    )


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == len(("release", "from"))


def _pair(value: Any) -> tuple[str, str]:
    return str(value[0]), str(value[1])


def _comparisons(told: object) -> Iterator[tuple[str, str, int, str]]:
    for each in _list(told):
        with suppress(TypeError, ValueError):
            comparison, release, share, page = each
            yield str(comparison), str(release), int(share), str(page)


def _before(told: object) -> str | None:
    return str(told.get("theme") or "") if isinstance(told, Mapping) else None


def _days(value: object) -> int | None:
    return value if isinstance(value, int) else None
