"""Goods that come back, are looked at, and what is sent instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.access.scopes import limited_to, stores_for
from kernel.aftersales.choices import CaseState, EntryKind, LineRole, Remedy
from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.machine import check
from kernel.aftersales.models import Case
from kernel.aftersales.rooms import rooms_of
from kernel.aftersales.services.charging import begin_replacing, charge
from kernel.aftersales.services.deciding import decline
from kernel.aftersales.services.settling import HOLDER, replacement_of, settle, wants_of
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
from kernel.inventory import services as stock
from kernel.inventory.errors import UnknownStock
from kernel.inventory.services import StockLine, default_location
from kernel.orders.models import OrderLine


@transaction.atomic
def note_arrival(case_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Note that what was sent back is there, and still to be looked at.

    Raises:
        UnknownCase: there is none.
        MoveRefused: nothing is on its way back.
    """
    held = hold(case_id)
    check(held.case, "receive")
    before = str(held.case.state)
    held.case.received_at = now
    move(held.case, CaseState.RECEIVED, now=now)
    held.case.save()
    tell(held, EntryKind.RECEIVED, actor=actor, now=now)
    audit(held, "received", actor=actor, now=now, before=before)
    return held.case


@transaction.atomic
def inspect(
    case_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    accepted: Mapping[UUID, int] | None = None,
    restock: Collection[UUID] = (),
    location_id: UUID | None = None,
    text: str = "",
) -> Case:
    """Say what came back as it should; money goes back for that alone.

    Gifts that did not come back are charged. When nothing is accepted the case is
    declined, and a reason is needed.

    Args:
        case_id: the case.
        actor: who looked at it.
        now: the moment.
        accepted: by order line how many; all of those left out.
        restock: order lines whose accepted pieces go back on the shelf; others are
            written off.
        location_id: which shelf; the shop's first location, when left out.
        text: for the buyer.

    Raises:
        UnknownCase: there is none.
        MoveRefused: nothing came back.
        InvalidCase: a number that cannot be; ``field`` names what.
        UnknownStock: there is no such location.
    """
    held = hold(case_id)
    check(held.case, "inspect")
    before = str(held.case.state)
    held.case.received_at = held.case.received_at or now
    _note(held, accepted or {}, restock)
    if not any(e.accepted_quantity for e in held.lines if e.role == LineRole.GOODS):
        decline(held, CaseState.REJECTED, text=text, actor=actor, now=now)
        return held.case
    _put_back(held, location_id, actor=actor)
    told = checked_text(text)
    tell(held, EntryKind.INSPECTED, actor=actor, now=now, text=told, data=_told(held))
    if held.case.remedy == Remedy.REPLACEMENT:
        _release_rest(held, actor=actor)
        _rate(held)
        begin_replacing(held, actor=actor, now=now)
    else:
        _reckon(held)
        settle(held, actor=actor, now=now)
    audit(held, "inspected", actor=actor, now=now, before=before, reason=text)
    return held.case


@transaction.atomic
def replace(
    case_id: UUID,
    *,
    carrier: str,
    tracking: str,
    actor: Actor,
    now: datetime,
    location_id: UUID | None = None,
) -> Case:
    """Send what comes instead; the case is over with it.

    Raises:
        UnknownCase: there is none.
        MoveRefused: nothing is to be sent.
        InvalidCase: a text is too long.
        NotOnHand, NotAllocated: the goods are not there, or not at this location.
    """
    told = {"carrier": carrier.strip(), "tracking": tracking.strip()}
    for name, longest in (("carrier", 60), ("tracking", 80)):
        if len(told[name]) > longest or "\x00" in told[name]:
            raise InvalidCase(_("This is needed, and must not be too long."), field=name)
    held = hold(case_id)
    case = held.case
    check(case, "replace")
    before = str(case.state)
    stock.ship((HOLDER, case.pk), location_id=location_id, actor=actor)
    case.new_carrier, case.new_tracking = told["carrier"], told["tracking"]
    tell(held, EntryKind.REPLACED, actor=actor, now=now, data=told)
    audit(held, "replaced", actor=actor, now=now, before=before)
    if case.amount_minor:
        # What came instead is cheaper.
        charge(held, actor=actor, now=now)
        settle(held, actor=actor, now=now)
        return case
    move(case, CaseState.EXCHANGED, now=now)
    case.needs_staff = False
    case.save()
    settle_down(held, now=now)
    return case


