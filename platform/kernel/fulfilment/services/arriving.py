"""Notes that parcels arrived, and corrects what was said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.fulfilment.choices import FulfilmentState
from kernel.fulfilment.errors import FulfilmentFixed, FulfilmentNotFound, InvalidShipment
from kernel.fulfilment.models import Fulfilment, FulfilmentItem
from kernel.fulfilment.services.proving import NOTHING, Proof, drawn_pictures, with_proof
from kernel.orders.choices import EventKind, FulfilmentStatus
from kernel.orders.events import OrderDelivered
from kernel.orders.hooks import HookContext
from kernel.orders.machine import check
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.lifecycle import receive_orders
from kernel.orders.services.locking import lock_order
from kernel.orders.services.telling import tell
from kernel.orders.statuses import refresh
from kernel.orders.timeline import Entry, write

CHANGE_WINDOW: Final = timedelta(hours=24)


@transaction.atomic
def receive_order(order_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Note that everything that was shipped of an order has arrived.

    Raises:
        OrderNotFound: there is no such order.
        TransitionRefused: nothing of it is under way.
    """
    receive_orders([order_id], actor=actor, now=now)
    _arrive([order_id], now=now)


def receive_fulfilment(
    fulfilment_id: UUID, *, proof: Proof = NOTHING, actor: Actor, now: datetime
) -> Fulfilment:
    """Note that one parcel has arrived, or add to what shows that it did.

    Raises:
        FulfilmentNotFound: there is none.
        TransitionRefused: its order is over.
        ProofRefused: too many pictures, or none at all.
    """
    name, made = proof.name.replace("\x00", "").strip(), drawn_pictures(proof)
    with transaction.atomic():
        parcel, order = _locked(fulfilment_id)
        is_new = parcel.state != FulfilmentState.DELIVERED
        if is_new:
            check(order, "deliver")
        shown = with_proof(parcel, name, made)
        if shown is not None:
            parcel.proof = shown
            parcel.save(update_fields=["proof"])
        if is_new:
            _receive(parcel, order, actor=actor, now=now)
        if actor.is_privileged and (is_new or shown is not None):
            told = {"name": name, "pictures": len(made)}
            record(
                action="fulfilment.received" if is_new else "fulfilment.proven",
                actor=actor,
                obj=("order", order.number),
                after={"tracking": parcel.tracking, **{k: v for k, v in told.items() if v}},
                now=now,
            )
    return parcel


def _receive(parcel: Fulfilment, order: Order, *, actor: Actor, now: datetime) -> None:
    for line_id, quantity in FulfilmentItem.objects.filter(fulfilment=parcel).values_list(
        "line_id", "quantity"
    ):
        line = OrderLine.objects.get(pk=line_id)
        line.delivered_quantity = min(line.delivered_quantity + quantity, line.fulfilled_quantity)
        line.save(update_fields=["delivered_quantity"])
    parcel.state, parcel.delivered_at = FulfilmentState.DELIVERED, now
    parcel.save(update_fields=["state", "delivered_at"])
    refresh([order.pk], now=now)
    entry = Entry(order.pk, EventKind.DELIVERED, data={"fulfilment": str(parcel.pk)})
    write([entry], actor=actor, now=now)
    order.refresh_from_db()
    if order.fulfilment_status == FulfilmentStatus.DELIVERED:
        tell(OrderDelivered, "delivered", [order], actor=actor, now=now)


def may_change(parcel: Fulfilment, *, now: datetime) -> bool:
    """Tell whether another carrier or number may still be named."""
    left_at = parcel.shipped_at
    is_under_way = parcel.state == FulfilmentState.SHIPPED
    return is_under_way and left_at is not None and now <= left_at + CHANGE_WINDOW


@transaction.atomic
def change_shipment(
    fulfilment_id: UUID, *, carrier: str, tracking: str, actor: Actor, now: datetime
) -> Fulfilment:
    """Name another carrier or number, as long as the parcel has only just left.

    Raises:
        FulfilmentNotFound: there is none.
        FulfilmentFixed: it arrived, or it left too long ago.
        InvalidShipment: a text is too long.
    """
    parcel, order = _locked(fulfilment_id)
    if not may_change(parcel, now=now):
        raise FulfilmentFixed
    told = {"carrier": carrier.strip(), "tracking": tracking.strip()}
    if len(told["carrier"]) > 60 or len(told["tracking"]) > 80:  # noqa: PLR2004  the columns
        raise InvalidShipment(field="tracking")
    before = {"carrier": parcel.carrier, "tracking": parcel.tracking}
    parcel.carrier, parcel.tracking = told["carrier"], told["tracking"]
    parcel.save(update_fields=["carrier", "tracking"])
    entry = Entry(order.pk, EventKind.SHIPMENT_CHANGED, data={"before": before, "after": told})
    write([entry], actor=actor, now=now)
    record(
        action="fulfilment.changed",
        actor=actor,
        obj=("order", order.number),
        before=before,
        after=told,
        now=now,
    )
    return parcel


def mark_arrived(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Let the parcels of orders that arrived have arrived; a hook of the orders."""
    _arrive(order_ids, now=context.now)


def _arrive(order_ids: Sequence[UUID], *, now: datetime) -> None:
    under_way = Fulfilment.objects.filter(order_id__in=order_ids, state=FulfilmentState.SHIPPED)
    under_way.update(state=FulfilmentState.DELIVERED, delivered_at=now)


def _locked(fulfilment_id: UUID) -> tuple[Fulfilment, Order]:
    order_id = (
        Fulfilment.objects.filter(pk=fulfilment_id).values_list("order_id", flat=True).first()
    )
    if order_id is None:
        raise FulfilmentNotFound
    order = lock_order(order_id)
    return Fulfilment.objects.select_for_update().get(pk=fulfilment_id), order
