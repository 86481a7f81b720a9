"""Which locations serve an order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.inventory.routing import areas_of, distance, route, sellable


@dataclass
class Shelf:
    variant_id: UUID
    location_id: UUID
    priority: int
    oversell: int
    free: int


VARIANTS = [UUID(int=number) for number in (1, 2, 3)]
PLACES = [UUID(int=number) for number in (11, 12, 13)]


def shelves(free: list[list[int]], *, oversell: int = 0) -> dict[UUID, list[Shelf]]:
    return {
        variant: [
            Shelf(variant, place, rank, oversell, number)
            for rank, (place, number) in enumerate(zip(PLACES, row, strict=True))
        ]
        for variant, row in zip(VARIANTS, free, strict=True)
    }


rows = st.lists(st.integers(-2, 5), min_size=3, max_size=3)
stocks = st.lists(rows, min_size=3, max_size=3)
baskets = st.dictionaries(st.sampled_from(VARIANTS), st.integers(1, 8), min_size=1)


@given(free=stocks, wants=baskets, oversell=st.integers(0, 4))
def test_a_route_gives_all_that_is_wanted_or_says_what_is_short(
    free: list[list[int]], wants: dict[UUID, int], oversell: int
) -> None:
    sources = shelves(free, oversell=oversell)

    found = route(wants, sources)

    short = {v: sellable(sources[v]) for v, n in wants.items() if sellable(sources[v]) < n}
    assert found.short == short
    given_out = {v: sum(n for w, _i, n in found.parts if w == v) for v in wants}
    assert short or given_out == wants
    beyond = [
        (variant, index)
        for variant, index, number in found.parts
        if number > max(sources[variant][index].free, 0)
    ]
    assert all(index == 0 for _variant, index in beyond)


@given(free=stocks, wants=baskets)
def test_no_order_is_split_over_more_locations_than_it_must(
    free: list[list[int]], wants: dict[UUID, int]
) -> None:
    sources = shelves(free)

    found = route(wants, sources)

    used = {sources[variant][index].location_id for variant, index, _number in found.parts}
    possible = [
        size
        for size in range(1, 4)
        for chosen in combinations(range(3), size)
        if all(sum(max(sources[v][i].free, 0) for i in chosen) >= n for v, n in wants.items())
    ]
    assert bool(possible) is not bool(found.short)
    assert not possible or len(used) <= min(possible)


def test_of_two_locations_that_have_everything_the_first_by_priority_serves() -> None:
    sources = shelves([[2, 2, 2], [1, 2, 2], [0, 0, 0]])

    found = route({VARIANTS[0]: 1, VARIANTS[1]: 2}, sources)

    assert {index for _variant, index, _number in found.parts} == {1}


@given(free=stocks, wants=baskets, far=st.permutations([0, 1, 2]))
def test_by_distance_the_smallest_area_that_has_everything_serves(
    free: list[list[int]], wants: dict[UUID, int], far: list[int]
) -> None:
    steps = dict(zip(PLACES, far, strict=True))
    sources = {
        variant: sorted(row, key=lambda shelf: steps[shelf.location_id])
        for variant, row in shelves(free).items()
    }

    found = route(wants, sources, steps)

    used = {sources[variant][index].location_id for variant, index, _number in found.parts}
    enough = [
        reach
        for reach in range(3)
        if all(
            sum(max(s.free, 0) for s in sources[v] if steps[s.location_id] <= reach) >= n
            for v, n in wants.items()
        )
    ]
    assert bool(enough) is not bool(found.short)
    assert not enough or max(steps[place] for place in used) <= enough[0]


@pytest.mark.parametrize(
    ("region", "steps"),
    [("330106", 0), ("330100", 1), ("330000", 2), ("441900003", 3), ("", 4), ("US-NY", 4)],
)
def test_a_location_is_as_far_as_the_area_that_it_shares_with_the_address(
    region: str, steps: int
) -> None:
    assert distance(areas_of("330106"), region) == steps
    assert distance(areas_of("US-NY"), "US") == 1
