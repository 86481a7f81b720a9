"""How many pieces and how much money of an order are still open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from kernel.aftersales.choices import CaseState, Remedy
from kernel.aftersales.machine import HOLDING
from kernel.aftersales.models import Case, CaseLine
from kernel.orders.models import Order, OrderLine

_COUNTED: Final = HOLDING | {CaseState.EXCHANGED, CaseState.REFUNDING, CaseState.REFUNDED}


@dataclass(frozen=True, slots=True)
class Swap:
    """Pieces of a line that an exchange replaced.

    Attributes:
        minor: by how much what came instead is dearer, for all of them; less where cheaper.
    """

    pieces: int
    variant_id: UUID
    minor: int

    def share(self, pieces: int) -> int:
        """Return the difference of so many of them."""
        taken = min(pieces, self.pieces)
        return self.minor * taken // self.pieces if self.pieces else 0


@dataclass(slots=True)
class Room:
    """What is open of a line, beside what open cases speak for.

    Attributes:
        unshipped: pieces that have not left.
        shipped: pieces that left and were not sent back.
        minor: what was paid for the line and can be given back.
        swaps: exchanges of pieces that the buyer has, the earliest first.
        extra_minor: what exchanges put on the line's total.
    """

    line: OrderLine
    unshipped: int
    shipped: int
    minor: int
    swaps: Sequence[Swap] = ()
    extra_minor: int = 0

    @property
    def is_gift(self) -> bool:
        """Whether it came along for nothing."""
        options = self.line.snapshot.get("options") or {}
        return bool(options.get("gift"))

    @property
    def pieces(self) -> int:
        """All pieces that are open."""
        return self.unshipped + self.shipped

    @property
    def variant_id(self) -> UUID:
        """What the buyer has: what the last exchange brought, else what he bought."""
        return self.swaps[-1].variant_id if self.swaps else self.line.variant_id

    def exchanged(self, quantity: int) -> dict[UUID, int]:
        """Return what so many pieces are that the buyer has instead, by variant.

        Exchanged pieces come first, and of those the last exchange counts.
        """
        found: dict[UUID, int] = defaultdict(int)
        done = 0
        for swap in reversed(self.swaps):
            pieces = min(quantity, swap.pieces) - done
            if pieces > 0:
                found[swap.variant_id] += pieces
                done += pieces
        return dict(found)

    def worth(self, quantity: int) -> int:
        """Return what so many pieces were paid; the last ones have all that is left.

        Exchanged pieces come first, with what was paid on top or given back for them.
        """
        if quantity >= self.pieces:
            return self.minor
        plain = _share(self.line, self.line.total_minor - self.extra_minor, quantity)
        return min(self.minor, max(plain + sum(e.share(quantity) for e in self.swaps), 0))


@dataclass(slots=True)
class Rooms:
    """What is open of an order.

    Attributes:
        freight_minor: what of the freight can be given back.
    """

    order: Order
    by_line: dict[UUID, Room] = field(default_factory=dict)
    freight_minor: int = 0


def rooms_of(order: Order, *, but: UUID | None = None) -> Rooms:
    """Return what is open of an order; two queries.

    Args:
        order: the order; locked, where something hangs on it.
        but: a case whose own claims do not count.
    """
    lines = OrderLine.objects.filter(order=order).order_by("position")
    told = CaseLine.objects.filter(case__order=order, case__state__in=_COUNTED)
    unshipped: dict[UUID, int] = defaultdict(int)
    shipped: dict[UUID, int] = defaultdict(int)
    minor: dict[UUID, int] = defaultdict(int)
    freights: dict[UUID, int] = {}
    swaps: dict[UUID, list[Swap]] = defaultdict(list)
    extras: dict[UUID, int] = defaultdict(int)
    withheld: dict[UUID, int] = defaultdict(int)
    replaced: dict[UUID, int] = defaultdict(int)
    for each in told.select_related("case", "line").order_by("case", "id"):
        extras[each.line_id] += int(each.charged.get("minor", 0))
        if each.case.state == CaseState.EXCHANGED:
            swaps[each.line_id].append(_swap(each))
        withheld[each.line_id] += each.withheld_minor
        if each.case.state not in HOLDING or each.case_id == but:
            continue
        if each.case.remedy == Remedy.REPLACEMENT:
            # No money goes back for these pieces; what they cost belongs to no others.
            replaced[each.line_id] += each.quantity
            minor[each.line_id] += int(each.charged.get("minor", 0)) - each.waived_minor
        else:
            minor[each.line_id] += each.refund_minor - each.waived_minor
        unshipped[each.line_id] += each.unshipped_quantity
        shipped[each.line_id] += each.shipped_quantity
        freights[each.case_id] = each.case.freight_minor
    rooms = {
        line.pk: Room(
            line,
            unshipped=max(line.open_quantity - unshipped[line.pk], 0),
            shipped=max(line.fulfilled_quantity - line.returned_quantity - shipped[line.pk], 0),
            minor=max(
                line.total_minor
                - line.waived_minor
                - minor[line.pk]
                - withheld[line.pk]
                - _share(line, line.total_minor - extras[line.pk], replaced[line.pk]),
                0,
            ),
            swaps=_left(swaps[line.pk], line.returned_quantity),
            extra_minor=extras[line.pk],
        )
        for line in lines
    }
    freight = order.freight_minor - order.waived_freight_minor - sum(freights.values())
    return Rooms(order, rooms, max(freight, 0))


def fits(case: Case, lines: Sequence[CaseLine], rooms: Rooms) -> bool:
    """Tell whether what a case speaks for is still there, beside what others do."""
    return case.freight_minor <= rooms.freight_minor and all(
        each.unshipped_quantity <= rooms.by_line[each.line_id].unshipped
        and each.shipped_quantity <= rooms.by_line[each.line_id].shipped
        and each.refund_minor - each.waived_minor <= rooms.by_line[each.line_id].minor
        for each in lines
    )


def _share(line: OrderLine, minor: int, pieces: int) -> int:
    """Return what so many of a line's pieces have of an amount."""
    return minor * pieces // max(line.quantity, 1)


def _swap(each: CaseLine) -> Swap:
    pieces = each.quantity if each.accepted_quantity is None else each.accepted_quantity
    variant_id = each.variant_id or each.line.variant_id
    return Swap(pieces, variant_id, each.extra_minor - each.refund_minor)


def _left(swaps: Sequence[Swap], returned: int) -> list[Swap]:
    """Return the exchanged pieces that were not sent back; they are sent back first."""
    found = []
    for swap in swaps:
        left = swap.pieces - returned
        if left > 0:
            found.append(Swap(left, swap.variant_id, swap.share(left)))
    return found
