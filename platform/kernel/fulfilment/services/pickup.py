"""Codes with which buyers fetch what they paid; each works once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.ratelimit import Limit, WhenDown
from kernel.fulfilment.errors import PickupCodeUnknown, PickupCodeUsed
from kernel.fulfilment.models import Fulfilment, PickupCode
from kernel.fulfilment.services.dispatch import Parcel, fulfil
from kernel.orders.selectors import visible_orders

_DIGITS: Final = 8
_TRIED: Final = Limit("fulfilment.codes", "30/minute;300/hour", WhenDown.REFUSE)
_ATTEMPTS: Final = 10

# A code that another order has is passed over, and another one is tried.
_GIVE: Final = """
INSERT INTO fulfilment_pickupcode (id, order_id, code, used_by)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING
"""


def give_codes(order_ids: Iterable[UUID]) -> None:
    """Give each order a code, unless it has one."""
    waiting = set(order_ids)
    for _attempt in range(_ATTEMPTS):
        waiting -= set(
            PickupCode.objects.filter(order_id__in=waiting).values_list("order_id", flat=True)
        )
        if not waiting:
            return
        orders = sorted(waiting)
        columns: list[list[Any]] = [
            [uuid7() for _order in orders],
            orders,
            [_new_code() for _order in orders],
            ["" for _order in orders],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_GIVE, columns)
    raise RuntimeError("no free pickup code was found")


def hand_over_by_code(code: str, *, actor: Actor, now: datetime) -> Fulfilment:
    """Hand over as `hand_over` does; what a person tries is counted.

    Raises:
        RateLimited, RateLimitUnavailable: too many were tried, or nobody can count.
    """
    _TRIED.check(actor.id)
    return hand_over(code, actor=actor, now=now)


@transaction.atomic
def hand_over(code: str, *, actor: Actor, now: datetime) -> Fulfilment:
    """Hand everything of an order to whoever says its code; once.

    Raises:
        PickupCodeUnknown: no order waits under it.
        PickupCodeUsed: it was handed over before.
        TransitionRefused: the order was cancelled, or refunded.
        NotOnHand: the goods have not come yet.
    """
    plain = "".join(letter for letter in code if letter.isdigit())
    row = PickupCode.objects.select_for_update().filter(code=plain).first()
    own = visible_orders("fulfilment.manage")
    if row is None or not plain or not own.filter(pk=row.order_id).exists():
        raise PickupCodeUnknown
    if row.used_at is not None:
        raise PickupCodeUsed(used_at=row.used_at.isoformat())
    handed = fulfil(Parcel(row.order_id, is_delivered=True), actor=actor, now=now)
    row.used_at, row.used_by = now, str(actor)[:300]
    row.save(update_fields=["used_at", "used_by"])
    return handed


def code_of(order_id: UUID) -> PickupCode | None:
    """Return the code of an order, or None when it has none."""
    return PickupCode.objects.filter(order_id=order_id).first()


def _new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
