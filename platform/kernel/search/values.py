"""A search and its outcome, whoever provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kernel.search.choices import Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for. What is empty narrows nothing.

    Attributes:
        text: as it was typed.
        category_id: what lies below counts too.
        attributes: any of the values, for each code.
        lowest_minor, highest_minor: in the shop's currency.
        first: how many to pass over.
    """

    now: datetime
    text: str = ""
    category_id: UUID | None = None
    brand_ids: tuple[UUID, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lowest_minor: int | None = None
    highest_minor: int | None = None
    only_in_stock: bool = False
    sort: Sort = Sort.RELEVANCE
    first: int = 0
    limit: int = 24


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products each further narrowing would leave.

    A facet that something was chosen of counts as if nothing was: so another choice
    can be made in its stead.

    Attributes:
        lowest_minor, highest_minor: the span of prices; None without any.
    """

    categories: Mapping[UUID, int] = field(default_factory=dict)
    brands: Mapping[UUID, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    in_stock: int = 0
    lowest_minor: int | None = None
    highest_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page of what was found, in order, and the number of all."""

    product_ids: Sequence[UUID]
    count: int
    facets: Facets
