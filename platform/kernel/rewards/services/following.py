"""What happens in the shop, told to the programmes that are live.

An order is told as far as it has come; each step has a key of its own, so that it
does not matter how often or in which order the shop's messages arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kernel.catalogue.models import Variant
from kernel.common.time import local_date, utc_now
from kernel.orders.models import Order, OrderLine
from kernel.relations.selectors import sponsors_of
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Memory, Programme
from kernel.rewards.packs.checking import DEEPEST
from kernel.rewards.permission import is_held_back, is_permitted
from kernel.rewards.services.periods import ask_for_next
from kernel.rewards.services.programmes import ENDING, handle
from kernel.tenancy.context import current_tenant

Event = dict[str, Any]
_DELIVERED: Final = frozenset({"delivered", "completed"})
_CENTS: Final = 2


def follow_order(order_id: UUID, moment: str) -> None:
    """Tell every live programme that may run how far an order has come.

    Args:
        order_id: the order.
        moment: what happened last: ``paid``, ``delivered``, ``completed``, ``refunded``.
    """
    rows = Programme.objects.filter(state=ProgrammeState.LIVE).order_by("id")
    live = list(rows)
    if not live:
        return
    order = Order.objects.get(id=order_id)
    if order.member_id is None or is_held_back(order, moment):
        return
    for programme in live:
        if is_permitted(programme.packs, programme.parameters):
            told = [
                *introductions(programme, order.member_id, order.id),
                *_steps(programme, order, moment),
            ]
        else:
            told = _endings(programme, order, moment)
        for event in told:
            handle(programme, event)
    ask_for_next(now=utc_now())


def _endings(programme: Programme, order: Order, moment: str) -> list[Event]:
    """Return what a programme hears of an order once it earns nobody anything any more."""
    if not Memory.objects.filter(programme=programme, kind="order", key=str(order.id)).exists():
        return []
    return [one for one in _steps(programme, order, moment) if one["type"] in ENDING]


def introductions(programme: Programme, member_id: UUID, cause: UUID) -> Iterator[Event]:
    """Yield who a member is and who stands above him, the highest first.

    Args:
        programme: which is told.
        member_id: the member.
        cause: what he is told for; part of the key, as sponsors may change again.
    """
    line = [member_id, *sponsors_of(member_id, most=DEEPEST)]
    ids = [str(one) for one in line]
    known = dict(
        Memory.objects.filter(programme=programme, kind="tree:sponsor", key__in=ids).values_list(
            "key", "record"
        )
    )
    for at in range(len(ids) - 1, -1, -1):
        above = ids[at + 1] if at + 1 < len(ids) else None
        if ids[at] not in known:
            yield {"type": "member.opened", "key": f"member:{ids[at]}", "member": ids[at],
                   "sponsor": above}  # fmt: skip
        elif above is not None and known[ids[at]]["parent"] != above:
            yield {"type": "member.bound", "key": f"bound:{ids[at]}:{above}:{cause}",
                   "member": ids[at], "sponsor": above}  # fmt: skip


def _steps(programme: Programme, order: Order, moment: str) -> Iterator[Event]:
    name = str(order.id)
    if order.paid_minor >= order.total_minor:
        goods = order.items_minor - order.discount_minor
        yield {"type": "order.paid", "key": f"{name}:paid", "order": name,
               "buyer": str(order.member_id), "paid": _money(order.paid_minor),
               "goods": _money(goods), "cost": _money(_cost(order)), "day": _today()}  # fmt: skip
    if moment in _DELIVERED:
        yield {"type": "order.completed", "key": f"{name}:completed", "order": name,
               "day": _today()}  # fmt: skip
    known = Memory.objects.filter(programme=programme, kind="order", key=name).first()
    if known is not None and moment == "refunded":
        back = Decimal(known.record["full"]) - Decimal(known.record["paid"])
        more = Decimal(_money(order.refunded_minor)) - back
        if more > 0:
            yield {"type": "order.refunded", "key": f"{name}:refunded:{order.refunded_minor}",
                   "order": name, "amount": str(more)}  # fmt: skip
    if moment == "completed":
        yield {"type": "order.return_window_closed", "key": f"{name}:closed", "order": name}


def _today() -> str:
    """Return the shop's date: what waits for a day waits from it on."""
    return str(local_date(utc_now(), current_tenant().zone))


def _cost(order: Order) -> int:
    """Return what the goods of an order cost the shop, as far as it says."""
    counts = dict(OrderLine.objects.filter(order=order).values_list("variant_id", "quantity"))
    costs = Variant.objects.filter(id__in=counts).values_list("id", "cost_minor")
    return sum((cost or 0) * counts[variant] for variant, cost in costs)


def _money(minor: int) -> str:
    return str(Decimal(minor).scaleb(-_CENTS))
