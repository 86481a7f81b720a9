"""What is halted, and how two people lift it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.orders.models import Order
from kernel.rewards.monitors.choices import Level, Measure
from kernel.rewards.monitors.errors import (
    HaltNotFound,
    OtherPersonNeeded,
    ReasonNeeded,
    StillBeyond,
)
from kernel.rewards.monitors.events import HaltLifted
from kernel.rewards.monitors.models import Deferred, Halt, Reading
from kernel.rewards.monitors.services.people import refuse_programs

_LONGEST = 300


def holds_back(order: Order, moment: str) -> bool:
    """Tell whether a moment of an order is kept from the programmes; one query.

    What is paid back goes through always, so that nothing is paid for goods that came
    back. While rewards are frozen all else waits and is told later; while they are
    stopped, orders paid since then earn nothing.
    """
    open_halts = list(Halt.objects.filter(lifted_at=None))
    if not open_halts or moment == "refunded":
        return False
    if any(row.measure == Measure.FREEZE for row in open_halts):
        Deferred.objects.get_or_create(order_id=order.pk, moment=moment)
        return True
    since = min(row.since for row in open_halts)
    return order.paid_at is None or order.paid_at >= since


def is_frozen() -> bool:
    """Tell whether nothing may be released or settled now; one query."""
    return Halt.objects.filter(lifted_at=None, measure=Measure.FREEZE).exists()


@transaction.atomic
def ask_to_lift(halt_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Halt:
    """Say why rewards may move again; a second person has to agree.

    Raises:
        HaltNotFound: nothing is halted under this id.
        ReasonNeeded: no reason.
        StillBeyond: the figure is beyond its limit still.
        PersonNeeded: a program asks.
    """
    refuse_programs(actor)
    row = _open(halt_id)
    why = reason.replace("\x00", "").strip()[:_LONGEST]
    if not why:
        raise ReasonNeeded
    _check_figure(row)
    row.asked_by, row.asked_name, row.reason = actor.id, actor.name[:80], why
    row.save(update_fields=["asked_by", "asked_name", "reason"])
    _record(row, "lift_asked", actor, now)
    return row


@transaction.atomic
def lift(halt_id: UUID, *, actor: Actor, now: datetime) -> Halt:
    """Let rewards move again, as the second person.

    Raises:
        HaltNotFound: nothing is halted under this id, or nobody asked to lift it.
        OtherPersonNeeded: who agrees is who asked.
        StillBeyond: the figure is beyond its limit still.
        PersonNeeded: a program agrees.
    """
    refuse_programs(actor)
    row = _open(halt_id)
    if not row.asked_by:
        raise HaltNotFound
    if row.asked_by == actor.id:
        raise OtherPersonNeeded
    _check_figure(row)
    row.lifted_by, row.lifted_name, row.lifted_at = actor.id, actor.name[:80], now
    row.save(update_fields=["lifted_by", "lifted_name", "lifted_at"])
    _record(row, "lifted", actor, now)
    publish(HaltLifted(row.pk, row.monitor), aggregate=f"reward_monitor:{row.monitor}")
    return row


def _open(halt_id: UUID) -> Halt:
    row = Halt.objects.select_for_update().filter(pk=halt_id, lifted_at=None).first()
    if row is None:
        raise HaltNotFound
    return row


def _check_figure(row: Halt) -> None:
    latest = Reading.objects.filter(monitor=row.monitor).order_by("-day").first()
    if latest is not None and latest.level == Level.ACT:
        raise StillBeyond


def _record(row: Halt, act: str, actor: Actor, now: datetime) -> None:
    record(
        action=f"reward_monitors.{act}",
        actor=actor,
        obj=row,
        after={"name": row.monitor, "measure": row.measure},
        reason=row.reason,
        now=now,
    )


def tell_deferred() -> int:
    """Tell the programmes what came while rewards were frozen; return how many moments."""
    from kernel.rewards.services.following import follow_order

    told = 0
    while not is_frozen():
        row = Deferred.objects.order_by("pk").first()
        if row is None:
            return told
        follow_order(row.order_id, row.moment)
        Deferred.objects.filter(pk=row.pk).delete()
        told += 1
    return told
