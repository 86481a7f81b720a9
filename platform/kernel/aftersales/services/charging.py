"""Exchanges for something dearer: the difference is put on the order, paid, or given up."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.aftersales.choices import CaseKind, CaseState, EntryKind, Remedy
from kernel.aftersales.machine import check
from kernel.aftersales.models import Case, CaseLine
from kernel.aftersales.rooms import rooms_of
from kernel.aftersales.services.settling import give_up, settle, waived_of
from kernel.aftersales.services.telling import (
    BY_ITSELF,
    Held,
    hold,
    move,
    story_data,
    sum_up,
    tell,
)
from kernel.audit.actor import Actor
from kernel.checkout.paying import close_unfitting
from kernel.orders.services.money import due_minor
from kernel.orders.services.repricing import Extra, put_on, take_off
from kernel.orders.services.waiving import waive

_CHARGED: Final = ("extra_minor", "charged", "waived_minor")


def begin_replacing(held: Held, *, actor: Actor, now: datetime) -> None:
    """Let the replacement be sent, or first the difference be paid; the case is saved."""
    case = held.case
    sum_up(held)
    if case.surcharge_minor:
        charge(held, actor=actor, now=now)
        sum_up(held)
    is_owed = bool(case.surcharge_minor and due_minor([held.order]))
    move(case, CaseState.PAYING if is_owed else CaseState.REPLACING, now=now)
    case.save()
    if is_owed:
        data = {"minor": case.surcharge_minor}
        tell(held, EntryKind.CHARGED, actor=actor, now=now, data=data)


def charge(held: Held, *, actor: Actor, now: datetime) -> None:
    """Put what is dearer on the order, and take off what is cheaper."""
    extras = {
        each.line_id: Extra(each.extra_unit_minor, _pieces(each))
        for each in held.lines
        if each.extra_unit_minor and not each.charged
    }
    kept = put_on(held.order, extras, reason=held.case.number, actor=actor, now=now)
    for each in held.lines:
        if each.line_id in kept:
            each.charged = kept[each.line_id]
            each.extra_minor = int(each.charged["minor"])
    _waive(held, actor=actor, now=now)
    CaseLine.objects.bulk_update(held.lines, _CHARGED)
    _read_lines(held)


@transaction.atomic
def go_on_when_paid(case_id: UUID, *, now: datetime) -> None:
    """Let the replacement be sent once the order owes nothing; else nothing happens."""
    held = hold(case_id)
    case = held.case
    if case.state != CaseState.PAYING or due_minor([held.order]):
        return
    move(case, CaseState.REPLACING, now=now)
    case.save()
    data = {"minor": case.surcharge_minor}
    tell(held, EntryKind.PAID, actor=BY_ITSELF, now=now, data=data)


@transaction.atomic
def take_money(case_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Have the money for the old goods instead of paying the difference for others.

    Raises:
        UnknownCase: there is none.
        MoveRefused: no difference is waited for.
    """
    held = hold(case_id)
    check(held.case, "take_money")
    money_instead(held, actor=actor, now=now)
    return held.case


def money_instead(held: Held, *, actor: Actor, now: datetime) -> None:
    """Make a return of a held exchange whose difference was not paid."""
    case = held.case
    give_up(held, actor=actor)
    kept = {each.line_id: each.charged for each in held.lines if each.charged}
    take_off(held.order, kept, reason=case.number, actor=actor, now=now)
    close_unfitting(held.order.group_id, actor=actor, now=now)
    case.kind, case.remedy = CaseKind.RETURN_REFUND, Remedy.MONEY
    for each in held.lines:
        each.extra_unit_minor, each.extra_minor, each.charged, each.variant_id = 0, 0, {}, None
    CaseLine.objects.bulk_update(
        held.lines, ["extra_unit_minor", "extra_minor", "charged", "variant_id"]
    )
    _read_lines(held)
    rooms = rooms_of(held.order, but=case.pk)
    for each in held.lines:
        # What was taken off before for something cheaper goes back as well.
        room, pieces = rooms.by_line[each.line_id], _pieces(each)
        again = each.waived_minor if pieces >= room.pieces else 0
        each.refund_minor = room.worth(pieces) + again
        each.save(update_fields=["refund_minor"])
    sum_up(held)
    case.save()
    data = {"minor": case.amount_minor}
    tell(held, EntryKind.MONEY_INSTEAD, actor=actor, now=now, data=data)
    settle(held, actor=actor, now=now)


def _waive(held: Held, *, actor: Actor, now: datetime) -> None:
    wanted = waived_of(held)
    if not any(each.minor for each in wanted.values()):
        return
    case = held.case
    data = {**story_data(case, EntryKind.CHARGED), "ref": case.number}
    waive(held.order, wanted, data=data, actor=actor, now=now, reason=case.number)
    for each in held.lines:
        each.waived_minor += wanted[each.line_id].minor


def _pieces(each: CaseLine) -> int:
    return each.quantity if each.accepted_quantity is None else each.accepted_quantity


def _read_lines(held: Held) -> None:
    """Read what the order's lines are by now."""
    rows = CaseLine.objects.select_related("line").filter(case=held.case)
    held.lines[:] = list(rows.order_by("line__position"))