def _note(held: Held, accepted: Mapping[UUID, int], restock: Collection[UUID]) -> None:
    own = {each.line_id for each in held.lines}
    if set(accepted) - own or set(restock) - own:
        raise InvalidCase(field="lines")
    for each in held.lines:
        number = accepted.get(each.line_id, each.shipped_quantity)
        if not 0 <= number <= each.shipped_quantity:
            raise InvalidCase(_("More than what was to come back."), field="accepted")
        each.accepted_quantity = number
        each.restocked_quantity = number if each.line_id in restock else 0
        each.save(update_fields=["accepted_quantity", "restocked_quantity"])


def _rate(held: Held) -> None:
    """Count the difference for what was accepted alone."""
    for each in held.lines:
        came = each.accepted_quantity or 0
        if came < each.quantity:
            each.refund_minor = each.refund_minor * came // each.quantity
            each.extra_minor = each.extra_minor * came // each.quantity
            if not came:
                each.extra_unit_minor = 0
            each.save(update_fields=["refund_minor", "extra_minor", "extra_unit_minor"])


def _reckon(held: Held) -> None:
    """Give money for what was accepted alone, less what gifts are worth that stayed away."""
    charge = 0
    for each in held.lines:
        came = each.accepted_quantity or 0
        if each.role == LineRole.GIFT:
            charge += each.line.unit_minor * (each.shipped_quantity - came)
        elif came < each.quantity:
            each.refund_minor = each.refund_minor * came // each.quantity
            each.save(update_fields=["refund_minor"])
    lines = sum(each.refund_minor for each in held.lines)
    held.case.gift_charge_minor = min(charge, lines)
    sum_up(held)
    held.case.save()


def _put_back(held: Held, location_id: UUID | None, *, actor: Actor) -> None:
    """Put accepted pieces on the shelf: what the buyer had, which may be an earlier exchange's."""
    pairs = [(each.line, each.restocked_quantity) for each in held.lines if each.restocked_quantity]
    if not pairs:
        return
    place = _own_place(location_id)
    rooms = rooms_of(held.order, but=held.case.pk).by_line
    lines: list[StockLine] = []
    plain: list[tuple[OrderLine, int]] = []
    for line, quantity in pairs:
        swapped, left = rooms[line.pk].exchanged(quantity), quantity
        for variant_id, pieces in swapped.items():
            left -= pieces
            if variant_id == line.variant_id:
                plain.append((line, pieces))
            else:
                lines.append(StockLine(variant_id, place, pieces))
        if left:
            plain.append((line, left))
    lines += [StockLine(want.variant_id, place, want.quantity) for want in wants_of(plain)]
    if lines:
        # What may be put where was asked above, by the permission for cases.
        with limited_to(None):
            stock.receive(
                lines, reason=held.case.number, reference=(HOLDER, held.case.pk), actor=actor
            )


def _own_place(location_id: UUID | None) -> UUID:
    """Return where goods go back on the shelf.

    Raises:
        UnknownStock: it is no store of whoever acts.
    """
    stores = stores_for("aftersales.manage")
    if location_id is None:
        first = default_location().pk
        return first if not stores or first in stores else min(stores)
    if stores is not None and location_id not in stores:
        raise UnknownStock
    return location_id


def _release_rest(held: Held, *, actor: Actor) -> None:
    """Keep no replacement for pieces that were not accepted."""
    rest = {each.pk: each.quantity - (each.accepted_quantity or 0) for each in held.lines}
    if wants := replacement_of([(each, rest[each.pk]) for each in held.lines if rest[each.pk]]):
        stock.release((HOLDER, held.case.pk), wants, reason=held.case.number, actor=actor)


def _told(held: Held) -> dict[str, object]:
    return {
        "accepted": sum(each.accepted_quantity or 0 for each in held.lines),
        "sent": sum(each.shipped_quantity for each in held.lines),
        "restocked": sum(each.restocked_quantity for each in held.lines),
    }
