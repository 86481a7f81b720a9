"""Rules of price lists: prices of variants that have no entry of their own.

A list of ``{"of", "value", "percent_off_bp", "min_quantity"}``; the first that
matches counts. ``of`` is ``all``, ``product``, ``category`` (what lies below
counts too), ``collection``, ``brand`` or ``tag``; ``value`` is the public id, or
the tag. 1,000 basis points are ten per cent off the base price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from kernel.catalogue.models import (
    Category,
    CollectionProduct,
    ProductCategory,
    Variant,
)
from kernel.catalogue.texts import LONGEST_TAG
from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.common.money import BASIS_POINTS
from kernel.pricing.errors import InvalidPriceList

MOST_RULES: Final = 100
LARGEST_QUANTITY: Final = 1_000_000
_PREFIXES: Final = {"product": "prd", "category": "cat", "collection": "col", "brand": "brd"}
_KNOWN: Final = frozenset({"of", "value", "percent_off_bp", "min_quantity"})


@dataclass(slots=True)
class Facts:
    """What rules ask of a variant: pairs of ``of`` and ``value`` that hold for it."""

    marks: set[tuple[str, str]] = field(default_factory=lambda: {("all", "")})


def checked_rules(value: object) -> list[dict[str, Any]]:
    """Return rules as they are stored.

    Raises:
        InvalidPriceList: one cannot be read; ``rule`` numbers it.
    """
    if not isinstance(value, (list, tuple)) or len(value) > MOST_RULES:
        raise InvalidPriceList(field="rules")
    return [_checked(rule, number) for number, rule in enumerate(value)]


def matching(
    rules: Sequence[Mapping[str, Any]], facts: Facts, *, quantity: int
) -> Mapping[str, Any] | None:
    """Return the first rule that applies, or None."""
    for rule in rules:
        if rule["min_quantity"] <= quantity and (rule["of"], rule["value"]) in facts.marks:
            return rule
    return None


def facts_of(variant_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """Return what rules ask, by variant; four queries."""
    variants = Variant.objects.filter(pk__in=list(variant_ids)).values_list(
        "id", "product_id", "product__tags", "product__brand_id"
    )
    rows = list(variants)
    by_product: dict[UUID, Facts] = {}
    found: dict[UUID, Facts] = {}
    for variant, product, tags, brand in rows:
        facts = by_product.setdefault(product, Facts())
        facts.marks |= {("tag", tag) for tag in tags} | {("product", public_id("prd", product))}
        if brand is not None:
            facts.marks.add(("brand", public_id("brd", brand)))
        found[variant] = facts
    _add_collections(by_product)
    _add_categories(by_product)
    return found


def _add_collections(by_product: Mapping[UUID, Facts]) -> None:
    rows = CollectionProduct.objects.filter(product_id__in=list(by_product))
    for product, collection in rows.values_list("product_id", "collection_id"):
        by_product[product].marks.add(("collection", public_id("col", collection)))


def _add_categories(by_product: Mapping[UUID, Facts]) -> None:
    rows = ProductCategory.objects.filter(product_id__in=list(by_product))
    places = list(rows.values_list("product_id", "category__path"))
    above = {prefix for _product, path in places for prefix in _prefixes(path)}
    ids = dict(Category.objects.filter(path__in=above).values_list("path", "id"))
    for product, path in places:
        by_product[product].marks |= {
            ("category", public_id("cat", ids[prefix]))
            for prefix in _prefixes(path)
            if prefix in ids
        }


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]


def _checked(rule: object, number: int) -> dict[str, Any]:
    if not isinstance(rule, Mapping) or not set(rule) <= _KNOWN:
        raise InvalidPriceList(field="rules", rule=number)
    of, value = rule.get("of"), rule.get("value", "")
    percent, quantity = rule.get("percent_off_bp"), rule.get("min_quantity", 1)
    if not _is_whole(percent, 1, BASIS_POINTS) or not _is_whole(quantity, 1, LARGEST_QUANTITY):
        raise InvalidPriceList(field="rules", rule=number)
    if not isinstance(value, str) or not _fits(of, value):
        raise InvalidPriceList(field="rules", rule=number)
    return {"of": of, "value": value, "percent_off_bp": percent, "min_quantity": quantity}


def _fits(of: object, value: str) -> bool:
    if of == "all":
        return value == ""
    if of == "tag":
        return 0 < len(value) <= LONGEST_TAG and value.isprintable()
    try:
        parse_public_id(_PREFIXES.get(str(of), ""), value)
    except InvalidId:
        return False
    return of in _PREFIXES


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
