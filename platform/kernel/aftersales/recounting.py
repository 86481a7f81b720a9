"""What the rest of an order would not have been given: asked of whoever gave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from django.db.models import Sum

from kernel.aftersales.choices import CaseState
from kernel.aftersales.models import Case
from kernel.orders.models import Order, OrderLine

SETTLED: Final = frozenset({CaseState.REFUNDING, CaseState.REFUNDED})
"""What was granted is taken off the order."""


@dataclass(frozen=True, slots=True)
class Unearned:
    """What was given for goods that do not stay.

    Attributes:
        minor: discounts on what stays that it would not have got by itself.
        gifts: lines that would not have come along.
    """

    minor: int = 0
    gifts: frozenset[UUID] = frozenset()


Recount: TypeAlias = Callable[[Order, Sequence[OrderLine], Mapping[UUID, int]], Unearned]
"""Takes an order, its lines, and by line how many pieces stay."""

_recounts: Final[dict[str, Recount]] = {}


def register_recount(name: str, recount: Recount) -> None:
    """Let somebody answer who gives discounts; the same name again replaces the earlier."""
    _recounts[name] = recount


def unearned_of(order: Order, lines: Sequence[OrderLine], given_up: Mapping[UUID, int]) -> Unearned:
    """Return what is not earned when so many pieces go, beside those that went before."""
    kept = {
        line.pk: line.quantity
        - line.cancelled_quantity
        - line.returned_quantity
        - given_up.get(line.pk, 0)
        for line in lines
    }
    found = [recount(order, lines, kept) for recount in _recounts.values()]
    gifts = frozenset[UUID]().union(*(each.gifts for each in found))
    return Unearned(sum(each.minor for each in found), gifts)


def counted_before(order_id: UUID) -> int:
    """Return what earlier cases of an order took off for discounts that were not earned."""
    rows = Case.objects.filter(order=order_id, recounts=True, state__in=SETTLED)
    return rows.aggregate(minor=Sum("recount_minor"))["minor"] or 0
