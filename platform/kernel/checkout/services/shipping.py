"""Keeps the ways to ship."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.checkout.choices import Rate
from kernel.checkout.errors import InvalidShippingMethod
from kernel.checkout.models import ShippingMethod
from kernel.common.money import DECIMALS, LARGEST_MINOR
from kernel.orders.choices import FulfilmentMethod

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_SHIPPED: Final = frozenset(
    {FulfilmentMethod.EXPRESS, FulfilmentMethod.SAME_CITY, FulfilmentMethod.PICKUP}
)
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """A way to ship, as it is set; see `ShippingMethod`. Amounts in minor units."""

    code: str
    names: Mapping[str, str]
    method: str
    rate: str
    currency: str
    base_minor: int = 0
    piece_minor: int = 0
    free_from_minor: int | None = None
    location_id: UUID | None = None
    position: int = 0
    is_active: bool = True


@transaction.atomic
def set_shipping_method(terms: ShippingTerms, *, actor: Actor) -> ShippingMethod:
    """Add a way to ship, or change the one with this code.

    Raises:
        InvalidShippingMethod: a particular cannot be used.
    """
    _check(terms)
    told = asdict(terms)
    before = ShippingMethod.objects.filter(code=terms.code).values(*told).first()
    row, _made = ShippingMethod.objects.update_or_create(
        code=terms.code, defaults={**told, "names": dict(terms.names)}
    )
    record(action="checkout.shipping_set", actor=actor, obj=row, before=before, after=told)
    return row


def _check(terms: ShippingTerms) -> None:
    amounts = (terms.base_minor, terms.piece_minor, terms.free_from_minor or 0)
    named = [str(name).strip() for name in terms.names.values()]
    faults = {
        "code": not _CODE.fullmatch(terms.code),
        "names": not named or not all(0 < len(name) <= _LONGEST_NAME for name in named),
        "method": terms.method not in _SHIPPED,
        "rate": terms.rate not in Rate.values,
        "currency": terms.currency not in DECIMALS,
        "amounts": not all(0 <= amount <= LARGEST_MINOR for amount in amounts),
    }
    for name, is_wrong in faults.items():
        if is_wrong:
            raise InvalidShippingMethod(field=name)
