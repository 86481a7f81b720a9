"""Who says what a parcel costs: freight templates, or a carrier that is asked.

A carrier is asked outside of any transaction, while somebody looks at what an order would
cost, and what it said holds for half an hour: the order is placed with it, without asking
again. One that does not answer leaves the parcel to the way's freight template, or, where
there is none, to other ways. A module joins a carrier with `register_carrier`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.common import outside
from kernel.common.money import InvalidAmount, Money
from kernel.common.secrets.errors import SecretMissing
from kernel.common.secrets.services import get_secret
from kernel.shipping.models import ShippingMethod

HTTP: Final = "http"
TEMPLATES: Final = ""
"""No carrier is asked."""

_HOLDS: Final = 1800
_SILENT: Final = 60
_DEADLINE: Final = 3.0
_LARGEST: Final = 1_000_000_000_000
_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a carrier is told: where it goes, how heavy, large and dear it is."""

    country: str
    region_code: str
    city: str
    postcode: str
    pieces: int
    grams: int
    cm3: int
    worth_minor: int


class Carrier(Protocol):
    """Answers for one parcel."""

    def quote(self, way: ShippingMethod, parcel: Parcel) -> int | None:
        """Return what a parcel costs by a way, in minor units; None where it is not carried.

        Raises:
            CarrierSilent: nobody answered in time, or nothing that can be read.
        """


class CarrierSilent(Exception):
    """A carrier gave no answer; the text says how it failed."""


class HttpCarrier:
    """Asks an address that the shop names.

    It posts ``{"way", "currency", "parcel": {"country", "region", "city", "postcode",
    "pieces", "grams", "cm3", "worth"}}`` with the shop's token as a bearer token, and reads
    ``{"amount": "12.50"}``, or ``{"amount": null}`` for what is not carried there.
    """

    def quote(self, way: ShippingMethod, parcel: Parcel) -> int | None:
        """Return what the address answers."""
        body = json.dumps(_told(way, parcel), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token := token_of(way):
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = outside.post(
                str(way.carrier_terms.get("url", "")),
                body,
                headers=headers,
                inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS,
                deadline=_DEADLINE,
            )
        except (outside.NotOutside, outside.Unreachable) as error:
            raise CarrierSilent(str(error)) from error
        if answer.status != 200:  # noqa: PLR2004  the one answer that says something
            raise CarrierSilent(f"status {answer.status}")
        return _read(answer.content, way.currency)


def purpose_of(way: ShippingMethod) -> str:
    """Return under which name the token of a way's carrier is sealed."""
    return f"shipping.{way.pk.hex}"


def token_of(way: ShippingMethod) -> str:
    """Return the token of a way's carrier; empty for none."""
    try:
        return str(get_secret(purpose_of(way))["token"])
    except SecretMissing:
        return ""


def quoted(way: ShippingMethod, parcel: Parcel, *, may_ask: bool) -> int | None:
    """Return what a carrier says, as it said it of late; None where it says nothing.

    Args:
        way: with a carrier.
        parcel: what is sent.
        may_ask: False inside the transaction that places an order: what is not known any
            more is left to the way's template.
    """
    key = _key(way, parcel)
    known = cache.get(key)
    if known is not None:
        return None if known == _UNKNOWN else int(known)
    carrier = _carriers.get(way.carrier)
    if carrier is None or not may_ask:
        return None
    try:
        minor = carrier[1].quote(way, parcel)
    except CarrierSilent as silence:
        _log.warning("carrier.silent", way=way.code, why=str(silence))
        cache.set(key, _UNKNOWN, timeout=_SILENT)
        return None
    cache.set(key, _UNKNOWN if minor is None else minor, timeout=_HOLDS)
    return minor


def carrier_choices() -> list[tuple[str, str | Promise]]:
    """Return whom a way may ask."""
    own: tuple[str, str | Promise] = (TEMPLATES, _("Nobody: the freight template counts"))
    return [own, *((code, label) for code, (label, _carrier) in _carriers.items())]


def register_carrier(code: str, label: str | Promise, carrier: Carrier) -> None:
    """Add a carrier; the same code again replaces the earlier."""
    _carriers[code] = label, carrier


_UNKNOWN: Final = -1


def _key(way: ShippingMethod, parcel: Parcel) -> str:
    told = [way.code, way.currency, way.carrier, way.carrier_terms, asdict(parcel)]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return f"freight:{hashlib.sha256(text.encode()).hexdigest()}"


def _told(way: ShippingMethod, parcel: Parcel) -> Mapping[str, Any]:
    return {
        "way": way.code,
        "currency": way.currency,
        "parcel": {
            "country": parcel.country,
            "region": parcel.region_code,
            "city": parcel.city,
            "postcode": parcel.postcode,
            "pieces": parcel.pieces,
            "grams": parcel.grams,
            "cm3": parcel.cm3,
            "worth": Money(parcel.worth_minor, way.currency).decimal(),
        },
    }


def _read(content: bytes, currency: str) -> int | None:
    try:
        told = json.loads(content)
        amount = told["amount"]
        minor = None if amount is None else Money.parse(str(amount), currency).minor
    except (ValueError, TypeError, KeyError, InvalidAmount) as error:
        raise CarrierSilent("answer") from error
    if minor is not None and not 0 <= minor <= _LARGEST:
        raise CarrierSilent("amount")
    return minor


_carriers: Final[dict[str, tuple[str | Promise, Carrier]]] = {}
register_carrier(HTTP, _("An address that answers with prices (HTTP)"), HttpCarrier())
