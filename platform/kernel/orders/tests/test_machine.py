"""The order machine: a table, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import pytest

from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.errors import TransitionRefused
from kernel.orders.machine import TRANSITIONS, check, failing_guard


@dataclass(frozen=True, slots=True)
class Standing:
    status: str
    payment_status: str
    fulfilment_status: str


EVERY = [Standing(*values) for values in product(OrderStatus, PaymentStatus, FulfilmentStatus)]
SETTLED = {"paid", "part_refunded", "refunded"}
SHIPPABLE = {"paid", "part_refunded", "authorised"}

# What the rules are, told once more in another way.
ALLOWED: Mapping[str, Callable[[Standing], bool]] = {
    "place": lambda s: s.status == "draft",
    "pay": lambda s: s.status == "placed",
    "edit": lambda s: s.status == "placed" and s.fulfilment_status == "unfulfilled",
    "cancel": lambda s: s.status in {"draft", "placed"} and s.fulfilment_status == "unfulfilled",
    "expire": lambda s: (
        s.status == "placed"
        and s.payment_status == "unpaid"
        and s.fulfilment_status == "unfulfilled"
    ),
    "ship": lambda s: (
        s.status == "placed"
        and s.payment_status in SHIPPABLE
        and s.fulfilment_status in {"unfulfilled", "partial"}
    ),
    "deliver": lambda s: s.status == "placed" and s.fulfilment_status in {"partial", "fulfilled"},
    "complete": lambda s: (
        s.status == "placed"
        and s.payment_status in SETTLED
        and s.fulfilment_status in {"delivered", "returned"}
    ),
}


@pytest.mark.parametrize("action", sorted(TRANSITIONS))
def test_an_action_is_possible_exactly_where_the_rules_say_so(action: str) -> None:
    for standing in EVERY:
        guard = failing_guard(standing, action)  # type: ignore[arg-type]

        assert (guard is None) == ALLOWED[action](standing), standing


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_nothing_leaves_an_end(status: str) -> None:
    for standing in EVERY:
        if standing.status == status:
            for action in TRANSITIONS:
                with pytest.raises(TransitionRefused):
                    check(standing, action)
