"""Buyers ask for something, take it back, send goods, answer and object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.aftersales.choices import (
    CaseKind,
    CaseState,
    EntryKind,
    Reason,
    Remedy,
    Side,
)
from kernel.aftersales.errors import InvalidCase, MoveRefused, NotOpen
from kernel.aftersales.machine import check
from kernel.aftersales.models import Case, CaseEntry, CaseLine
from kernel.aftersales.planning import Plan, Wish, plan
from kernel.aftersales.rooms import fits, rooms_of
from kernel.aftersales.services.deciding import go_on
from kernel.aftersales.services.pictures import keep_pictures
from kernel.aftersales.services.settling import give_up
from kernel.aftersales.services.telling import (
    Held,
    audit,
    checked_text,
    hold,
    move,
    settle_down,
    sum_up,
    tell,
)
from kernel.audit.actor import Actor
from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import Variant
from kernel.catalogue.sent import check_pictures
from kernel.orders.models import Order
from kernel.orders.services.locking import lock_order
from kernel.orders.services.waiving import hold_clock

DISPUTE_DAYS: Final = 7
"""For how long after it was declined a case can be taken to dispute."""


def preview(
    order: Order,
    kind: CaseKind,
    reason: Reason,
    wishes: Sequence[Wish],
    *,
    now: datetime,
    remedy: Remedy = Remedy.MONEY,
) -> Plan:
    """Say what a buyer would get; keeps nothing.

    Raises:
        NotOpen, InvalidCase, TooMuch: as `kernel.aftersales.planning.plan`.
    """
    return plan(order, kind, reason, wishes, remedy=remedy, rooms=rooms_of(order), now=now)


@transaction.atomic
def request(
    order_id: UUID,
    kind: CaseKind,
    reason: Reason,
    wishes: Sequence[Wish],
    *,
    actor: Actor,
    now: datetime,
    remedy: Remedy = Remedy.MONEY,
    text: str = "",
    pictures: Sequence[bytes] = (),
) -> Case:
    """Ask for something after the sale; while it is open, nothing happens to the order by itself.

    Raises:
        OrderNotFound: there is no such order.
        NotOpen: the order or a line is not open for it.
        InvalidCase: a value cannot be kept; ``field`` names which.
        TooMuch: more money than what is left of a line.
    """
    check_pictures(pictures, refusal=InvalidCase)
    order = lock_order(order_id)
    made = plan(order, kind, reason, wishes, remedy=remedy, rooms=rooms_of(order), now=now)
    _check_variants(made)
    case = Case(
        number=f"{order.number}-A{Case.objects.filter(order=order).count() + 1}",
        order=order,
        member_id=order.member_id,
        kind=kind,
        remedy=made.remedy,
        reason=reason,
        currency=order.currency,
        amount_minor=made.amount_minor,
        freight_minor=made.freight_minor,
        recount_minor=made.recount_minor,
        recounts=made.recounts,
        surcharge_minor=made.surcharge_minor,
        created_at=now,
    )
    move(case, CaseState.REQUESTED, now=now)
    case.save(force_insert=True)
    lines = [_line(case, made, position) for position in range(len(made.lines))]
    CaseLine.objects.bulk_create(lines)
    hold_clock(order.pk, now=now)
    entry = tell(
        Held(order, case, lines),
        EntryKind.REQUESTED,
        actor=actor,
        now=now,
        text=checked_text(text),
        data={"minor": case.amount_minor},
    )
    keep_pictures(entry, pictures)
    return case


@transaction.atomic
def say(
    case_id: UUID,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    pictures: Sequence[bytes] = (),
    side: Side | None = None,
) -> CaseEntry:
    """Write to the other side; what an arbitrator says names him as such.

    Raises:
        UnknownCase: there is none.
        MoveRefused: the case is over for good.
        InvalidCase: no text, or pictures that cannot be kept.
    """
    said = checked_text(text)
    if not said and not pictures:
        raise InvalidCase(_("Please write something."), field="text")
    check_pictures(pictures, refusal=InvalidCase)
    held = hold(case_id)
    check(held.case, "say")
    entry = tell(held, EntryKind.MESSAGE, actor=actor, now=now, text=said, side=side)
    keep_pictures(entry, pictures)
    return entry


@transaction.atomic
def cancel(case_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Take back what was asked for.

    Raises:
        UnknownCase: there is none.
        MoveRefused: the goods are on their way, or it is decided.
    """
    held = hold(case_id)
    check(held.case, "cancel")
    close(held, EntryKind.CANCELLED, actor=actor, now=now)
    return held.case


def close(held: Held, kind: EntryKind, *, actor: Actor, now: datetime, text: str = "") -> None:
    """End a held case without anything being given."""
    give_up(held, actor=actor)
    move(held.case, CaseState.CANCELLED, now=now)
    held.case.needs_staff = False
    held.case.save()
    tell(held, kind, actor=actor, now=now, text=text)
    settle_down(held, now=now)


