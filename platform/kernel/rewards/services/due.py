"""Orders that wait for a settlement: entered once, lowered by refunds, taken back afterwards.

Every write holds the programme, so that numbers are given in the order in which they are
committed: a settlement that has begun never passes by an order that is committed later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.ledger.selectors import balances
from kernel.ledger.services import Entry, Leg, Owner, post_bulk
from kernel.rewards.errors import EventRefused
from kernel.rewards.models import DueOrder, Programme, SettledLine, Settlement
from kernel.rewards.services.crediting import EXPENSE, RULE, owed_by
from kernel.rewards.services.programmes import MONEY

_KIND: Final = "rewards.settled_back"


@transaction.atomic
def enter(
    programme: Programme,
    order_key: str,
    buyer_id: UUID,
    *,
    paid_minor: int,
    base_minor: int,
    path: Sequence[UUID] = (),
    parties: Mapping[str, str] | None = None,
) -> bool:
    """Enter an order that is over and is to be settled; the same order again changes nothing.

    Args:
        programme: which is to pay for it.
        order_key: the order.
        buyer_id: who bought.
        paid_minor: what he paid in all.
        base_minor: what rates are taken of.
        path: who stood above him when he paid, nearest first.
        parties: who else has a part in the order, by name of the part.

    Returns:
        Whether it was new.
    """
    held = Programme.objects.select_for_update().get(id=programme.id)
    _row, is_new = DueOrder.objects.get_or_create(
        programme=held,
        order_key=order_key,
        defaults={
            "buyer_id": buyer_id,
            "paid_minor": paid_minor,
            "base_minor": base_minor,
            "path": list(path),
            "parties": dict(parties or {}),
        },
    )
    return is_new


@transaction.atomic
def refund(programme: Programme, order_key: str, refunded_minor: int) -> int:
    """Lower what an order is settled by; what was paid for it already is taken back.

    It is reckoned anew with the rates of its settlement and taken from what is available,
    the rest is owed and kept from the next rewards.

    Args:
        programme: which pays for the order.
        order_key: the order.
        refunded_minor: all that was refunded of it so far, so that it may come twice.

    Returns:
        How much was taken back of members.

    Raises:
        EventRefused: the order was never entered.
    """
    held = Programme.objects.select_for_update().get(id=programme.id)
    due = DueOrder.objects.filter(programme=held, order_key=order_key).first()
    if due is None:
        raise EventRefused(order=order_key)
    back = min(refunded_minor, due.paid_minor)
    if back <= due.refunded_minor:
        return 0
    # A run holds its row while it pays a range: the order is read before or after, not between.
    run = (
        Settlement.objects.select_for_update()
        .filter(programme=held, first__lt=due.number, last__gte=due.number)
        .first()
    )
    before, more = due.base_minor, back - due.refunded_minor
    due.base_minor = 0 if back == due.paid_minor else max(before - more, 0)
    due.refunded_minor = back
    due.save(update_fields=["base_minor", "refunded_minor"])
    if run is None or run.done < due.number:
        return 0
    return _take_back(held, run, due, before)


def _take_back(programme: Programme, run: Settlement, due: DueOrder, before: int) -> int:
    rates = {one["rule"]: Fraction(one["numerator"], one["denominator"]) for one in run.rules}
    sums: dict[UUID, int] = {}
    for line in SettledLine.objects.filter(order_number=due.number):
        rate = rates[line.rule]
        minor = int(before * rate) - int(due.base_minor * rate)
        sums[line.member_id] = sums.get(line.member_id, 0) + minor
    owners = {member: Owner("member", member) for member, minor in sums.items() if minor}
    asset = str(programme.assets[MONEY])
    held = balances(list(owners.values()), asset)
    legs = []
    for member, owner in sorted(owners.items()):
        minor = sums[member]
        part = min(minor, max(held[owner], 0))
        legs += [Leg(owner, asset, -part), Leg(owed_by(member), asset, part - minor)]
    taken = sum(sums.values())
    if taken:
        key = f"rewards:{programme.id.hex}:settled_back:{due.number}:{due.refunded_minor}"
        event = f"{due.order_key}:refunded:{due.refunded_minor}"
        told = {"event": event, "rule": RULE, "version": programme.version}
        entry = Entry(key, _KIND, [*legs, Leg(EXPENSE, asset, taken)], data=told)
        post_bulk([entry])
    return taken
