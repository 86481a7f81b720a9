"""Which goods something is for.

``{}`` is all goods. ``{"include": [["category", "cat_…"]], "exclude": [["product", "prd_…"]]}``:
goods that bear one of the first marks and none of the second. A mark is ``product``,
``category`` (what lies below counts too), ``collection``, ``brand``, ``tag`` or ``seller``,
with the public id or the word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from kernel.catalogue.texts import LONGEST_TAG
from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.pricing.list_rules import facts_of
from kernel.promotions.errors import InvalidPromotion

Mark: TypeAlias = tuple[str, str]

MOST_MARKS: Final = 500
_PREFIXES: Final = {
    "product": "prd",
    "category": "cat",
    "collection": "col",
    "brand": "brd",
    "seller": "sel",
}
# What is known of goods without a question.
_AT_HAND: Final = frozenset({"product", "seller"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Goods, by their marks."""

    include: frozenset[Mark] = frozenset()
    exclude: frozenset[Mark] = frozenset()

    @classmethod
    def read(cls, stored: Mapping[str, Iterable[Iterable[str]]]) -> Scope:
        """Return a scope as it was stored."""
        include, exclude = (
            frozenset((of, value) for of, value in stored.get(name, ()))
            for name in ("include", "exclude")
        )
        return cls(include, exclude)

    @property
    def asks(self) -> bool:
        """True when marks are needed that must be read."""
        return any(of not in _AT_HAND for of, _value in self.include | self.exclude)

    @property
    def place(self) -> tuple[str, UUID] | None:
        """The one thing that it includes; None for none, or for several."""
        if len(self.include) != 1:
            return None
        [(of, value)] = self.include
        prefix = _PREFIXES.get(of)
        return (of, parse_public_id(prefix, value)) if prefix else None

    def has(self, marks: frozenset[Mark]) -> bool:
        """Tell whether goods with these marks belong to it."""
        if self.include and self.include.isdisjoint(marks):
            return False
        return not self.exclude or self.exclude.isdisjoint(marks)


def checked_scope(value: object, *, field: str = "scope") -> dict[str, list[list[str]]]:
    """Return a scope as it is stored.

    Raises:
        InvalidPromotion: it cannot be read.
    """
    if not isinstance(value, Mapping) or not set(value) <= {"include", "exclude"}:
        raise InvalidPromotion(field=field)
    found = {}
    for name, marks in value.items():
        if not isinstance(marks, (list, tuple)) or len(marks) > MOST_MARKS:
            raise InvalidPromotion(field=f"{field}.{name}")
        checked = [_checked(mark, f"{field}.{name}") for mark in marks]
        if checked:
            found[name] = [list(mark) for mark in dict.fromkeys(checked)]
    return found


def marks_at_hand(product_id: UUID, seller_id: UUID | None) -> frozenset[Mark]:
    """Return the marks of goods that need no question."""
    marks = {("product", public_id("prd", product_id))}
    if seller_id is not None:
        marks.add(("seller", public_id("sel", seller_id)))
    return frozenset(marks)


def marks_of(variant_ids: Iterable[UUID]) -> dict[UUID, frozenset[Mark]]:
    """Return the marks of goods that must be read, by variant; four queries."""
    return {key: frozenset(facts.marks) for key, facts in facts_of(variant_ids).items()}


def _checked(mark: object, field: str) -> Mark:
    if not isinstance(mark, (list, tuple)) or len(mark) != len(("of", "value")):
        raise InvalidPromotion(field=field)
    of, value = mark
    if not isinstance(of, str) or not isinstance(value, str):
        raise InvalidPromotion(field=field)
    if of == "tag" and 0 < len(value) <= LONGEST_TAG and value.isprintable():
        return of, value
    try:
        parse_public_id(_PREFIXES.get(of, ""), value)
    except InvalidId:
        raise InvalidPromotion(field=field) from None
    return of, value
