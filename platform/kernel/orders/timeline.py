"""The story of an order: who did what, and by how much it moved each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.orders.choices import EventKind
from kernel.orders.models import Order, OrderEvent

FIGURES: Final = ("items", "discount", "freight", "tax", "total", "paid", "refunded", "waived")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is about to be written into a timeline."""

    order_id: UUID
    kind: EventKind
    figures: Mapping[str, int] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A figure of an order that its timeline does not add up to."""

    number: str
    figure: str
    on_order: int
    by_timeline: int


def actor_data(actor: Actor) -> dict[str, str]:
    """Return what a timeline keeps of who acted."""
    return {"kind": actor.kind, "id": actor.id, "name": actor.name}


def write(entries: Iterable[Entry], *, actor: Actor, now: datetime) -> None:
    """Add entries; one statement."""
    who = actor_data(actor)
    OrderEvent.objects.bulk_create(
        [
            OrderEvent(
                order_id=entry.order_id,
                kind=entry.kind,
                actor=who,
                figures={name: minor for name, minor in entry.figures.items() if minor},
                data=dict(entry.data),
                at=now,
            )
            for entry in entries
        ]
    )


def figures_of(order: Order) -> dict[str, int]:
    """Return an order's figures, in minor units."""
    return {name: getattr(order, f"{name}_minor") for name in FIGURES}


def moved(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each figure moved."""
    return {name: after[name] - before[name] for name in FIGURES if after[name] != before[name]}


def explained(order_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return each order's figures as its timeline tells them."""
    sums: dict[UUID, Counter[str]] = {order_id: Counter() for order_id in order_ids}
    rows = OrderEvent.objects.filter(order_id__in=order_ids).values_list("order_id", "figures")
    for order_id, figures in rows.iterator(chunk_size=2000):
        sums[order_id].update(figures)
    return {order_id: {name: found[name] for name in FIGURES} for order_id, found in sums.items()}


def verify(*, batch: int = 500) -> Iterator[Unexplained]:
    """Yield every figure of the current tenant's orders that no timeline explains."""
    last = UUID(int=0)
    while orders := list(Order.objects.filter(pk__gt=last).order_by("pk")[:batch]):
        last = orders[-1].pk
        told = explained([order.pk for order in orders])
        for order in orders:
            for name, minor in figures_of(order).items():
                if told[order.pk][name] != minor:
                    yield Unexplained(order.number, name, minor, told[order.pk][name])
