"""What buyers belong to, as price lists name it: ``tag:wholesale``, ``level:gold``.

Whoever gathers members says so here, once; then every price of theirs follows it,
in lists, carts, checkouts and batches alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from uuid import UUID

from kernel.pricing.audience import kinds_of
from kernel.pricing.models import PriceList, PriceListVersion
from kernel.pricing.values import Buyer

Gathering: TypeAlias = Callable[[Collection[UUID]], Mapping[UUID, Iterable[str]]]
"""Returns the groups of members, with a fixed number of queries."""


@dataclass(frozen=True, slots=True)
class Places:
    """Groups that buyers belong to by where they are; to one of a kind at most.

    Attributes:
        at: returns that of a country, ``-`` for none; None where there are none at all.
        at_home: returns those of members by where they live; one query at most.
        here: returns that of whoever is answered, ``-`` for none.
    """

    at: Callable[[str], str | None]
    at_home: Callable[[Collection[UUID]], Mapping[UUID, str]]
    here: Callable[[], str]


_gatherings: Final[dict[str, Gathering]] = {}
_places: Final[dict[str, Places]] = {}


def register_groups(name: str, gathering: Gathering) -> None:
    """Say to which groups of a kind members belong; called while apps are loaded.

    Args:
        name: what the groups begin with, ``tag`` for ``tag:wholesale``.
        gathering: returns what stands after the colon.
    """
    _gatherings[name] = gathering


def register_places(name: str, places: Places) -> None:
    """Say to which groups of a kind buyers belong by where they are.

    Where something goes to decides; else where a member lives; else where somebody seems
    to be.

    Args:
        name: what the groups begin with, ``market`` for ``market:eu``.
        places: returns what stands after the colon.
    """
    _places[name] = places


def buying_from(buyer: Buyer, country: str) -> Buyer:
    """Return a buyer with the groups of the country that something goes to; no query."""
    codes = ((name, each.at(country)) for name, each in _places.items())
    found = [f"{name}:{code}" for name, code in codes if code is not None]
    return replace(buyer, groups=buyer.groups | set(found)) if found else buyer


def joined(buyer: Buyer, groups: frozenset[str]) -> Buyer:
    """Return a buyer with groups more; nobody is in two places."""
    placed = kinds_of(buyer.groups) & _places.keys()
    more = {each for each in groups if each.partition(":")[0] not in placed}
    return replace(buyer, groups=buyer.groups | more)


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
    for name, places in _places.items() if found else ():
        if kinds is None or name in kinds:
            for key, code in places.at_home(list(found)).items():
                found[key].add(f"{name}:{code}")
    return {key: frozenset(groups) for key, groups in found.items()}


def ask_for_groups(lists: Iterable[PriceList | PriceListVersion]) -> set[str]:
    """Return which kinds of groups some lists are for; with none nobody's groups matter."""
    return kinds_of(group for row in lists for group in row.audience.get("groups", ()))


def with_groups(buyer: Buyer, lists: Iterable[PriceList | PriceListVersion]) -> Buyer:
    """Return a buyer with the groups that some lists may ask for."""
    kinds = ask_for_groups(lists)
    if not kinds:
        return buyer
    if buyer.member_id is not None:
        kinds -= kinds_of(buyer.groups) & _places.keys()
        buyer = joined(buyer, groups_of([buyer.member_id], kinds=kinds)[buyer.member_id])
    here = {f"{name}:{each.here()}" for name, each in _places.items() if name in kinds}
    return joined(buyer, frozenset(here)) if here else buyer
