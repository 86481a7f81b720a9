"""What people write on orders: tags, notes; and what buyers take off their list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.orders.choices import EventKind
from kernel.orders.errors import InvalidNote, TransitionRefused
from kernel.orders.machine import TRANSITIONS
from kernel.orders.models import Order, OrderTag, StaffNote
from kernel.orders.services.locking import lock_order
from kernel.orders.timeline import Entry, actor_data, write

LONGEST_NOTE: Final = 2000
LONGEST_TAG: Final = 40
MOST_TAGS: Final = 20


@transaction.atomic
def add_note(order_id: UUID, text: str, *, actor: Actor, now: datetime) -> StaffNote:
    """Write a note that only staff see.

    Raises:
        InvalidNote: empty or too long.
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    note = _checked(text, longest=LONGEST_NOTE)
    row = StaffNote.objects.create(order=order, text=note, actor=actor_data(actor))
    write([Entry(order_id, EventKind.NOTED)], actor=actor, now=now)
    record(
        action="orders.noted",
        actor=actor,
        obj=("order", order.number),
        after={"text": note},
        now=now,
    )
    return row


@transaction.atomic
def set_tags(order_id: UUID, names: Sequence[str], *, actor: Actor, now: datetime) -> list[str]:
    """Give an order these tags and no others.

    Raises:
        InvalidNote: one is empty or too long, or there are too many.
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    wanted = sorted({_checked(name, longest=LONGEST_TAG) for name in names})
    if len(wanted) > MOST_TAGS:
        raise InvalidNote(most=MOST_TAGS)
    before = sorted(OrderTag.objects.filter(order=order).values_list("name", flat=True))
    if wanted == before:
        return wanted
    OrderTag.objects.filter(order=order).exclude(name__in=wanted).delete()
    OrderTag.objects.bulk_create(
        [OrderTag(order=order, name=name) for name in wanted if name not in before]
    )
    write([Entry(order_id, EventKind.TAGGED, data={"tags": wanted})], actor=actor, now=now)
    record(
        action="orders.tagged",
        actor=actor,
        obj=("order", order.number),
        before={"tags": before},
        after={"tags": wanted},
        now=now,
    )
    return wanted


def hide_order(order: Order, *, now: datetime) -> None:
    """Take an order that is over off its buyer's list; the shop keeps it.

    Raises:
        TransitionRefused: it is not over.
    """
    if order.status in TRANSITIONS["pay"].sources:
        raise TransitionRefused(action="hide", status=order.status, guard="status")
    Order.objects.filter(pk=order.pk, hidden_at=None).update(hidden_at=now)


def _checked(text: str, *, longest: int) -> str:
    value = text.replace("\x00", "").strip()
    if not 1 <= len(value) <= longest:
        raise InvalidNote
    return value
