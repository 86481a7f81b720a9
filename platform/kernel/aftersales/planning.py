"""Works out what a buyer would get: which pieces, how much money, which gifts go along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.aftersales.choices import FAULTS, CaseKind, LineRole, Reason, Remedy
from kernel.aftersales.differences import NONE, Difference, difference_of, prices_of
from kernel.aftersales.errors import InvalidCase, NotOpen, TooMuch
from kernel.aftersales.recounting import Unearned, counted_before, unearned_of
from kernel.aftersales.rooms import Room, Rooms, rooms_of
from kernel.aftersales.windows import Window, window_of
from kernel.common.money import Money
from kernel.inventory.values import MOST_QUANTITY
from kernel.orders.choices import OrderStatus, PaymentStatus
from kernel.orders.models import Order
from kernel.orders.policy import current_policy

_MONEY_CAME = frozenset({PaymentStatus.PAID, PaymentStatus.PART_REFUNDED})
_NOT_OVER = frozenset({OrderStatus.PLACED, OrderStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of one line.

    Attributes:
        minor: how much money, where it is less than what was paid.
        variant_id: what shall come instead.
    """

    line_id: UUID
    quantity: int
    minor: int | None = None
    variant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a case that is not made yet."""

    room: Room
    quantity: int
    unshipped: int = 0
    refund_minor: int = 0
    role: LineRole = LineRole.GOODS
    variant_id: UUID | None = None
    difference: Difference = NONE


@dataclass(slots=True)
class Plan:
    """What a case would be.

    Attributes:
        recount_minor: discounts that what is kept does not earn.
        recounts: they are counted.
        amount_minor: what the buyer would get.
    """

    kind: CaseKind
    remedy: Remedy
    currency: str
    lines: list[PlannedLine] = field(default_factory=list)
    freight_minor: int = 0
    recount_minor: int = 0
    recounts: bool = False

    @property
    def amount_minor(self) -> int:
        """All that would go back."""
        back = sum(each.refund_minor for each in self.lines) + self.freight_minor
        return max(back - self.recount_minor - self._extra_minor, 0)

    @property
    def surcharge_minor(self) -> int:
        """What the buyer would pay on top."""
        return max(self._extra_minor - sum(each.refund_minor for each in self.lines), 0)

    @property
    def _extra_minor(self) -> int:
        return sum(each.difference.extra_minor for each in self.lines)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a line is open for.

    Attributes:
        kinds: by kind, how many pieces at most.
        minor: what at most goes back for all of them.
    """

    room: Room
    window: Window
    kinds: Mapping[CaseKind, int]


def is_open(order: Order) -> bool:
    """Tell whether anything at all can be asked for an order."""
    # What an exchange puts on the order is asked for later; the rest was paid.
    is_asked_more = order.payment_status == PaymentStatus.PART_PAID and order.paid_at is not None
    has_come = order.payment_status in _MONEY_CAME or is_asked_more
    return order.status in _NOT_OVER and has_come


def openings_of(order: Order, *, now: datetime) -> list[Opening]:
    """Return for what the lines of an order are open; three queries, fewer when nothing is."""
    if not is_open(order):
        return []
    policy = current_policy()
    found = []
    for room in rooms_of(order).by_line.values():
        window = window_of(order, room.line, policy)
        kinds = {
            kind: most
            for kind in CaseKind
            if (most := max(_most(room, kind, reason, window, now) for reason in Reason))
        }
        if kinds and not (room.is_gift and set(kinds) == {CaseKind.REFUND_ONLY}):
            found.append(Opening(room, window, kinds))
    return found


def plan(
    order: Order,
    kind: CaseKind,
    reason: Reason,
    wishes: Sequence[Wish],
    *,
    remedy: Remedy,
    rooms: Rooms,
    now: datetime,
) -> Plan:
    """Work out a case for an order.

    Args:
        order: the order; locked, where a case is made of it.
        kind: what is asked for.
        reason: why.
        wishes: of which lines how much.
        remedy: counts for claims alone.
        rooms: what is open of it.
        now: the moment.

    Raises:
        NotOpen: the order or a line is not open for it.
        InvalidCase: a wish that cannot be; ``field`` names what.
        TooMuch: more than what is left of a line.
    """
    if not is_open(order):
        raise NotOpen(status=order.status, payment=order.payment_status)
    if not wishes or len({each.line_id for each in wishes}) != len(wishes):
        raise InvalidCase(_("Please choose what it is about."), field="lines")
    made = Plan(kind, _remedy(kind, remedy), order.currency)
    policy = current_policy()
    prices = _prices(order, kind, wishes, rooms, now=now)
    for wish in wishes:
        room = rooms.by_line.get(wish.line_id)
        if room is None:
            raise InvalidCase(field="lines")
        most = _most(room, kind, reason, window_of(order, room.line, policy), now)
        if not 0 < wish.quantity <= MOST_QUANTITY:
            raise InvalidCase(_("A number of at least 1 is expected."), field="quantity")
        if wish.quantity > most:
            raise NotOpen(line=room.line.public_id, open=most)
        made.lines.append(_planned(room, wish, made, reason, prices))
    made.recounts = policy.returns_recount and _gives_up(made)
    _add_gifts(made, rooms)
    if made.remedy == Remedy.MONEY and _is_whole(made, rooms):
        made.freight_minor = rooms.freight_minor
    if made.remedy == Remedy.MONEY and not made.amount_minor and kind != CaseKind.RETURN_REFUND:
        raise NotOpen(_("Nothing was paid that could go back."))
    return made


