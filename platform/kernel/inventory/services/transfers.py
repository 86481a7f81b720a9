"""Moves goods from one location to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.inventory.choices import MovementKind, TransferState
from kernel.inventory.errors import InvalidQuantity, Promised, TransferClosed, UnknownStock
from kernel.inventory.limits import refuse_foreign
from kernel.inventory.models import Transfer, TransferLine
from kernel.inventory.services.locking import Stock, lock_places
from kernel.inventory.services.writing import move, write
from kernel.inventory.sql import run
from kernel.inventory.values import Shortage, Want, checked_quantity, merged

_ARRIVED = """
UPDATE inventory_transferline AS line SET received = arrived.quantity
  FROM unnest(%s::uuid[], %s::bigint[]) AS arrived(id, quantity) WHERE line.id = arrived.id
"""


@transaction.atomic
def send_transfer(
    wants: Sequence[Want], *, source_id: UUID, destination_id: UUID, note: str = "", actor: Actor
) -> Transfer:
    """Take goods out of one location, on their way to another.

    Until they arrive they are at neither, and nobody can buy them.

    Raises:
        InvalidQuantity: nothing, or a quantity is not possible.
        Promised: they are promised to orders or held by checkouts, or not there at all.
        UnknownStock: a variant or a location does not exist, or both locations are the same.
    """
    quantities = merged(wants)
    if not quantities:
        raise InvalidQuantity(lines=0)
    if source_id == destination_id:
        raise UnknownStock
    refuse_foreign([source_id])
    rows = lock_places(
        (variant, place) for variant in quantities for place in (source_id, destination_id)
    )
    lacking = [
        Shortage(variant, quantity, max(_movable(rows[variant, source_id]), 0))
        for variant, quantity in quantities.items()
        if _movable(rows[variant, source_id]) < quantity
    ]
    if lacking:
        raise Promised(lines=[shortage.as_field() for shortage in lacking])
    transfer = Transfer.objects.create(
        source_id=source_id,
        destination_id=destination_id,
        state=TransferState.SENT,
        note=note[:200],
    )
    TransferLine.objects.bulk_create(
        [
            TransferLine(transfer=transfer, variant_id=variant, quantity=quantity)
            for variant, quantity in quantities.items()
        ]
    )
    moves = [
        move(
            rows[variant, source_id],
            MovementKind.TRANSFERRED,
            on_hand=-quantity,
            reference=("transfer", transfer.pk),
        )
        for variant, quantity in quantities.items()
    ]
    write(rows.values(), moves, actor=actor, reason=note)
    record(
        action="inventory.transfer_sent",
        actor=actor,
        obj=transfer,
        after={"lines": len(moves), "pieces": sum(quantities.values())},
        reason=note,
    )
    return transfer


@transaction.atomic
def receive_transfer(
    transfer_id: UUID, *, arrived: Sequence[Want] | None = None, now: datetime, actor: Actor
) -> Transfer:
    """Put on the shelf what arrived of a transfer; the rest is lost, and the history says so.

    Args:
        transfer_id: which.
        arrived: how many of each variant; all of everything when left out.
        now: when.
        actor: who unpacks it.

    Raises:
        UnknownStock: there is no such transfer, or it held no such variant.
        TransferClosed: it arrived before.
        InvalidQuantity: more arrived than was sent.
    """
    transfer = Transfer.objects.select_for_update(no_key=True).filter(pk=transfer_id).first()
    if transfer is None:
        raise UnknownStock
    refuse_foreign([transfer.destination_id])
    if transfer.state != TransferState.SENT:
        raise TransferClosed
    lines = list(TransferLine.objects.filter(transfer=transfer).order_by("id"))
    came = _arrived(lines, arrived)
    rows = lock_places((line.variant_id, transfer.destination_id) for line in lines)
    moves = [
        move(
            rows[variant, transfer.destination_id],
            MovementKind.TRANSFERRED,
            on_hand=quantity,
            reference=("transfer", transfer.pk),
        )
        for variant, quantity in came.items()
        if quantity
    ]
    run(_ARRIVED, [line.id for line in lines], [came[line.variant_id] for line in lines])
    transfer.state, transfer.received_at = TransferState.RECEIVED, now
    transfer.save(update_fields=["state", "received_at"])
    write(rows.values(), moves, actor=actor)
    sent = sum(line.quantity for line in lines)
    record(
        action="inventory.transfer_received",
        actor=actor,
        obj=transfer,
        after={"pieces": sum(came.values()), "lost": sent - sum(came.values())},
    )
    return transfer


def transfer(
    wants: Sequence[Want],
    *,
    source_id: UUID,
    destination_id: UUID,
    note: str = "",
    now: datetime,
    actor: Actor,
) -> Transfer:
    """Move goods that arrive at once, to the shop next door; see `send_transfer`."""
    with transaction.atomic():
        sent = send_transfer(
            wants, source_id=source_id, destination_id=destination_id, note=note, actor=actor
        )
        return receive_transfer(sent.pk, now=now, actor=actor)


def _movable(stock: Stock) -> int:
    return stock.on_hand - stock.allocated - stock.reserved


def _arrived(lines: list[TransferLine], arrived: Sequence[Want] | None) -> dict[UUID, int]:
    sent = {line.variant_id: line.quantity for line in lines}
    if arrived is None:
        return sent
    came = dict.fromkeys(sent, 0)
    for each in arrived:
        if each.variant_id not in sent:
            raise UnknownStock
        came[each.variant_id] += checked_quantity(each.quantity, lowest=0)
    if any(came[variant] > quantity for variant, quantity in sent.items()):
        raise InvalidQuantity(lines=len(arrived))
    return came
