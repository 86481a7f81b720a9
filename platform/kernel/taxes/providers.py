"""Who knows the rates: the shop's own zones, or a service that a module joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.orders.taxes import RateShare
from kernel.taxes.book import Book

OWN: Final = "zones"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider is asked for one order.

    Attributes:
        address: where it goes; may be empty.
        classes: tax classes of its goods, and of its freight.
        language: in which the taxes are named.
        exempt: number of a buyer who pays none; empty for everybody else.
    """

    address: Mapping[str, str]
    classes: frozenset[str]
    language: str
    exempt: str


class TaxProvider(Protocol):
    """Answers for many orders at once."""

    def rates_for(
        self, asked: Sequence[Asked], book: Book
    ) -> Sequence[Mapping[str, Sequence[RateShare]]]:
        """Return the rates for each order, by tax class, without amounts."""


class OwnZones:
    """Rates from the shop's own zones."""

    def rates_for(
        self, asked: Sequence[Asked], book: Book
    ) -> Sequence[Mapping[str, Sequence[RateShare]]]:
        """Return the rates of each address's zone; no statement."""
        found: list[Mapping[str, Sequence[RateShare]]] = []
        for each in asked:
            zone = book.zone_for(each.address)
            found.append(
                {
                    name: zone.shares(name, each.language, exempt=each.exempt) if zone else ()
                    for name in each.classes
                }
            )
        return found


_providers: Final[dict[str, tuple[str | Promise, TaxProvider]]] = {}


def register_provider(code: str, label: str | Promise, provider: TaxProvider) -> None:
    """Add a provider; the same code again replaces the earlier."""
    _providers[code] = label, provider


def provider_named(code: str) -> TaxProvider:
    """Return a provider; the shop's own zones where it is not there any more."""
    return _providers.get(code, _providers[OWN])[1]


def provider_choices() -> list[tuple[str, str | Promise]]:
    """Return what a shop may choose."""
    return [(code, label) for code, (label, _provider) in _providers.items()]


register_provider(OWN, _("The zones below"), OwnZones())
