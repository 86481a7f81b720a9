"""Turns drafts into rows: so many statements, however many orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.checkout.drafts import Draft, DraftLine, Figures, Part, Reason
from kernel.common.db.copying import cell, document, new_id, text
from kernel.common.db.writing import Writing
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish_new
from kernel.orders.choices import (
    EventKind,
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
)
from kernel.orders.events import OrderPlaced, aggregate_of
from kernel.orders.models import OrderGroup, OrderPolicy
from kernel.orders.numbers import draw_numbers, numbers_in_group
from kernel.orders.statuses import KEEP_HOUSE
from kernel.orders.taxes import RateShare
from kernel.orders.timeline import actor_data
from kernel.tenancy.schedules import ask

_GROUP: Final = (
    "id",
    "number",
    "key",
    "member_id",
    "email",
    "phone",
    "currency",
    "total_minor",
    "expires_at",
    "placed_at",
)
_ORDER: Final = (
    "id",
    "group_id",
    "number",
    "member_id",
    "seller_id",
    "currency",
    "status",
    "payment_status",
    "fulfilment_status",
    "items_minor",
    "discount_minor",
    "freight_minor",
    "tax_minor",
    "total_minor",
    "freight_taxes",
    "method",
    "shipping_method",
    "address",
    "note",
    "source",
    "placed_at",
)
_LINE: Final = (
    "id",
    "order_id",
    "position",
    "variant_id",
    "product_id",
    "kind",
    "snapshot",
    "quantity",
    "unit_minor",
    "discount_minor",
    "tax_minor",
    "taxes",
    "total_minor",
)
_ADJUSTMENT: Final = ("id", "order_id", "line_id", "kind", "source", "label", "minor")
_EVENT: Final = ("id", "order_id", "kind", "actor", "figures", "data", "at")


@dataclass(slots=True)
class PlacedPart:
    """A part of a draft that has become an order."""

    part: Part
    order_id: UUID
    figures: Figures
    number: str = ""


@dataclass(slots=True)
class Placed:
    """A draft that has become a group.

    Attributes:
        place: of the draft among those that are placed together.
    """

    key: UUID
    draft: Draft
    place: int
    group_id: UUID = field(default_factory=uuid7)
    number: str = ""
    expires_at: datetime | None = None
    parts: list[PlacedPart] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give each part the id of its order."""
        self.parts = [PlacedPart(part, uuid7(), part.figures()) for part in self.draft.parts]

    @property
    def total(self) -> int:
        """What there is to pay for all of it."""
        return sum(part.figures.total for part in self.parts)

    def group(self, placed_at: datetime) -> OrderGroup:
        """Return the group as it was written."""
        shopper = self.draft.basket.shopper
        row = OrderGroup(
            id=self.group_id,
            number=self.number,
            key=self.key,
            member_id=shopper.member_id,
            email=shopper.email,
            phone=shopper.phone,
            currency=self.draft.currency,
            total_minor=self.total,
            expires_at=self.expires_at,
            placed_at=placed_at,
        )
        row._state.adding = False
        return row


