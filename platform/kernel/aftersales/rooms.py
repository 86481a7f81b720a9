"""How many pieces and how much money of an order are still open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kernel.aftersales.machine import HOLDING
from kernel.aftersales.models import Case, CaseLine
from kernel.orders.models import Order, OrderLine


@dataclass(slots=True)
class Room:
    """What is open of a line, beside what open cases speak for.

    Attributes:
        unshipped: pieces that have not left.
        shipped: pieces that left and were not sent back.
        minor: what was paid for the line and can be given back.
    """

    line: OrderLine
    unshipped: int
    shipped: int
    minor: int

    @property
    def is_gift(self) -> bool:
        """Whether it came along for nothing."""
        options = self.line.snapshot.get("options") or {}
        return bool(options.get("gift"))

    @property
    def pieces(self) -> int:
        """All pieces that are open."""
        return self.unshipped + self.shipped

    def worth(self, quantity: int) -> int:
        """Return what so many pieces were paid; the last ones have all that is left."""
        if quantity >= self.pieces:
            return self.minor
        return min(self.minor, self.line.total_minor * quantity // max(self.line.quantity, 1))


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
    held = CaseLine.objects.filter(case__order=order, case__state__in=HOLDING)
    unshipped: dict[UUID, int] = defaultdict(int)
    shipped: dict[UUID, int] = defaultdict(int)
    minor: dict[UUID, int] = defaultdict(int)
    freights: dict[UUID, int] = {}
    for each in held.exclude(case=but).select_related("case"):
        unshipped[each.line_id] += each.unshipped_quantity
        shipped[each.line_id] += each.shipped_quantity
        minor[each.line_id] += each.refund_minor
        freights[each.case_id] = each.case.freight_minor
    rooms = {
        line.pk: Room(
            line,
            unshipped=max(line.open_quantity - unshipped[line.pk], 0),
            shipped=max(line.fulfilled_quantity - line.returned_quantity - shipped[line.pk], 0),
            minor=max(line.total_minor - line.waived_minor - minor[line.pk], 0),
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
        and each.refund_minor <= rooms.by_line[each.line_id].minor
        for each in lines
    )
