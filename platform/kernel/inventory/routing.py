"""Decides which locations serve an order: as few as possible, then by priority.

Pure: works on figures that the caller has locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Protocol
from uuid import UUID

# Beyond these, the search for the fewest locations would cost more than a parcel.
_MOST_CANDIDATES: Final = 12
_MOST_COMBINED: Final = 3


class Source(Protocol):
    """One variant at one location."""

    variant_id: UUID
    location_id: UUID
    priority: int
    oversell: int

    @property
    def free(self) -> int:
        """What can still be promised; negative when more is promised than there is."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where an order is served from, or how much there was of what was too little.

    Attributes:
        parts: index of the source of a variant, and quantity.
        short: variant to what could have been had.
    """

    parts: list[tuple[UUID, int, int]]
    short: dict[UUID, int]


def route(wants: Mapping[UUID, int], sources: Mapping[UUID, Sequence[Source]]) -> Route:
    """Choose sources for everything that is wanted.

    Goods that are there come first. Only when all locations together have too
    little is the rest sold beyond stock, at the first location, and as far as
    the variant's limit goes.

    Args:
        wants: variant to quantity.
        sources: of each variant, in order of priority.
    """
    if _are_all_at_first(wants, sources):
        return Route([(variant, 0, quantity) for variant, quantity in wants.items()], {})
    short = {
        variant: sellable(sources.get(variant, ()))
        for variant, quantity in wants.items()
        if sellable(sources.get(variant, ())) < quantity
    }
    if short:
        return Route([], short)
    for chosen in _combinations(wants, sources):
        if all(_room(sources[v], chosen) >= quantity for v, quantity in wants.items()):
            return Route(list(_parts(wants, sources, chosen)), {})
    return Route(list(_parts(wants, sources, None)), {})


def _are_all_at_first(wants: Mapping[UUID, int], sources: Mapping[UUID, Sequence[Source]]) -> bool:
    """Tell whether the location that comes first for each variant has enough of all."""
    first: UUID | None = None
    for variant, quantity in wants.items():
        known = sources.get(variant)
        if not known or known[0].free < quantity:
            return False
        first = first or known[0].location_id
        if known[0].location_id != first:
            return False
    return True


def sellable(sources: Sequence[Source]) -> int:
    """Return how much of a variant can be promised, with what may be oversold."""
    if not sources:
        return 0
    in_stock = sum(source.free for source in sources if source.free > 0)
    owed = -sum(source.free for source in sources if source.free < 0)
    return in_stock + max(sources[0].oversell - owed, 0)


def _combinations(
    wants: Mapping[UUID, int], sources: Mapping[UUID, Sequence[Source]]
) -> Iterator[frozenset[UUID]]:
    ranked = {
        source.location_id: (source.priority, source.location_id)
        for variant in wants
        for source in sources[variant]
        if source.free > 0
    }
    places = sorted(ranked, key=lambda place: ranked[place])[:_MOST_CANDIDATES]
    for size in range(1, min(_MOST_COMBINED, len(places)) + 1):
        for chosen in combinations(places, size):
            yield frozenset(chosen)


def _room(sources: Sequence[Source], chosen: frozenset[UUID]) -> int:
    return sum(max(source.free, 0) for source in sources if source.location_id in chosen)


def _parts(
    wants: Mapping[UUID, int],
    sources: Mapping[UUID, Sequence[Source]],
    chosen: frozenset[UUID] | None,
) -> Iterator[tuple[UUID, int, int]]:
    for variant, quantity in wants.items():
        rest = quantity
        taken = [0] * len(sources[variant])
        for index, source in enumerate(sources[variant]):
            if chosen is None or source.location_id in chosen:
                taken[index] = min(rest, max(source.free, 0))
                rest -= taken[index]
        taken[0] += rest
        yield from ((variant, index, part) for index, part in enumerate(taken) if part)
