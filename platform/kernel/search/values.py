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
        attributes, options: any of the values, for each code.
        lowest_minor, highest_minor: in the shop's currency.
        least_stars: what published reviews give on average, 1 to 4.
        first: how many to pass over.
    """

    now: datetime
    text: str = ""
    category_id: UUID | None = None
    brand_ids: tuple[UUID, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lowest_minor: int | None = None
    highest_minor: int | None = None
    only_in_stock: bool = False
    least_stars: int | None = None
    sort: Sort = Sort.RELEVANCE
    first: int = 0
    limit: int = 24

    @property
    def is_narrowed(self) -> bool:
        """True when something is asked for, so that it is no wonder when nothing is found."""
        return bool(
            self.text
            or self.category_id
            or self.brand_ids
            or self.attributes
            or self.options
            or self.only_in_stock
            or self.least_stars is not None
            or self.lowest_minor is not None
            or self.highest_minor is not None
        )


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products each further narrowing would leave.

    A facet that something was chosen of counts as if nothing was: so another choice
    can be made in its stead.

    Attributes:
        ratings: by the least stars on average.
        lowest_minor, highest_minor: the span of prices; None without any.
    """

    categories: Mapping[UUID, int] = field(default_factory=dict)
    brands: Mapping[UUID, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    in_stock: int = 0
    ratings: Mapping[int, int] = field(default_factory=dict)
    lowest_minor: int | None = None
    highest_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page of what was found, in order, and the number of all."""

    product_ids: Sequence[UUID]
    count: int
    facets: Facets
