"""Values of promotions and coupons, checked one by one before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.catalogue import fields
from kernel.catalogue.errors import InvalidProduct
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import BASIS_POINTS, LARGEST_MINOR
from kernel.pricing.audience import checked_audience
from kernel.pricing.errors import InvalidPriceList
from kernel.promotions.errors import InvalidPromotion

MOST_PIECES: Final = 100_000
_VARIANT: Final = "var"

Check = Callable[[object, str], object]


def whole(least: int, most: int) -> Callable[[object, str], int]:
    """Return a check for a whole number between bounds."""

    def check(value: object, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            text = _("A whole number from %(least)d to %(most)d is expected.")
            raise InvalidPromotion(text % {"least": least, "most": most}, field=field)
        return value

    return check


amount: Final = whole(1, LARGEST_MINOR)
"""An amount above nothing, in minor units."""
count: Final = whole(1, MOST_PIECES)
percent: Final = whole(1, BASIS_POINTS)
"""A part of a whole, in basis points."""
price: Final = whole(0, LARGEST_MINOR)


def variant(value: object, field: str) -> str:
    """Check the public id of a variant."""
    try:
        parse_public_id(_VARIANT, value if isinstance(value, str) else "")
    except InvalidId:
        raise InvalidPromotion(_("There is nothing with this id."), field=field) from None
    return str(value)


def variant_id(text: str) -> UUID:
    """Return the id in a public one that was checked."""
    return parse_public_id(_VARIANT, text)


def only(value: object, names: Sequence[str], field: str) -> Mapping[str, Any]:
    """Return an object that has no other members than these.

    Raises:
        InvalidPromotion: it has, or is none.
    """
    if not isinstance(value, Mapping):
        raise InvalidPromotion(field=field)
    if unknown := next((name for name in value if name not in names), None):
        raise InvalidPromotion(_("Not known."), field=f"{field}.{str(unknown)[:80]}")
    return value


@contextmanager
def refusing() -> Iterator[None]:
    """Refuse with this package's error what others' checks refuse."""
    try:
        yield
    except (InvalidProduct, InvalidPriceList) as refusal:
        raise InvalidPromotion(refusal.detail, **refusal.fields) from refusal


def checked(values: Mapping[str, object], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Return all values as they are stored.

    Raises:
        InvalidPromotion: one is not known or cannot be used.
    """
    with refusing():
        return fields.checked(values, checks)


def audience(value: object, _field: str) -> dict[str, Any]:
    """Check who gets it."""
    return checked_audience(value)
