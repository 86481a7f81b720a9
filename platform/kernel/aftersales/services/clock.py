"""Cases go on by themselves when somebody is silent, and money is tried to be sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from kernel.aftersales.choices import CaseState, EntryKind
from kernel.aftersales.models import Case
from kernel.aftersales.services.asking import close
from kernel.aftersales.services.charging import go_on_when_paid, money_instead
from kernel.aftersales.services.deciding import go_on
from kernel.aftersales.services.goods import inspect
from kernel.aftersales.services.payouts import try_again
from kernel.aftersales.services.refunds import close_when_paid
from kernel.aftersales.services.telling import BY_ITSELF, CLOCK, hold, tell
from kernel.common.errors import DomainError
from kernel.orders.models import OrderGroup
from kernel.orders.services.money import due_minor
from kernel.tenancy.schedules import ask

_AT_ONCE: Final = 200


def keep_cases(now: datetime) -> int:
    """Let every case go on whose time is over; return how many. What a schedule calls.

    The shop that is silent has approved; the buyer who sends nothing back, or does not
    answer a proposal, has withdrawn; goods that nobody looked at were in order.
    """
    total = 0
    while True:
        due = Case.objects.filter(due_at__lte=now).order_by("due_at", "pk")
        ids = list(due.values_list("pk", flat=True)[:_AT_ONCE])
        moved = sum(_advance(case_id, now=now) for case_id in ids)
        total += moved
        if not moved:
            break
    with transaction.atomic():
        ask(CLOCK, Case.objects.aggregate(at=Min("due_at"))["at"])
    return total


@transaction.atomic
def _advance(case_id: UUID, *, now: datetime) -> bool:
    """Claim a case by its order's group, and let it go on; False when another has it."""
    groups = OrderGroup.objects.select_for_update(skip_locked=True, no_key=True)
    order = Case.objects.filter(pk=case_id).values("order__group")
    if not groups.filter(pk__in=order).exists():
        return False
    held = hold(case_id)
    if held.case.due_at is None or held.case.due_at > now:
        return False
    try:
        with transaction.atomic():
            _go(case_id, now=now)
    except DomainError as refusal:
        held = hold(case_id)
        held.case.due_at, held.case.needs_staff = None, True
        held.case.save(update_fields=["due_at", "needs_staff"])
        tell(held, EntryKind.STUCK, actor=BY_ITSELF, now=now, text=str(refusal))
    return True


def _go(case_id: UUID, *, now: datetime) -> None:
    held = hold(case_id)
    state = CaseState(held.case.state)
    if state == CaseState.REQUESTED:
        tell(held, EntryKind.LAPSED, actor=BY_ITSELF, now=now, data={"state": str(state)})
        go_on(held, actor=BY_ITSELF, now=now)
    elif state in {CaseState.OFFERED, CaseState.APPROVED}:
        close(held, EntryKind.LAPSED, actor=BY_ITSELF, now=now)
    elif state in {CaseState.SHIPPED_BACK, CaseState.RECEIVED}:
        tell(held, EntryKind.LAPSED, actor=BY_ITSELF, now=now, data={"state": str(state)})
        inspect(case_id, actor=BY_ITSELF, now=now)
    elif state == CaseState.PAYING:
        if due_minor([held.order]):
            tell(held, EntryKind.LAPSED, actor=BY_ITSELF, now=now, data={"state": str(state)})
            money_instead(held, actor=BY_ITSELF, now=now)
        else:
            go_on_when_paid(case_id, now=now)
    elif state == CaseState.REFUNDING:
        held.case.due_at = None
        held.case.save(update_fields=["due_at"])
        try_again(held, actor=BY_ITSELF, now=now)
        close_when_paid(held, actor=BY_ITSELF, now=now)
    else:
        held.case.due_at = None
        held.case.save(update_fields=["due_at"])
