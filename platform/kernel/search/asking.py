"""Searches as addresses hold them, in pages and in the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.catalogue.models import Brand, Category
from kernel.common.money import LARGEST_MINOR, InvalidAmount, Money
from kernel.search.choices import Sort
from kernel.search.documents import RATINGS
from kernel.search.values import Wanted
from kernel.search.words import LONGEST

MOST_CHOSEN: Final = 20
BETWEEN: Final = "|"
_NOWHERE: Final = UUID(int=0)
_STARS: Final = frozenset(map(str, RATINGS))


def wanted_of(
    given: Mapping[str, str], *, currency: str, now: datetime, usual: Sort = Sort.RELEVANCE
) -> Wanted:
    """Return the search that an address asks for; what cannot be read narrows nothing.

    Known are ``q``, ``category`` (a path), ``brand`` (handles by comma), ``attributes`` and
    ``options`` (``code:value`` by ``|``), ``min_price``, ``max_price``, ``in_stock``,
    ``rating`` (the least stars), ``sort``.
    A category or brand that is not there leaves no product.
    """
    path, handles = given.get("category", "").strip("/"), given.get("brand", "")
    sort = given.get("sort", "")
    return Wanted(
        now=now,
        text=given.get("q", "")[:LONGEST],
        category_id=_category(path) if path else None,
        brand_ids=_brands(handles) if handles else (),
        attributes=chosen_attributes(given.get("attributes", "")),
        options=chosen_attributes(given.get("options", "")),
        lowest_minor=_minor(given.get("min_price", ""), currency),
        highest_minor=_minor(given.get("max_price", ""), currency),
        only_in_stock=given.get("in_stock") in {"1", "true"},
        least_stars=int(stars) if (stars := given.get("rating", "")) in _STARS else None,
        sort=Sort(sort) if sort in Sort.values else usual,
    )


def chosen_attributes(text: str) -> dict[str, tuple[str, ...]]:
    """Return the values that are chosen, by the code of their attribute."""
    found: dict[str, tuple[str, ...]] = {}
    for pair in text.split(BETWEEN)[:MOST_CHOSEN]:
        code, colon, value = pair.partition(":")
        if colon and code and value:
            found[code] = (*found.get(code, ()), value)
    return found


def written_attributes(chosen: Mapping[str, tuple[str, ...]]) -> str:
    """Return chosen values as an address holds them."""
    return BETWEEN.join(f"{code}:{value}" for code, values in chosen.items() for value in values)


def _category(path: str) -> UUID:
    return Category.objects.filter(path=path).values_list("pk", flat=True).first() or _NOWHERE


def _brands(handles: str) -> tuple[UUID, ...]:
    asked = [each for each in handles.split(",")[:MOST_CHOSEN] if each]
    found = Brand.objects.filter(handle__in=asked).order_by("pk").values_list("pk", flat=True)
    return tuple(found) or (_NOWHERE,)


def _minor(text: str, currency: str) -> int | None:
    try:
        minor = Money.parse(text, currency).minor if text else None
    except InvalidAmount:
        return None
    return minor if minor is None or 0 <= minor <= LARGEST_MINOR else None
