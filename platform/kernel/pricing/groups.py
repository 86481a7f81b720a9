"""What buyers belong to, as price lists name it: ``tag:wholesale``, ``level:gold``.

Whoever gathers members says so here, once; then every price of theirs follows it,
in lists, carts, checkouts and batches alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias
from uuid import UUID

from kernel.pricing.models import PriceList, PriceListVersion
from kernel.pricing.values import Buyer

Gathering: TypeAlias = Callable[[Collection[UUID]], Mapping[UUID, Iterable[str]]]
"""Returns the groups of members, with a fixed number of queries."""

_gatherings: Final[dict[str, Gathering]] = {}


def register_groups(name: str, gathering: Gathering) -> None:
    """Say to which groups of a kind members belong; called while apps are loaded.

    Args:
        name: what the groups begin with, ``tag`` for ``tag:wholesale``.
        gathering: returns what stands after the colon.
    """
    _gatherings[name] = gathering


def groups_of(member_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the groups of members; a fixed number of queries for each kind of groups."""
    found: dict[UUID, set[str]] = {key: set() for key in member_ids}
    for name, gathering in _gatherings.items() if found else ():
        for key, groups in gathering(list(found)).items():
            found[key] |= {f"{name}:{group}" for group in groups}
    return {key: frozenset(groups) for key, groups in found.items()}


def ask_for_groups(lists: Iterable[PriceList | PriceListVersion]) -> bool:
    """Tell whether any of some lists is for groups; otherwise nobody's groups matter."""
    return any(row.audience.get("groups") for row in lists)


def with_groups(buyer: Buyer, lists: Iterable[PriceList | PriceListVersion]) -> Buyer:
    """Return a buyer with the groups that some lists may ask for."""
    if buyer.member_id is None or not ask_for_groups(lists):
        return buyer
    own = groups_of([buyer.member_id])[buyer.member_id]
    return replace(buyer, groups=buyer.groups | own)
