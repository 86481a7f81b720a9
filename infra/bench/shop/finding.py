"""Searches of many kinds, and what is suggested while somebody types."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from random import Random
from time import perf_counter
from typing import Final, TypedDict
from uuid import UUID

import psycopg
from psycopg import sql

from infra.bench.child import say
from infra.bench.machine import PREFIX
from infra.bench.shop.shelves import COLOURS, KINDS, MAKERS, THINGS
from infra.bench.shop.steps import the_shop
from kernel.catalogue.models import Brand, Category
from kernel.common.time import utc_now
from kernel.search.choices import Sort
from kernel.search.selectors import find, shown_facets, suggestions
from kernel.search.services import note_search, rebuild
from kernel.search.values import Wanted
from kernel.tenancy.context import current_tenant, tenant_context

_WARMING: Final = 10


class Looked(TypedDict):
    """What was measured: seconds by kind of search, of suggestions, and of the whole index.

    Attributes:
        first: of the searches through everything, before what they leave to choose from is kept.
    """

    products: int
    index: float
    first: list[float]
    seconds: dict[str, list[float]]
    suggestions: list[float]


def look(times: int) -> Looked:
    """Make the index, search so often, and type as often.

    Every search counts all its facets and gives them titles, as a page shows them.
    """
    chance = Random(7)  # noqa: S311  the same searches each time
    with tenant_context(the_shop()):
        started = perf_counter()
        products = rebuild(clock=utc_now, told=lambda done: say("indexing", done, 0))
        index = perf_counter() - started
        keep_house()
        kinds = _kinds(list(Category.objects.all()), list(Brand.objects.all()), chance)
        for text in _typed(40, chance):
            note_search(text, found=1, now=utc_now())
        return {
            "products": products,
            "index": index,
            "first": [_search(wanted) for wanted in kinds["everything"]],
            "seconds": _searches(kinds, times, chance),
            "suggestions": [_suggested(text) for text in _typed(times, chance)],
        }


def keep_house() -> None:
    """Do what the server's own housekeeping does in time."""
    table = sql.Identifier(current_tenant().schema, "search_searchentry")
    with psycopg.connect(
        os.environ["STOA_BENCH_ADMIN_URL"], dbname=PREFIX, autocommit=True
    ) as server:
        server.execute(sql.SQL("VACUUM ANALYZE {}").format(table))


def _kinds(
    shelves: Sequence[Category], brands: Sequence[Brand], chance: Random
) -> Mapping[str, list[Wanted]]:
    """Return searches of each kind, in no order."""
    now = utc_now()
    roots = [each.pk for each in shelves if each.depth == 1]
    words = [_words(chance) for _turn in range(60)]

    def brand() -> tuple[UUID, ...]:
        return (chance.choice(brands).pk,)

    def colour() -> dict[str, tuple[str, ...]]:
        return {"colour": (chance.choice(COLOURS),)}

    return {
        "words": [Wanted(now=now, text=text) for text in words],
        "words_narrowed": [
            Wanted(now=now, text=text, attributes=colour(), lowest_minor=chance.randrange(9_000))
            for text in words
        ],
        "one_word": [Wanted(now=now, text=each) for pair in THINGS for each in pair],
        "shelf": [Wanted(now=now, category_id=each, sort=Sort.CHEAPEST) for each in roots],
        "shelf_narrowed": [
            Wanted(now=now, category_id=each, brand_ids=brand(), only_in_stock=True)
            for each in roots
        ],
        "everything": [
            Wanted(now=now, sort=Sort.NEWEST),
            Wanted(now=now, attributes=colour(), sort=Sort.SALES),
        ],
    }


def _words(chance: Random) -> str:
    chinese, english = chance.choice(THINGS)
    ways = (
        f"{chance.choice(COLOURS)}{chinese}",
        f"{chance.choice(MAKERS)}{chinese}",
        f"{chance.choice(KINDS)} {chinese}",
        f"{chance.choice(MAKERS)} {english}",
        f"{english} {chance.randrange(100_000)}",
    )
    return chance.choice(ways)


def _typed(times: int, chance: Random) -> list[str]:
    """Return beginnings of what people search for."""
    found = []
    for _turn in range(times):
        text = _words(chance)
        found.append(text[: chance.randrange(1, len(text) + 1)])
    return found


def _searches(
    kinds: Mapping[str, list[Wanted]], times: int, chance: Random
) -> dict[str, list[float]]:
    names = list(kinds)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(-_WARMING, times):
        kind = names[turn % len(names)]
        wanted = chance.choice(kinds[kind])
        took = _search(wanted)
        if turn >= 0:
            seconds[kind].append(took)
            say("searching", turn + 1, times)
    return seconds


def _search(wanted: Wanted) -> float:
    started = perf_counter()
    shown_facets(find(wanted).facets, wanted, language="zh-hans")
    return perf_counter() - started


def _suggested(text: str) -> float:
    started = perf_counter()
    suggestions(text, now=utc_now(), language="zh-hans")
    return perf_counter() - started
