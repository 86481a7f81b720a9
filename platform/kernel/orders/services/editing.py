"""Works out what an order would be after a change; touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from kernel.common.money import LARGEST_MINOR
from kernel.inventory.values import MOST_QUANTITY
from kernel.orders.errors import ChangeRefused
from kernel.orders.goods import Goods
from kernel.orders.models import Order, OrderLine
from kernel.orders.taxes import RateShare, put_on_minor, read_shares, rescaled, shares_of

ADDRESS_FIELDS: Final = (
    "name",
    "phone",
    "country",
    "region_code",
    "region",
    "city",
    "line",
    "postcode",
)
_LONGEST_TEXT: Final = 500


@dataclass(slots=True)
class EditedLine:
    """A line as it would be.

    Attributes:
        line: the row; None for one that is added.
        goods: of an added one.
    """

    line: OrderLine | None
    goods: Goods | None
    quantity: int
    unit_minor: int
    discount_minor: int = 0
    tax_minor: int = 0
    taxes: Sequence[RateShare] = ()

    @property
    def price_minor(self) -> int:
        """What it would cost without the taxes that are put on."""
        return self.unit_minor * self.quantity - self.discount_minor

    @property
    def total_minor(self) -> int:
        """What the line would cost."""
        return self.unit_minor * self.quantity - self.discount_minor + self.tax_minor


@dataclass(slots=True)
class Edited:
    """An order as it would be."""

    lines: list[EditedLine]
    freight_minor: int
    address: dict[str, str]
    note: str
    freight_taxes: Sequence[RateShare] = ()
    prices: Mapping[UUID, int] = field(default_factory=dict)
    goods: Mapping[UUID, Goods] = field(default_factory=dict)

    def figures(self) -> dict[str, int]:
        """Return the amounts, by the names of the timeline."""
        items = sum(line.unit_minor * line.quantity for line in self.lines)
        discount = sum(line.discount_minor for line in self.lines)
        tax = sum(line.tax_minor for line in self.lines) + put_on_minor(self.freight_taxes)
        return {
            "items": items,
            "discount": discount,
            "freight": self.freight_minor,
            "tax": tax,
            "total": items - discount + self.freight_minor + tax,
        }


def edited(
    order: Order,
    lines: Sequence[OrderLine],
    operations: Sequence[Mapping[str, object]],
    *,
    goods: Mapping[UUID, Goods],
    prices: Mapping[UUID, int],
) -> Edited:
    """Return an order as it would be after some operations, in their order.

    Args:
        order: the order.
        lines: its lines.
        operations: each with ``op`` and what it needs; see `OPERATIONS`.
        goods: of variants that are added.
        prices: of variants that are added, in minor units.

    Raises:
        ChangeRefused: an operation is unknown, or asks for what cannot be.
    """
    state = Edited(
        lines=[
            EditedLine(
                line,
                None,
                line.quantity,
                line.unit_minor,
                line.discount_minor,
                line.tax_minor,
                read_shares(line.taxes),
            )
            for line in lines
        ],
        freight_minor=order.freight_minor,
        address=dict(order.address),
        note=order.note,
        freight_taxes=read_shares(order.freight_taxes),
        prices=prices,
        goods=goods,
    )
    for position, operation in enumerate(operations):
        work = OPERATIONS.get(str(operation.get("op", "")), _unknown)
        try:
            work(state, operation)
        except _Impossible as fault:
            raise ChangeRefused(operation=position, field=str(fault)) from None
    if not any(line.quantity for line in state.lines):
        raise ChangeRefused(operation=max(len(operations) - 1, 0), field="quantity")
    return state


class _Impossible(ValueError):
    """Names the field of an operation that cannot be used."""


def _set_price(state: Edited, operation: Mapping[str, object]) -> None:
    line = _line(state, operation)
    line.unit_minor = _whole(operation, "unit_minor", highest=LARGEST_MINOR)
    line.discount_minor = min(line.discount_minor, line.unit_minor * line.quantity)
    _count_taxes(line)


def _set_quantity(state: Edited, operation: Mapping[str, object]) -> None:
    _requantify(_line(state, operation), _whole(operation, "quantity", highest=MOST_QUANTITY))


def _remove_line(state: Edited, operation: Mapping[str, object]) -> None:
    _requantify(_line(state, operation), 0)


def _requantify(line: EditedLine, quantity: int) -> None:
    """Change how many; a discount and a tax follow in proportion, to the buyer's good."""
    if line.quantity:
        line.discount_minor = -(-line.discount_minor * quantity // line.quantity)
        line.tax_minor = line.tax_minor * quantity // line.quantity
    line.quantity = quantity
    line.discount_minor = min(line.discount_minor, line.unit_minor * quantity)
    _count_taxes(line)


def _count_taxes(line: EditedLine) -> None:
    """Count the rates that hold for a line on what it costs now."""
    if line.taxes:
        line.taxes = shares_of(line.price_minor, line.taxes)
        line.tax_minor = put_on_minor(line.taxes)


def _add_line(state: Edited, operation: Mapping[str, object]) -> None:
    variant_id = _uuid(operation, "variant")
    goods = state.goods.get(variant_id)
    if goods is None:
        raise _Impossible("variant")
    quantity = _whole(operation, "quantity", lowest=1, highest=MOST_QUANTITY)
    if operation.get("unit_minor") is None and variant_id not in state.prices:
        raise _Impossible("unit_minor")
    unit = (
        state.prices[variant_id]
        if operation.get("unit_minor") is None
        else _whole(operation, "unit_minor", highest=LARGEST_MINOR)
    )
    line = EditedLine(None, goods, quantity, unit, taxes=_taxes_like(state, goods))
    _count_taxes(line)
    state.lines.append(line)


def _taxes_like(state: Edited, goods: Goods) -> Sequence[RateShare]:
    """Return the rates of what the order has of the same tax class, or of its first line."""
    taxed = [each for each in state.lines if each.line is not None and each.taxes]
    own = goods.facts["product__tax_class"]
    alike = (each for each in taxed if each.line and each.line.snapshot.get("tax_class") == own)
    found = next(alike, taxed[0] if taxed else None)
    return found.taxes if found else ()


def _set_freight(state: Edited, operation: Mapping[str, object]) -> None:
    before = state.freight_minor
    state.freight_minor = _whole(operation, "minor", highest=LARGEST_MINOR)
    state.freight_taxes = rescaled(state.freight_taxes, before, state.freight_minor)


def _set_address(state: Edited, operation: Mapping[str, object]) -> None:
    given = operation.get("address")
    if not isinstance(given, Mapping) or not set(given) <= set(ADDRESS_FIELDS):
        raise _Impossible("address")
    state.address |= {str(name): _text(value) for name, value in given.items()}


def _set_note(state: Edited, operation: Mapping[str, object]) -> None:
    state.note = _text(operation.get("note"))


OPERATIONS: Final[Mapping[str, Callable[[Edited, Mapping[str, object]], None]]] = {
    "set_price": _set_price,
    "set_quantity": _set_quantity,
    "remove_line": _remove_line,
    "add_line": _add_line,
    "set_freight": _set_freight,
    "set_address": _set_address,
    "set_note": _set_note,
}


def _unknown(state: Edited, operation: Mapping[str, object]) -> None:
    raise _Impossible("op")


def _line(state: Edited, operation: Mapping[str, object]) -> EditedLine:
    wanted = _uuid(operation, "line")
    found = next((each for each in state.lines if each.line and each.line.pk == wanted), None)
    if found is None:
        raise _Impossible("line")
    return found


def _uuid(operation: Mapping[str, object], name: str) -> UUID:
    try:
        return UUID(str(operation.get(name)))
    except ValueError:
        raise _Impossible(name) from None


def _whole(operation: Mapping[str, object], name: str, *, lowest: int = 0, highest: int) -> int:
    value = operation.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise _Impossible(name)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise _Impossible("text")
    return value.replace("\x00", "").strip()
