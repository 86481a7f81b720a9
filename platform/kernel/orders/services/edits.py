"""Changes that staff propose, look at, and apply: nothing of an order is edited in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import LARGEST_MINOR
from kernel.inventory.services import allocate, release
from kernel.inventory.values import Want
from kernel.orders.choices import AdjustmentKind, ChangeState, EventKind
from kernel.orders.errors import ChangeOutdated, ChangeRefused, OrderNotFound, TransitionRefused
from kernel.orders.events import OrderChanged
from kernel.orders.goods import Goods, contents_in, goods_of, stock_wants
from kernel.orders.machine import check
from kernel.orders.models import Adjustment, Order, OrderChange, OrderLine
from kernel.orders.services.editing import Edited, EditedLine, edited
from kernel.orders.services.locking import lock_order
from kernel.orders.services.telling import tell
from kernel.orders.statuses import refresh
from kernel.orders.timeline import Entry, actor_data, moved, write
from kernel.orders.timeline import figures_of as figures_on
from kernel.pricing.groups import buying_from
from kernel.pricing.services import prices_for
from kernel.pricing.values import Buyer, PriceRequest

MOST_OPERATIONS = 100


@dataclass(frozen=True, slots=True)
class Preview:
    """The figures of an order before and after a change, in minor units.

    Attributes:
        edited: lines, recipient and note as they would be.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    order_version: int
    edited: Edited


def preview_change(
    order: Order, operations: Sequence[Mapping[str, object]], *, now: datetime
) -> Preview:
    """Say what an order would cost after a change; changes nothing.

    Raises:
        TransitionRefused: the order cannot be changed any more.
        ChangeRefused: an operation is impossible.
    """
    _check(order)
    after = _worked_out(order, operations, now=now)
    return Preview(_amounts(order), after.figures(), order.version, after)


