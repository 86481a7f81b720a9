"""Who gets a price list.

``{}`` is everybody. ``{"signed_in": true, "groups": ["level:gold"], "members": ["<uuid>"]}``:
whoever meets one of the conditions that are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from kernel.pricing.errors import InvalidPriceList
from kernel.pricing.values import Buyer

MOST_NAMED: Final = 1_000
LONGEST_GROUP: Final = 120
_LEVEL: Final = "level:"
_KNOWN: Final = frozenset({"signed_in", "groups", "members"})


def checked_audience(value: object) -> dict[str, Any]:
    """Return an audience as it is stored.

    Raises:
        InvalidPriceList: it cannot be read.
    """
    if not isinstance(value, Mapping) or not set(value) <= _KNOWN:
        raise InvalidPriceList(field="audience")
    found: dict[str, Any] = {}
    if value.get("signed_in"):
        found["signed_in"] = True
    if groups := _texts(value.get("groups")):
        found["groups"] = groups
    if members := _texts(value.get("members")):
        try:
            found["members"] = [str(UUID(item)) for item in members]
        except ValueError:
            raise InvalidPriceList(field="audience.members") from None
    return found


def includes(audience: Mapping[str, Any], buyer: Buyer) -> bool:
    """Tell whether a buyer belongs to an audience."""
    if not audience:
        return True
    if audience.get("signed_in") and buyer.member_id is not None:
        return True
    if not buyer.groups.isdisjoint(audience.get("groups", ())):
        return True
    return str(buyer.member_id) in audience.get("members", ())


def is_for_levels(audience: Mapping[str, Any]) -> bool:
    """Tell whether an audience is nobody but the members of some levels."""
    groups = audience.get("groups", ())
    return set(audience) == {"groups"} and all(each.startswith(_LEVEL) for each in groups)


def kinds_of(groups: Iterable[str]) -> set[str]:
    """Return what some groups begin with, ``tag`` for ``tag:wholesale``."""
    return {group.partition(":")[0] for group in groups}


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, (list, tuple)) or len(value) > MOST_NAMED:
        raise InvalidPriceList(field="audience")
    for item in value:
        if not isinstance(item, str) or not 0 < len(item) <= LONGEST_GROUP:
            raise InvalidPriceList(field="audience")
        if not item.isprintable():
            raise InvalidPriceList(field="audience")
    return list(dict.fromkeys(value))