def _remedy(kind: CaseKind, asked: Remedy) -> Remedy:
    if kind == CaseKind.CLAIM:
        return asked
    return Remedy.REPLACEMENT if kind == CaseKind.EXCHANGE else Remedy.MONEY


def _most(room: Room, kind: CaseKind, reason: Reason, window: Window, now: datetime) -> int:
    """Return how many pieces of a line are open for a wish."""
    if kind == CaseKind.REFUND_ONLY:
        if reason in FAULTS or reason == Reason.NOT_RECEIVED:
            return room.shipped if window.fits(kind, reason, now) and room.minor else 0
        return room.unshipped
    return room.shipped if window.fits(kind, reason, now) else 0


def _prices(
    order: Order, kind: CaseKind, wishes: Sequence[Wish], rooms: Rooms, *, now: datetime
) -> dict[UUID, int]:
    """Return today's prices of what is exchanged for something else; none where nothing is."""
    if kind != CaseKind.EXCHANGE:
        return {}
    swapped = {
        wish.variant_id: rooms.by_line[wish.line_id]
        for wish in wishes
        if wish.variant_id is not None and wish.line_id in rooms.by_line
    }
    return prices_of(order, swapped, now=now)


def _planned(
    room: Room, wish: Wish, made: Plan, reason: Reason, prices: Mapping[UUID, int]
) -> PlannedLine:
    is_kept = reason in FAULTS or reason == Reason.NOT_RECEIVED
    unshipped = wish.quantity if made.kind == CaseKind.REFUND_ONLY and not is_kept else 0
    if made.remedy == Remedy.REPLACEMENT:
        wanted = wish.variant_id or room.variant_id
        differs = difference_of(room, wanted, wish.quantity, prices)
        return PlannedLine(
            room,
            wish.quantity,
            refund_minor=differs.refund_minor,
            variant_id=wanted,
            difference=differs,
        )
    worth = room.worth(wish.quantity)
    if wish.minor is not None and not 0 <= wish.minor <= worth:
        raise TooMuch(
            line=room.line.public_id, open=Money(worth, room.line.order.currency).decimal()
        )
    minor = worth if wish.minor is None else wish.minor
    return PlannedLine(room, wish.quantity, unshipped, minor)


def _gives_up(made: Plan) -> bool:
    """Tell whether goods are given up for money: sent back, or not sent at all."""
    is_cancelled = made.kind == CaseKind.REFUND_ONLY and all(e.unshipped for e in made.lines)
    return made.kind == CaseKind.RETURN_REFUND or is_cancelled


def _add_gifts(made: Plan, rooms: Rooms) -> None:
    """Let the gifts go along, once nothing is kept of what they came with.

    Where discounts are counted anew, a gift goes along as soon as too little is kept for it.
    """
    if not _gives_up(made):
        return
    taken = {each.room.line.pk: each for each in made.lines}
    kept = {
        key: room.pieces - (taken[key].quantity if key in taken else 0)
        for key, room in rooms.by_line.items()
    }
    is_all = not any(kept[key] for key, room in rooms.by_line.items() if not room.is_gift)
    unearned = Unearned()
    if made.recounts:
        lines = [room.line for room in rooms.by_line.values()]
        gone = {key: each.quantity for key, each in taken.items()}
        unearned = unearned_of(rooms.order, lines, gone)
    for key, room in rooms.by_line.items():
        is_due = is_all or key in unearned.gifts
        if is_due and room.is_gift and room.pieces and key not in taken:
            made.lines.append(
                PlannedLine(room, room.pieces, room.unshipped, room.minor, LineRole.GIFT)
            )
    if made.recounts:
        back = sum(each.refund_minor for each in made.lines)
        made.recount_minor = min(unearned.minor - counted_before(rooms.order.pk), back)


def _is_whole(made: Plan, rooms: Rooms) -> bool:
    """Tell whether nothing of the order has left or ever will."""
    taken = {each.room.line.pk: each.unshipped for each in made.lines}
    return all(
        room.line.fulfilled_quantity == 0 and taken.get(key, 0) == room.unshipped
        for key, room in rooms.by_line.items()
    )