@transaction.atomic
def propose_change(
    order_id: UUID,
    operations: Sequence[Mapping[str, object]],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> OrderChange:
    """Keep a change to be looked at; the order stays as it is.

    Raises:
        OrderNotFound: there is no such order.
        TransitionRefused: the order cannot be changed any more.
        ChangeRefused: an operation is impossible.
    """
    order = lock_order(order_id)
    seen = preview_change(order, operations, now=now)
    return OrderChange.objects.create(
        order=order,
        state=ChangeState.PROPOSED,
        operations=[dict(operation) for operation in operations],
        order_version=seen.order_version,
        before=dict(seen.before),
        after=dict(seen.after),
        reason=reason[:300],
        actor=actor_data(actor),
    )


@transaction.atomic
def apply_change(change_id: UUID, *, actor: Actor, now: datetime) -> Order:
    """Make a proposed change, exactly as it was shown.

    Raises:
        ChangeOutdated: it was decided before, or the order is another by now.
        OutOfStock: what is added is not there.
        OrderNotFound: there is no such change.
        TransitionRefused: the order cannot be changed any more.
    """
    change, order = _open_change(change_id)
    _check(order)
    after = _worked_out(order, change.operations, now=now)
    if order.version != change.order_version or after.figures() != change.after:
        raise ChangeOutdated
    before = figures_on(order)
    _move_stock(order, after, actor=actor, now=now)
    _write_lines(order, after, reason=change.reason or str(actor), now=now)
    _write_order(order, after)
    change.state, change.decided_at = ChangeState.APPLIED, now
    change.save(update_fields=["state", "decided_at"])
    write(
        [
            Entry(
                order.pk,
                EventKind.CHANGED,
                moved(before, {**before, **after.figures()}),
                {"change": change.public_id, "operations": change.operations},
            )
        ],
        actor=actor,
        now=now,
    )
    refresh([order.pk], now=now)
    order.refresh_from_db()
    tell(OrderChanged, "changed", [order], actor=actor, now=now, reason=change.reason)
    record(
        action="orders.changed",
        actor=actor,
        obj=("order", order.number),
        before=change.before,
        after=change.after,
        reason=change.reason,
        now=now,
    )
    return order


@transaction.atomic
def discard_change(change_id: UUID, *, now: datetime) -> OrderChange:
    """Drop a proposed change.

    Raises:
        ChangeOutdated: it was decided before.
        OrderNotFound: there is no such change.
    """
    change, _order = _open_change(change_id)
    change.state, change.decided_at = ChangeState.DISCARDED, now
    change.save(update_fields=["state", "decided_at"])
    return change


def _open_change(change_id: UUID) -> tuple[OrderChange, Order]:
    order_id = OrderChange.objects.filter(pk=change_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise OrderNotFound
    order = lock_order(order_id)
    change = OrderChange.objects.select_for_update().get(pk=change_id)
    if change.state != ChangeState.PROPOSED:
        raise ChangeOutdated(state=change.state)
    return change, order


def _check(order: Order) -> None:
    check(order, "edit")
    if order.waived_minor:
        raise TransitionRefused(action="edit", status=order.status, guard="nothing_waived")


def _amounts(order: Order) -> dict[str, int]:
    return {
        name: minor
        for name, minor in figures_on(order).items()
        if name not in {"paid", "refunded", "waived"}
    }


def _worked_out(
    order: Order, operations: Sequence[Mapping[str, object]], *, now: datetime
) -> Edited:
    if not 0 < len(operations) <= MOST_OPERATIONS:
        raise ChangeRefused(operation=0, field="operations")
    wanted = _added_variants(operations)
    goods = goods_of(wanted) if wanted else {}
    prices = _prices(order, wanted, now=now) if wanted else {}
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    after = edited(order, lines, operations, goods=goods, prices=prices)
    if max(after.figures().values()) > LARGEST_MINOR:
        raise ChangeRefused(operation=len(operations) - 1, field="total")
    return after


def _added_variants(operations: Sequence[Mapping[str, object]]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for operation in operations:
        if operation.get("op") == "add_line":
            try:
                found[UUID(str(operation.get("variant")))] = 1
            except ValueError:
                continue
    return found


def _prices(order: Order, wanted: Mapping[UUID, int], *, now: datetime) -> dict[UUID, int]:
    answers = prices_for(
        [PriceRequest(variant_id) for variant_id in wanted],
        buyer=buying_from(Buyer(member_id=order.member_id), order.address.get("country", "")),
        currency=order.currency,
        now=now,
    )
    return {variant_id: answer.unit.minor for variant_id, answer in answers.items()}


def _move_stock(order: Order, after: Edited, *, actor: Actor, now: datetime) -> None:
    """Promise what is added and give back what is not wanted any more."""
    more: list[tuple[str, UUID, int, Sequence[tuple[UUID, int]]]] = []
    less: list[tuple[str, UUID, int, Sequence[tuple[UUID, int]]]] = []
    for line in after.lines:
        kind, variant_id, contents, had = _stocked(line)
        if line.quantity > had:
            more.append((kind, variant_id, line.quantity - had, contents))
        elif line.quantity < had:
            less.append((kind, variant_id, had - line.quantity, contents))
    gained, lost = _totals(stock_wants(more)), _totals(stock_wants(less))
    allocated = [Want(v, n - lost.get(v, 0)) for v, n in gained.items() if n > lost.get(v, 0)]
    released = [Want(v, n - gained.get(v, 0)) for v, n in lost.items() if n > gained.get(v, 0)]
    if allocated:
        near = order.address.get("region_code", "") or order.address.get("country", "")
        allocate(("order", order.pk), allocated, near=near, actor=actor, now=now)
    if released:
        release(("order", order.pk), released, reason="order changed", actor=actor)


def _totals(wants: Sequence[Want]) -> dict[UUID, int]:
    return {want.variant_id: want.quantity for want in wants}


def _stocked(line: EditedLine) -> tuple[str, UUID, Sequence[tuple[UUID, int]], int]:
    if line.line is not None:
        row = line.line
        return row.kind, row.variant_id, contents_in(row.snapshot), row.quantity
    goods = _goods(line)
    return goods.kind, goods.variant_id, goods.contents, 0


def _write_lines(order: Order, after: Edited, *, reason: str, now: datetime) -> None:
    adjustments = []
    for position, line in enumerate(after.lines):
        row = line.line or _new_line(order, line, position)
        had = 0 if line.line is None else row.total_minor
        row.quantity, row.unit_minor = line.quantity, line.unit_minor
        row.discount_minor, row.tax_minor = line.discount_minor, line.tax_minor
        row.total_minor = line.total_minor
        row.taxes = [share.stored() for share in line.taxes]
        row.save()
        if row.total_minor != had:
            adjustments.append(_adjustment(order, row, row.total_minor - had, reason))
    if after.freight_minor != order.freight_minor:
        minor = after.freight_minor - order.freight_minor
        adjustments.append(_adjustment(order, None, minor, reason))
    Adjustment.objects.bulk_create(adjustments)


def _new_line(order: Order, line: EditedLine, position: int) -> OrderLine:
    goods = _goods(line)
    price = {"source": "staff", "minor": line.unit_minor}
    return OrderLine(
        order=order,
        position=position,
        variant_id=goods.variant_id,
        product_id=goods.product_id,
        kind=goods.kind,
        snapshot={**goods.snapshot(), "price": [price]},
        fulfilled_quantity=0,
        delivered_quantity=0,
        returned_quantity=0,
        cancelled_quantity=0,
    )


def _goods(line: EditedLine) -> Goods:
    assert line.goods is not None  # noqa: S101  a line without a row has goods
    return line.goods


def _adjustment(order: Order, line: OrderLine | None, minor: int, reason: str) -> Adjustment:
    kind = AdjustmentKind.FREIGHT if line is None else AdjustmentKind.EDIT
    return Adjustment(
        order=order, line=line, kind=kind, source="staff", label=reason[:200], minor=minor
    )


def _write_order(order: Order, after: Edited) -> None:
    figures = after.figures()
    for name, minor in figures.items():
        setattr(order, f"{name}_minor", minor)
    order.address, order.note = after.address, after.note
    order.freight_taxes = [share.stored() for share in after.freight_taxes]
    kept = ("address", "note", "freight_taxes")
    order.save(update_fields=[*(f"{name}_minor" for name in figures), *kept])
