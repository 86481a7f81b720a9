"""Locks a case, keeps its story, and tells what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.aftersales.choices import CaseState, EntryKind, Side
from kernel.aftersales.errors import CaseMoved, UnknownCase
from kernel.aftersales.events import CaseChanged, aggregate_of
from kernel.aftersales.machine import OVER
from kernel.aftersales.models import Case, CaseEntry, CaseLine
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.orders.choices import FulfilmentStatus, OrderStatus
from kernel.orders.machine import failing_guard
from kernel.orders.models import Order
from kernel.orders.policy import current_policy
from kernel.orders.services.lifecycle import complete_orders
from kernel.orders.services.locking import lock_order
from kernel.orders.services.waiving import let_clock_run, note_after_sale
from kernel.orders.timeline import actor_data
from kernel.tenancy.schedules import ask

CLOCK: Final = "aftersales.clock"
"""The schedule by which cases go on by themselves."""
BY_ITSELF: Final = Actor.system("aftersales.clock")
LONGEST_TEXT: Final = 2_000

_SIDES: Final = {"member": Side.BUYER, "system": Side.SYSTEM, "operator": Side.PLATFORM}
# By whose silence a case goes on, and after which of the shop's terms.
_TERMS: Final = {
    CaseState.PAYING: "difference_days",
    CaseState.REQUESTED: "silent_days",
    CaseState.OFFERED: "silent_days",
    CaseState.APPROVED: "send_back_days",
    CaseState.SHIPPED_BACK: "inspect_days",
    CaseState.RECEIVED: "inspect_days",
}


@dataclass(slots=True)
class Held:
    """A case with its order, both locked, and its lines."""

    order: Order
    case: Case
    lines: list[CaseLine]


def hold(case_id: UUID) -> Held:
    """Lock a case, and before it its order; in the caller's transaction.

    Raises:
        UnknownCase: there is none.
    """
    order_id = Case.objects.filter(pk=case_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise UnknownCase
    order = lock_order(order_id)
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    lines = CaseLine.objects.select_related("line").filter(case=case)
    return Held(order, case, list(lines.order_by("line__position")))


@contextmanager
def as_seen(case_id: UUID, version: int | None) -> Iterator[None]:
    """Decide on a case as it was seen: two people who look at it decide once.

    Raises:
        UnknownCase: there is none.
        CaseMoved: it is another by now.
    """
    with transaction.atomic():
        case = hold(case_id).case
        if version is not None and case.version != version:
            raise CaseMoved(version=case.version)
        yield


def side_of(actor: Actor) -> Side:
    """Return for whom somebody speaks."""
    return _SIDES.get(actor.kind, Side.SHOP)


def move(case: Case, state: CaseState, *, now: datetime) -> None:
    """Bring a case to a state, and set the clock by the shop's terms; the caller saves it."""
    case.state = state
    days = getattr(current_policy(), _TERMS[state]) if state in _TERMS else 0
    case.due_at = now + timedelta(days=days) if days else None
    case.closed_at = now if state in OVER else None
    ask(CLOCK, case.due_at)


def sum_up(held: Held) -> None:
    """Say what a held case comes to: what goes back, or what is paid on top; the caller saves."""
    case = held.case
    back = sum(each.refund_minor for each in held.lines) + case.freight_minor
    extra = sum(each.extra_minor for each in held.lines)
    whole = back - case.gift_charge_minor - case.recount_minor - extra
    case.amount_minor, case.surcharge_minor = max(whole, 0), max(-whole, 0) if extra else 0


def tell(
    held: Held,
    kind: EntryKind,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    data: Mapping[str, object] | None = None,
    side: Side | None = None,
) -> CaseEntry:
    """Write what happened into the case's story and the order's, and publish it."""
    case, told_by = held.case, side or side_of(actor)
    if kind != EntryKind.MESSAGE:
        # Staff who decide have seen everything but what was said a moment ago.
        case.version += 1
        case.save(update_fields=["version"])
    entry = CaseEntry.objects.create(
        case=case,
        kind=kind,
        side=told_by,
        actor=actor_data(actor),
        text=text,
        data=dict(data or {}),
        at=now,
    )
    publish(
        CaseChanged(
            case_id=case.pk,
            order_id=case.order_id,
            number=case.number,
            kind=str(case.kind),
            state=str(case.state),
            change=str(kind),
            side=str(told_by),
            member_id=case.member_id,
            amount_minor=case.amount_minor,
            currency=case.currency,
        ),
        aggregate=aggregate_of(case.pk),
    )
    if kind != EntryKind.MESSAGE:
        note_after_sale(case.order_id, story_data(case, kind), actor=actor, now=now)
    return entry


def story_data(case: Case, kind: EntryKind) -> dict[str, object]:
    """Return what the order's timeline keeps of a step of a case."""
    return {"case": case.number, "step": str(kind)}


def audit(
    held: Held, action: str, *, actor: Actor, now: datetime, before: str, reason: str = ""
) -> None:
    """Write down what somebody of the shop decided."""
    if actor.kind in {"staff", "operator"}:
        case = held.case
        record(
            action=f"aftersales.{action}",
            actor=actor,
            obj=("order", held.order.number),
            before={"state": before},
            after={"state": str(case.state), "case": case.number, "amount": case.amount_minor},
            reason=checked_text(reason)[:300],
            now=now,
        )


def settle_down(held: Held, *, now: datetime) -> None:
    """Let the order's clock run again after its last open case, and end an order sent back."""
    order = held.order
    if Case.objects.filter(order=order).exclude(state__in=OVER).exists():
        return
    order.refresh_from_db()
    let_clock_run(order, now=now)
    is_back = order.fulfilment_status == FulfilmentStatus.RETURNED
    if is_back and order.status == OrderStatus.PLACED and not failing_guard(order, "complete"):
        complete_orders([order.pk], actor=BY_ITSELF, now=now)


def checked_text(text: str) -> str:
    """Return what somebody said, fit to be kept; too much is cut off."""
    said = text.replace("\r\n", "\n").strip()[:LONGEST_TEXT]
    return "".join(letter for letter in said if letter in "\n\t" or ord(letter) >= ord(" "))