class OrderWriter:
    """Writes a batch of groups; what many rows have in common is put into words once."""

    def __init__(self, placed: Sequence[Placed], *, actor: Actor, now: datetime) -> None:
        self._placed = placed
        self._now = now
        self._at = cell(now)
        self._actor = document(actor_data(actor))
        self._told: dict[Figures, str] = {}
        self._snapshots: dict[tuple[object, ...], str] = {}
        self._goods_cells: dict[int, str] = {}
        self._adjustments: list[str] = []

    def write(self, policy: OrderPolicy, writing: Writing) -> None:
        """Write groups, orders, lines, adjustments and timelines, and publish the events.

        Args:
            policy: what numbers look like, and when orders expire.
            writing: what is to be sent before them, in the same message.
        """
        numbers = draw_numbers(len(self._placed), policy=policy, now=self._now, writing=writing)
        for each, number in zip(self._placed, numbers, strict=True):
            each.number = number
            order_numbers = numbers_in_group(number, len(each.parts))
            for part, order_number in zip(each.parts, order_numbers, strict=True):
                part.number = order_number
        expires = (
            self._now + timedelta(minutes=policy.unpaid_minutes) if policy.unpaid_minutes else None
        )
        writing.add("orders_ordergroup", _GROUP, self._groups(expires))
        writing.add("orders_order", _ORDER, self._orders())
        writing.add("orders_orderline", _LINE, self._all_lines())
        writing.add("orders_adjustment", _ADJUSTMENT, self._adjustments)
        writing.add("orders_orderevent", _EVENT, self._events())
        ask(KEEP_HOUSE, expires, writing=writing)
        publish_new(list(self._facts()), writing=writing)
        writing.send()

    def _groups(self, expires: datetime | None) -> Iterator[str]:
        expires_cell = cell(expires)
        for each in self._placed:
            shopper = each.draft.basket.shopper
            # What costs nothing is paid, and never expires.
            each.expires_at = expires if each.total else None
            yield "\t".join(
                (
                    each.group_id.hex,
                    each.number,
                    each.key.hex,
                    cell(shopper.member_id),
                    text(shopper.email),
                    text(shopper.phone),
                    each.draft.currency,
                    str(each.total),
                    expires_cell if each.total else cell(None),
                    self._at,
                )
            )

    def _orders(self) -> Iterator[str]:
        for each in self._placed:
            basket = each.draft.basket
            member, address = cell(basket.shopper.member_id), document(dict(basket.address))
            note, source = text(basket.choices.note[:500]), text(basket.source[:40])
            for placed in each.parts:
                part, figures = placed.part, placed.figures
                yield "\t".join(
                    (
                        placed.order_id.hex,
                        each.group_id.hex,
                        placed.number,
                        member,
                        cell(part.seller_id),
                        each.draft.currency,
                        OrderStatus.PLACED,
                        PaymentStatus.UNPAID,
                        FulfilmentStatus.UNFULFILLED,
                        str(figures.items),
                        str(figures.discount),
                        str(figures.freight),
                        str(figures.tax),
                        str(figures.total),
                        self._taxes(part.freight_taxes),
                        part.method,
                        text(part.shipping_method),
                        address,
                        note,
                        source,
                        self._at,
                    )
                )

    def _all_lines(self) -> Iterator[str]:
        for each in self._placed:
            for placed in each.parts:
                yield from self._lines_of(placed)

    def _lines_of(self, placed: PlacedPart) -> Iterator[str]:
        """Yield the rows of an order's lines, and note what its figures were moved by."""
        order = placed.order_id.hex
        for position, line in enumerate(placed.part.lines):
            line_id = new_id()
            yield "\t".join(
                (
                    line_id,
                    order,
                    str(position),
                    self._goods(line),
                    self._snapshot(line),
                    str(line.quantity),
                    str(line.unit_minor),
                    str(line.discount_minor),
                    str(line.tax_minor),
                    self._taxes(line.taxes),
                    str(line.total_minor),
                )
            )
            for reason in line.reasons:
                self._adjust(order, line_id, reason)
        for reason in placed.part.reasons:
            self._adjust(order, cell(None), reason)

    def _adjust(self, order: str, line: str, reason: Reason) -> None:
        self._adjustments.append(
            "\t".join(
                (
                    new_id(),
                    order,
                    line,
                    reason.kind,
                    text(reason.source[:80]),
                    text(reason.label[:200]),
                    str(reason.minor),
                )
            )
        )

    def _taxes(self, shares: Sequence[RateShare]) -> str:
        """Return what a row keeps of taxes; without any nothing is put into words."""
        return document([share.stored() for share in shares]) if shares else "[]"

    def _goods(self, line: DraftLine) -> str:
        """Return variant, product and kind."""
        goods = line.goods
        key = id(goods)
        if key not in self._goods_cells:
            variant, product = goods.variant_id.hex, goods.product_id.hex
            self._goods_cells[key] = f"{variant}\t{product}\t{goods.kind}"
        return self._goods_cells[key]

    def _snapshot(self, line: DraftLine) -> str:
        """Return what the line keeps of its goods; in a flash sale the same for all."""
        # Drafts share goods and chains, and keep them as long as this is written.
        key = (id(line.goods), line.unit_minor, id(line.chain))
        if line.item.options or line.item.campaign or key not in self._snapshots:
            kept = line.goods.snapshot()
            kept["price"] = [dict(step) for step in line.chain]
            kept["compare_at_minor"] = line.compare_at_minor
            if line.item.options:
                kept["options"] = dict(line.item.options)
            if line.item.campaign:
                kept["campaign"] = line.item.campaign
            written = document(kept)
            if line.item.options or line.item.campaign:
                return written
            self._snapshots[key] = written
        return self._snapshots[key]

    def _events(self) -> Iterator[str]:
        kind, nothing = EventKind.PLACED.value, document({})
        for each in self._placed:
            for placed in each.parts:
                yield "\t".join(
                    (
                        new_id(),
                        placed.order_id.hex,
                        kind,
                        self._actor,
                        self._moved(placed.figures),
                        nothing,
                        self._at,
                    )
                )

    def _moved(self, figures: Figures) -> str:
        if figures not in self._told:
            told = {name: getattr(figures, name) for name in Figures.__dataclass_fields__}
            self._told[figures] = document({name: minor for name, minor in told.items() if minor})
        return self._told[figures]

    def _facts(self) -> Iterator[tuple[OrderPlaced, str]]:
        for each in self._placed:
            for placed in each.parts:
                fact = OrderPlaced(
                    order_id=placed.order_id,
                    group_id=each.group_id,
                    number=placed.number,
                    member_id=each.draft.basket.shopper.member_id,
                    seller_id=placed.part.seller_id,
                    currency=each.draft.currency,
                    total_minor=placed.figures.total,
                )
                yield fact, aggregate_of(placed.order_id)
