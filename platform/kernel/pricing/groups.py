"""What buyers belong to, as price lists name it: ``tag:wholesale``, ``level:gold``.

Whoever gathers members says so here, once; then every price of theirs follows it,
in lists, carts, checkouts and batches alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias
from uuid import UUID

from kernel.pricing.audience import kinds_of
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


def groups_of(
    member_ids: Collection[UUID], *, kinds: Collection[str] | None = None
) -> dict[UUID, frozenset[str]]:
    """Return the groups of members; a fixed number of queries for each kind of groups.

    Args:
        member_ids: whose.
        kinds: only groups that begin with one of these; all of them without it.
    """
    found: dict[UUID, set[str]] = {key: set() for key in member_ids}
    for name, gathering in _gatherings.items() if found else ():
        if kinds is not None and name not in kinds:
            continue
        for key, groups in gathering(list(found)).items():
            found[key] |= {f"{name}:{group}" for group in groups}
    return {key: frozenset(groups) for key, groups in found.items()}


def ask_for_groups(lists: Iterable[PriceList | PriceListVersion]) -> set[str]:
    """Return which kinds of groups some lists are for; with none nobody's groups matter."""
    return kinds_of(group for row in lists for group in row.audience.get("groups", ()))


def with_groups(buyer: Buyer, lists: Iterable[PriceList | PriceListVersion]) -> Buyer:
    """Return a buyer with the groups that some lists may ask for."""
    kinds = ask_for_groups(lists)
    if buyer.member_id is None or not kinds:
        return buyer
    own = groups_of([buyer.member_id], kinds=kinds)[buyer.member_id]
    return replace(buyer, groups=buyer.groups | own)
