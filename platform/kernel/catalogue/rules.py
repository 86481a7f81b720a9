"""Rules of collections: read, checked, and turned into one condition of the database.

``{"match": "all" | "any", "rules": [{"field", "operator", "value"}]}``. The same
condition decides for all products and for one, so both always agree.

======== ======================= ==========================================
field    operators               value
======== ======================= ==========================================
price    lt, lte, gt, gte, eq    decimal text in the shop's currency
tag      is, is_not              the tag
category is, is_not              public id; what lies below counts too
brand    is, is_not              public id
created  before, after           a day, ``2026-01-31``
created  within_days             a number of days, up to today
======== ======================= ==========================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from kernel.catalogue.errors import InvalidProduct, InvalidRules
from kernel.catalogue.models import Category, ProductCategory
from kernel.catalogue.texts import LONGEST_TAG, checked_text
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import InvalidAmount, Money
from kernel.common.time import day_bounds

MOST_RULES: Final = 30
LONGEST_SPAN: Final = 3_650
_OPERATORS: Final[Mapping[str, frozenset[str]]] = {
    "price": frozenset({"lt", "lte", "gt", "gte", "eq"}),
    "tag": frozenset({"is", "is_not"}),
    "category": frozenset({"is", "is_not"}),
    "brand": frozenset({"is", "is_not"}),
    "created": frozenset({"before", "after", "within_days"}),
}
_PREFIXES: Final = {"category": "cat", "brand": "brd"}


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What rules are read by: the shop's currency and zone, and the moment."""

    currency: str
    zone: str
    now: datetime


def checked_rules(value: object, *, context: RuleContext) -> dict[str, Any]:
    """Return rules as they are stored.

    Raises:
        InvalidRules: they cannot be read; ``rule`` numbers the one that is wrong.
    """
    if not isinstance(value, Mapping) or value.get("match") not in {"all", "any"}:
        raise InvalidRules
    rules = value.get("rules")
    if not isinstance(rules, (list, tuple)) or not 1 <= len(rules) <= MOST_RULES:
        raise InvalidRules(_("From 1 to 30 rules are expected."))
    found = []
    for number, rule in enumerate(rules):
        if not isinstance(rule, Mapping) or set(rule) != {"field", "operator", "value"}:
            raise InvalidRules(rule=number)
        name, operator = str(rule["field"]), str(rule["operator"])
        if operator not in _OPERATORS.get(name, ()):
            raise InvalidRules(rule=number)
        try:
            _value(name, operator, rule["value"], context)
        except (ValueError, TypeError, InvalidAmount, InvalidId, InvalidProduct):
            raise InvalidRules(_("The value does not fit."), rule=number) from None
        found.append({"field": name, "operator": operator, "value": rule["value"]})
    return {"match": value["match"], "rules": found}


def depends_on_time(rules: Mapping[str, Any]) -> bool:
    """Tell whether products come and go by the clock alone."""
    return any(rule["operator"] == "within_days" for rule in rules.get("rules", ()))


def condition(rules: Mapping[str, Any], *, context: RuleContext) -> Q:
    """Return which products the rules choose.

    Rules that were checked once and cannot be read any more (another currency)
    choose nothing.
    """
    parts = [_part(rule, context) for rule in rules.get("rules", ())]
    if not parts:
        return Q(pk__in=[])
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part if rules["match"] == "all" else whole | part
    return whole


def _part(rule: Mapping[str, Any], context: RuleContext) -> Q:
    name, operator = rule["field"], rule["operator"]
    try:
        value = _value(name, operator, rule["value"], context)
    except (ValueError, TypeError, InvalidAmount, InvalidId):
        return Q(pk__in=[])
    if name == "price":
        lookup = "exact" if operator == "eq" else operator
        priced = Q(lowest_minor__isnull=False, price_currency=context.currency)
        return priced & Q(**{f"lowest_minor__{lookup}": value})
    if name == "created":
        return _created(operator, value, context)
    chosen = _chosen(name, value)
    return ~chosen if operator == "is_not" else chosen


def _created(operator: str, value: Any, context: RuleContext) -> Q:
    if operator == "within_days":
        return Q(created_at__gte=context.now - timedelta(days=value))
    start, end = day_bounds(value, context.zone)
    return Q(created_at__lt=start) if operator == "before" else Q(created_at__gte=end)


def _chosen(name: str, value: Any) -> Q:
    if name == "tag":
        return Q(tags__contains=[value])
    if name == "brand":
        return Q(brand_id__isnull=False, brand_id=value)
    return Q(Exists(in_category(value)))


def in_category(category_id: UUID) -> QuerySet[ProductCategory]:
    """Return the places of the outer query's product in a category or below it."""
    below = Category.objects.filter(pk=category_id).values(start=Concat("path", Value("/")))
    return ProductCategory.objects.filter(product=OuterRef("pk")).filter(
        Q(category_id=category_id) | Q(category__path__startswith=Subquery(below))
    )


def _value(name: str, operator: str, value: object, context: RuleContext) -> Any:
    if not isinstance(value, int if operator == "within_days" else str):
        raise TypeError
    if name == "price":
        amount = Money.parse(str(value), context.currency)
        if amount.minor < 0:
            raise ValueError
        return amount.minor
    if name == "created":
        return _span(value) if operator == "within_days" else date.fromisoformat(str(value))
    if name == "tag":
        return checked_text(value, field="tag", longest=LONGEST_TAG, needed=True)
    return parse_public_id(_PREFIXES[name], str(value))


def _span(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_SPAN:
        raise ValueError
    return value