@transaction.atomic
def send_back(case_id: UUID, *, carrier: str, tracking: str, actor: Actor, now: datetime) -> Case:
    """Say how the goods travel back; said again it corrects what was said.

    Raises:
        UnknownCase: there is none.
        MoveRefused: nothing is to be sent back now.
        InvalidCase: no number, or one that is too long.
    """
    told = {"carrier": carrier.strip(), "tracking": tracking.strip()}
    for name, longest in (("carrier", 60), ("tracking", 80)):
        if not 0 < len(told[name]) <= longest or "\x00" in told[name]:
            raise InvalidCase(_("This is needed, and must not be too long."), field=name)
    held = hold(case_id)
    check(held.case, "send_back")
    held.case.carrier, held.case.tracking = told["carrier"], told["tracking"]
    move(held.case, CaseState.SHIPPED_BACK, now=now)
    held.case.save()
    tell(held, EntryKind.SENT_BACK, actor=actor, now=now, data=told)
    return held.case


@transaction.atomic
def take_offer(case_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Accept what the shop proposes; the case goes on with it at once.

    Raises:
        UnknownCase: there is none.
        MoveRefused: nothing is proposed.
        OutOfStock: what would be sent instead is not there any more.
    """
    held = hold(case_id)
    check(held.case, "take_offer")
    offer = held.case.offer or {}
    amounts = {str(key): int(minor) for key, minor in offer.get("lines", {}).items()}
    held.case.kind, held.case.remedy = offer["kind"], offer["remedy"]
    held.case.freight_minor = int(offer.get("freight_minor", 0))
    # What was agreed on is not counted anew.
    held.case.recounts, held.case.recount_minor = False, 0
    for each in held.lines:
        if held.case.remedy == Remedy.REPLACEMENT:
            # The same goods once more, without any difference.
            each.variant_id, each.refund_minor = each.line.variant_id, 0
        else:
            each.variant_id, each.refund_minor = None, amounts.get(each.line_id.hex, 0)
        each.extra_unit_minor = each.extra_minor = 0
        each.save(update_fields=["refund_minor", "variant_id", "extra_unit_minor", "extra_minor"])
    sum_up(held)
    held.case.offer = None
    tell(held, EntryKind.OFFER_TAKEN, actor=actor, now=now, data={"minor": held.case.amount_minor})
    go_on(held, actor=actor, now=now)
    return held.case


@transaction.atomic
def decline_offer(case_id: UUID, *, actor: Actor, now: datetime, text: str = "") -> Case:
    """Stay with what was asked for; the shop decides anew.

    Raises:
        UnknownCase: there is none.
        MoveRefused: nothing is proposed.
    """
    held = hold(case_id)
    check(held.case, "decline_offer")
    held.case.offer = None
    move(held.case, CaseState.REQUESTED, now=now)
    held.case.save()
    tell(held, EntryKind.OFFER_DECLINED, actor=actor, now=now, text=checked_text(text))
    return held.case


@transaction.atomic
def dispute(case_id: UUID, *, actor: Actor, now: datetime, text: str = "") -> Case:
    """Take a case to arbitration: the shop declined it, or proposes something else.

    Raises:
        UnknownCase: there is none.
        MoveRefused: there is nothing to object to, or it is too long ago.
        NotOpen: what it is about was given back meanwhile.
    """
    held = hold(case_id)
    case = held.case
    check(case, "dispute")
    if case.state == CaseState.REJECTED:
        closed_at = case.closed_at or case.created_at
        if now > closed_at + timedelta(days=DISPUTE_DAYS):
            raise MoveRefused(_("The time to object is over."), move="dispute", state=case.state)
        if not fits(case, held.lines, rooms_of(held.order, but=case.pk)):
            raise NotOpen
    before = str(case.state)
    case.offer, case.escalated_at = None, None
    move(case, CaseState.DISPUTED, now=now)
    case.save()
    hold_clock(held.order.pk, now=now)
    tell(held, EntryKind.DISPUTED, actor=actor, now=now, text=checked_text(text))
    audit(held, "disputed", actor=actor, now=now, before=before)
    return case


@transaction.atomic
def escalate(case_id: UUID, *, actor: Actor, now: datetime, text: str = "") -> Case:
    """Take a dispute to the platform, which alone decides it from then on.

    Raises:
        UnknownCase: there is none.
        MoveRefused: it is not in dispute, or it is there already.
    """
    held = hold(case_id)
    case = held.case
    check(case, "escalate")
    case.escalated_at = now
    case.save(update_fields=["escalated_at"])
    tell(held, EntryKind.ESCALATED, actor=actor, now=now, text=checked_text(text))
    audit(held, "escalated", actor=actor, now=now, before=str(case.state), reason=text)
    return case


def _line(case: Case, made: Plan, position: int) -> CaseLine:
    each = made.lines[position]
    return CaseLine(
        case=case,
        line=each.room.line,
        role=each.role,
        quantity=each.quantity,
        unshipped_quantity=each.unshipped,
        refund_minor=each.refund_minor,
        variant_id=each.variant_id,
        extra_unit_minor=each.difference.extra_unit_minor,
        extra_minor=each.difference.extra_minor,
    )


def _check_variants(made: Plan) -> None:
    """Let only variants of the same product come instead."""
    wanted = {each.variant_id: each.room.line for each in made.lines if each.variant_id}
    changed = {key: line for key, line in wanted.items() if key != line.variant_id}
    if not changed:
        return
    rows = Variant.objects.filter(pk__in=changed, status=VariantStatus.ACTIVE)
    known = dict(rows.values_list("pk", "product_id"))
    for key, line in changed.items():
        if known.get(key) != line.product_id:
            raise InvalidCase(_("This cannot be had instead."), field="variant")
