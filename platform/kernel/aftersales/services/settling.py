"""Takes off the order what was granted, and gives back what is not needed any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.aftersales.choices import CaseKind, CaseState, EntryKind, Remedy
from kernel.aftersales.errors import NotOpen, ShippedMeanwhile
from kernel.aftersales.models import CaseLine
from kernel.aftersales.recounting import SETTLED, counted_before, unearned_of
from kernel.aftersales.rooms import fits, rooms_of
from kernel.aftersales.services.payouts import pay_out
from kernel.aftersales.services.telling import (
    Held,
    move,
    settle_down,
    story_data,
    sum_up,
    tell,
)
from kernel.audit.actor import Actor
from kernel.common.money import split_minor
from kernel.inventory.services import Want, allocate, release
from kernel.orders.choices import OrderStatus
from kernel.orders.goods import contents_in, stock_wants
from kernel.orders.models import OrderLine
from kernel.orders.services.lifecycle import cancel_orders
from kernel.orders.services.waiving import Waived, waive

HOLDER: Final = "aftersale"
"""Whose promise of stock a replacement is: type and the case's id."""


def promise_replacement(held: Held, *, actor: Actor, now: datetime) -> None:
    """Promise what is sent instead, before anything that it replaces is given up.

    Raises:
        OutOfStock: it is not there.
    """
    allocate(
        (HOLDER, held.case.pk),
        replacement_of((each, each.quantity) for each in held.lines),
        near=str(held.order.address.get("region_code", "")),
        actor=actor,
        now=now,
    )


def give_up(held: Held, *, actor: Actor) -> None:
    """Give back what was promised for a case."""
    if held.case.remedy == Remedy.REPLACEMENT:
        release((HOLDER, held.case.pk), reason=held.case.number, actor=actor)


def settle(held: Held, *, actor: Actor, now: datetime) -> None:
    """Take what was granted off the order, and have its money sent back.

    Raises:
        ShippedMeanwhile: pieces that should not be sent any more have left.
        NotOpen: something of it is not there any more.
    """
    order, case = held.order, held.case
    rooms = rooms_of(order, but=case.pk)
    if any(each.unshipped_quantity > each.line.open_quantity for each in held.lines):
        raise ShippedMeanwhile
    if not fits(case, held.lines, rooms):
        raise NotOpen
    _keep_back(held, actor=actor)
    again = _count_anew(held)
    move(case, CaseState.REFUNDING, now=now)
    case.needs_staff = False
    case.save()
    waive(
        order,
        _together(waived_of(held), again),
        freight_minor=case.freight_minor,
        data={**story_data(case, EntryKind.REFUNDING), "ref": case.number},
        actor=actor,
        now=now,
        reason=case.number,
    )
    if not case.amount_minor:
        finish(held, actor=actor, now=now)
        return
    is_asked = pay_out(held, case.amount_minor, actor=actor, now=now)
    tell(
        held,
        EntryKind.REFUNDING,
        actor=actor,
        now=now,
        data={"minor": case.amount_minor},
    )
    if is_asked and _nothing_left(order.pk) and order.status == OrderStatus.PLACED:
        cancel_orders([order.pk], reason=case.number, actor=actor, now=now)


def finish(held: Held, *, actor: Actor, now: datetime) -> None:
    """Close a case whose money has gone back."""
    is_swap = held.case.remedy == Remedy.REPLACEMENT
    move(held.case, CaseState.EXCHANGED if is_swap else CaseState.REFUNDED, now=now)
    held.case.needs_staff = False
    held.case.save()
    data = {"minor": held.case.amount_minor}
    tell(held, EntryKind.REFUNDED, actor=actor, now=now, data=data)
    settle_down(held, now=now)


def wants_of(pairs: list[tuple[OrderLine, int]]) -> list[Want]:
    """Return what so many of some lines are in stock: a bundle is its contents."""
    return stock_wants(
        (line.kind, line.variant_id, quantity, contents_in(line.snapshot))
        for line, quantity in pairs
    )


def replacement_of(pairs: Iterable[tuple[CaseLine, int]]) -> list[Want]:
    """Return what so many of some lines take from stock when they are replaced."""
    wanted: dict[UUID, int] = defaultdict(int)
    same = []
    for each, quantity in pairs:
        if each.variant_id is None or each.variant_id == each.line.variant_id:
            same.append((each.line, quantity))
        else:
            wanted[each.variant_id] += quantity
    for want in wants_of(same):
        wanted[want.variant_id] += want.quantity
    return [Want(variant, quantity) for variant, quantity in sorted(wanted.items())]


def _keep_back(held: Held, *, actor: Actor) -> None:
    """Let the stock of what is not sent any more be sold to others."""
    kept = [(each.line, each.unshipped_quantity) for each in held.lines if each.unshipped_quantity]
    if wants := wants_of(kept):
        release(("order", held.order.pk), wants, reason=held.case.number, actor=actor)


def waived_of(held: Held) -> dict[UUID, Waived]:
    """Return what a held case takes off each line of its order, beside what it took before."""
    case = held.case
    held_back = case.gift_charge_minor + max(case.recount_minor, 0)
    charged = split_minor(held_back, [each.refund_minor for each in held.lines])
    comes_back = case.kind == CaseKind.RETURN_REFUND
    found = {}
    for each, charge in zip(held.lines, charged, strict=True):
        if each.withheld_minor != charge:
            each.withheld_minor = charge
            each.save(update_fields=["withheld_minor"])
        found[each.line_id] = Waived(
            minor=each.refund_minor - charge - each.waived_minor,
            returned=(each.accepted_quantity or 0) if comes_back else 0,
            cancelled=each.unshipped_quantity,
        )
    return found


def _together(own: Mapping[UUID, Waived], again: Mapping[UUID, int]) -> dict[UUID, Waived]:
    """Put what goes back of earlier counts beside what this case takes off."""
    found = dict(own)
    for key, minor in again.items():
        known = found.get(key, Waived())
        found[key] = replace(known, minor=known.minor + minor)
    return found


def _count_anew(held: Held) -> dict[UUID, int]:
    """Count what is not earned any more by what stays; return what goes back of earlier counts."""
    case = held.case
    if not case.recounts:
        return {}
    gone = {each.line_id: each.accepted_quantity or each.unshipped_quantity for each in held.lines}
    lines = list(OrderLine.objects.filter(order=held.order).order_by("position"))
    minor = unearned_of(held.order, lines, gone).minor - counted_before(held.order.pk)
    back = sum(each.refund_minor for each in held.lines) - case.gift_charge_minor
    case.recount_minor = min(minor, back)
    again: dict[UUID, int] = {}
    if minor < 0:
        again = _let_go(held, -minor)
        case.recount_minor = -sum(again.values())
    sum_up(held)
    return again


def _let_go(held: Held, minor: int) -> dict[UUID, int]:
    """Give back so much of what earlier cases held back, line by line."""
    earlier = CaseLine.objects.filter(
        case__order=held.order,
        case__recounts=True,
        case__state__in=SETTLED,
        withheld_minor__gt=0,
    )
    found: dict[UUID, int] = {}
    for row in earlier.order_by("id"):
        part = min(minor, row.withheld_minor)
        if not part:
            break
        row.withheld_minor -= part
        row.save(update_fields=["withheld_minor"])
        minor -= part
        found[row.line_id] = found.get(row.line_id, 0) + part
    return found


def _nothing_left(order_id: UUID) -> bool:
    lines = OrderLine.objects.filter(order_id=order_id)
    return not any(line.fulfilled_quantity or line.open_quantity for line in lines)
