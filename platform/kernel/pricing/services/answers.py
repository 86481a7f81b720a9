"""Answers what things cost, and why. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, Q, QuerySet

from kernel.common.db.kept import Kept
from kernel.common.money import BASIS_POINTS, Money
from kernel.pricing.audience import includes, is_for_levels
from kernel.pricing.errors import InvalidPrice
from kernel.pricing.groups import with_groups
from kernel.pricing.list_rules import LARGEST_QUANTITY, Facts, facts_of, matching
from kernel.pricing.models import BasePrice, PriceList, PriceListEntry
from kernel.pricing.values import Buyer, ExplainedPrice, PriceRequest, PriceStep, StepKind


def _in_use(now: datetime, currency: str) -> QuerySet[PriceList]:
    return PriceList.objects.filter(
        Q(starts_at=None) | Q(starts_at__lte=now),
        Q(ends_at=None) | Q(ends_at__gt=now),
        is_active=True,
        currency=currency,
    )


_IN_USE: Final = Kept(
    lambda now, currency: _in_use(now, currency).order_by("priority", "code"),
    now=datetime,
    currency=str,
)


class Base(NamedTuple):
    """A price before all lists; making whole rows of them costs more than reading them.

    Attributes:
        may_be_other: whether any list is in use.
    """

    variant_id: UUID
    currency: str
    minor: int
    compare_at_minor: int | None
    may_be_other: bool


# Most shops have no list in use, and learn so without asking once more.
_BASE: Final = Kept(
    lambda variants, currency, now: (
        BasePrice.objects.filter(variant__among=variants, currency=currency)
        .annotate(may_be_other=Exists(_in_use(now, currency)))
        .values_list(*Base._fields)
    ),
    variants=list,
    currency=str,
    now=datetime,
)


def prices_for(
    requests: Sequence[PriceRequest],
    *,
    buyer: Buyer,
    currency: str,
    now: datetime,
    among: Sequence[PriceList] | None = None,
) -> dict[UUID, ExplainedPrice]:
    """Return what variants cost a buyer at a moment, each with the chain of reasons.

    Of the lists that apply the one with the highest priority decides; among equals
    the lowest price. A list's own entry goes before its rules, a higher tier before
    a lower one. Several requests for a variant count together. One query while no list
    is in use; three else, seven when a list has rules, one more for a member when a
    list is for groups, whatever the number of variants and lists.

    Variants without any price in the currency are left out.

    Args:
        requests: variants and quantities.
        buyer: who asks.
        currency: of the answers.
        now: the moment.
        among: what `lists_at` says for this moment, when the caller knows.

    Raises:
        InvalidPrice: a quantity below 1 or beyond all measure.
    """
    quantities = _quantities(requests)
    rows = [Base(*row) for row in _BASE(variants=list(quantities), currency=currency, now=now)]
    base = {row.variant_id: row for row in rows}
    known = among
    if known is None:
        may_be_other = any(row.may_be_other for row in rows) if rows else True
        known = lists_at(now, currency=currency) if may_be_other else []
    buyer = with_groups(buyer, known)
    lists = [item for item in known if includes(item.audience, buyer)]
    entries = _entries(lists, quantities)
    # What is for all goods asks nothing of them.
    with_rules = any(rule["of"] != "all" for item in lists for rule in item.rules)
    facts = facts_of(quantities) if with_rules else {}
    answers = {}
    for variant, quantity in quantities.items():
        steps = steps_for(
            lists,
            base=base.get(variant),
            entries=entries,
            facts=facts.get(variant, Facts()),
            request=PriceRequest(variant, quantity),
        )
        if steps:
            answers[variant] = explained(steps, base.get(variant))
    return answers


def lists_at(now: datetime, *, currency: str) -> list[PriceList]:
    """Return the lists in use at a moment, whoever they are for; one query."""
    return _IN_USE(now=now, currency=currency)


def _quantities(requests: Sequence[PriceRequest]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for request in requests:
        if not 1 <= request.quantity <= LARGEST_QUANTITY:
            raise InvalidPrice(field="quantity")
        found[request.variant_id] = found.get(request.variant_id, 0) + request.quantity
    return found


def _entries(
    lists: Sequence[PriceList], quantities: Mapping[UUID, int]
) -> dict[tuple[UUID, UUID], PriceListEntry]:
    """Return the highest tier that is reached, by list and variant."""
    if not lists:
        return {}
    rows = PriceListEntry.objects.filter(
        price_list__in=[item.id for item in lists], variant__in=list(quantities)
    ).order_by("min_quantity")
    return {
        (row.price_list_id, row.variant_id): row
        for row in rows
        if row.min_quantity <= quantities[row.variant_id]
    }


def steps_for(
    lists: Sequence[PriceList],
    *,
    base: BasePrice | Base | None,
    entries: Mapping[tuple[UUID, UUID], PriceListEntry],
    facts: Facts,
    request: PriceRequest,
) -> list[PriceStep]:
    """Return every price that plays a part, the one that decides last."""
    steps = [PriceStep("base", "", None, Money(base.minor, base.currency))] if base else []
    offered = []
    for item in lists:
        entry = entries.get((item.id, request.variant_id))
        step = (
            _entry_step(item, entry)
            if entry is not None
            else _rule_step(item, base, facts, request.quantity)
        )
        if step is not None:
            offered.append(step)
    # The one that decides stands last: highest priority, then lowest price.
    offered.sort(key=lambda step: (step.priority, -step.unit.minor))
    return [*steps, *offered]


def _entry_step(item: PriceList, entry: PriceListEntry) -> PriceStep:
    kind: StepKind = "tier" if entry.min_quantity > 1 else "entry"
    unit = Money(entry.minor, item.currency)
    return _step(kind, item, unit)


def _rule_step(
    item: PriceList, base: BasePrice | Base | None, facts: Facts, quantity: int
) -> PriceStep | None:
    rule = matching(item.rules, facts, quantity=quantity) if base else None
    if rule is None or base is None:
        return None
    whole = Money(base.minor, base.currency)
    unit = whole.share(BASIS_POINTS - rule["percent_off_bp"], rounding="half_up")
    return _step("rule", item, unit)


def _step(kind: StepKind, item: PriceList, unit: Money) -> PriceStep:
    is_for_level = is_for_levels(item.audience)
    return PriceStep(kind, item.name, item.id, unit, item.priority, is_for_level=is_for_level)


def explained(steps: Sequence[PriceStep], base: BasePrice | Base | None) -> ExplainedPrice:
    """Return the price that steps lead to, and what it is below."""
    decided = replace(steps[-1], decides=True)
    unit = decided.unit
    above = [] if base is None else [base.compare_at_minor or 0, base.minor]
    highest = max(above, default=0)
    return ExplainedPrice(
        unit=unit,
        compare_at=Money(highest, unit.currency) if highest > unit.minor else None,
        chain=[*steps[:-1], decided],
    )
