"""Decides which locations serve an order.

As few as possible, then by priority. Where a shop goes by distance, the smallest area
around the address that has everything: its district, city, province, country, or all.

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
_CN: Final = "CN"


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


def areas_of(region: str) -> tuple[str, ...]:
    """Return what a region lies in, itself first and its country last.

    Codes are as addresses have them: ``330106`` lies in ``3301``, ``33`` and ``CN``,
    ``US-NY`` in ``US``.
    """
    if region.isdigit():
        parts = (region, region[:4], region[:2])
        return (*dict.fromkeys(part.removesuffix("00").removesuffix("00") for part in parts), _CN)
    country = region.partition("-")[0]
    return tuple(area for area in dict.fromkeys((region, country)) if area)


def distance(areas: Sequence[str], region: str) -> int:
    """Return how many steps one has to go out from an address to have a region in reach."""
    own = set(areas_of(region))
    return next((step for step, area in enumerate(areas) if area in own), len(areas))


def route(
    wants: Mapping[UUID, int],
    sources: Mapping[UUID, Sequence[Source]],
    far: Mapping[UUID, int] | None = None,
) -> Route:
    """Choose sources for everything that is wanted.

    Goods that are there come first. Only when all locations together have too
    little is the rest sold beyond stock, at the first location, and as far as
    the variant's limit goes.

    Args:
        wants: variant to quantity.
        sources: of each variant, in order of priority.
        far: how far each location is; then the nearest sources stand first.
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
    for chosen in _combinations(wants, sources, far or {}):
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
    wants: Mapping[UUID, int], sources: Mapping[UUID, Sequence[Source]], far: Mapping[UUID, int]
) -> Iterator[frozenset[UUID]]:
    ranked = {
        source.location_id: (far.get(source.location_id, 0), source.priority, source.location_id)
        for variant in wants
        for source in sources[variant]
        if source.free > 0
    }
    places = sorted(ranked, key=lambda place: ranked[place])[:_MOST_CANDIDATES]
    for reach in sorted({far.get(place, 0) for place in places}):
        inside = [place for place in places if far.get(place, 0) <= reach]
        for size in range(1, min(_MOST_COMBINED, len(inside)) + 1):
            for chosen in combinations(inside, size):
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
