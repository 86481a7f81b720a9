"""Whatever rules somebody composes and whatever happens: the books stay right.

Rules, trees and events are drawn from the published schema and the composer's pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kernel.rewards.engine.book import Line, MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import number
from kernel.rewards.errors import EventRefused
from kernel.rewards.packs.checking import problems
from kernel.rewards.packs.loading import pack, read
from kernel.rewards.tests.random_packs import (
    Event,
    WrittenStore,
    lives,
    orders,
    packs,
    trees,
    woven,
)

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
many = settings(max_examples=80, deadline=None, suppress_health_check=_SLOW)
_GUARDED = ("m:", "pool:", "reserve:", "escrow:")
_OF_OTHERS = ("m:", "pool:", "reserve:", "issue:")


def engine_of(document: dict[str, Any], store: WrittenStore | None = None) -> Engine:
    assume(not problems(document))
    return Engine([pack("RETAIL"), read(document)], book=MemoryBook(), store=store)


def told(engine: Engine, events: Iterable[Event]) -> list[list[Line]]:
    """Tell events; one that comes before its order, or that a rule refuses, changes nothing."""
    booked = []
    for event in events:
        before = balances(engine)
        try:
            booked.append(engine.apply(dict(event)))
        except EventRefused:
            assert balances(engine) == before
            booked.append([])
    return booked


def balances(engine: Engine) -> dict[tuple[str, str], int]:
    assert isinstance(engine.book, MemoryBook)
    return {(account, asset): minor for account, asset, minor in engine.book.balances() if minor}


@many
@given(document=packs(), opened=trees(), events=lives(shaken=True))
def test_books_add_up_nothing_is_below_zero_and_nothing_happens_twice(
    document: dict[str, Any], opened: list[Event], events: list[Event]
) -> None:
    engine = engine_of(document)
    for lines in told(engine, [*opened, *events]):
        assert all(line.minor > 0 for line in lines)
    assert isinstance(engine.book, MemoryBook)
    assert engine.book.adds_up()
    below = [
        one for one in balances(engine).items() if one[1] < 0 and one[0][0].startswith(_GUARDED)
    ]
    assert below == []
    before = balances(engine)
    applied = [event for event in events if engine.store.get("event", event["key"])]
    assert told(engine, applied) == [[] for _ in applied]
    assert balances(engine) == before


@many
@given(document=packs(), opened=trees(), events=lives(shaken=True))
def test_no_order_costs_the_shop_more_than_the_cap_of_its_margin(
    document: dict[str, Any], opened: list[Event], events: list[Event]
) -> None:
    assume("cap" in document)
    engine = engine_of(document)
    spent: dict[str, int] = {}
    cap = number(document["parameters"]["cap_rate"]["default"])
    for event in [*opened, *events]:
        name = str(event.get("order"))
        paid = sum(cost_of(line) for line in told(engine, [event])[0])
        spent[name] = spent.get(name, 0) + paid
        order = engine.store.get("order", name)
        # What others were given out of a pool since cannot be taken back by a refund.
        if order is not None and paid > 0:
            margin = number(order["base"]) - number(order["cost"])
            assert spent[name] <= max(margin * cap, Fraction(0)), event


def cost_of(line: Line) -> int:
    """Return what a line of rewards takes out of the shop's own pocket."""
    if line.asset != "CNY" or line.rule in SALE:
        return 0
    out = line.credit.startswith(_OF_OTHERS) and not line.debit.startswith(
        (*_OF_OTHERS, RECEIVABLE)
    )
    back = line.debit.startswith((*_OF_OTHERS, RECEIVABLE)) and line.credit.startswith(OWN)
    return line.minor if out else -line.minor if back else 0


SALE = {str(rule["id"]) for rule in pack("RETAIL").rules}
RECEIVABLE = "exp:receivable:"
OWN = ("reward:", "exp:own")


@many
@given(document=packs(), opened=trees(), events=lives(shaken=True))
def test_told_again_from_the_start_everything_comes_out_as_it_did(
    document: dict[str, Any], opened: list[Event], events: list[Event]
) -> None:
    original = told(engine_of(document), [*opened, *events])
    assert told(engine_of(document), [*opened, *events]) == original
    store = WrittenStore()
    engine = engine_of(document, store)
    kept = []
    for event in [*opened, *events]:
        try:
            kept.append(engine.apply(dict(event)))
            store.flush()
        except EventRefused:
            kept.append([])
            store.forget()
    assert kept == original


@many
@given(
    document=packs(alone=True),
    opened=trees(),
    lines=st.tuples(orders("O0"), orders("O1"), orders("O2"), orders("O3")),
    data=st.data(),
)
def test_events_of_orders_that_do_not_touch_each_other_may_come_in_any_order(
    document: dict[str, Any],
    opened: list[Event],
    lines: tuple[list[Event], ...],
    data: st.DataObject,
) -> None:
    one_after_another = engine_of(document)
    told(one_after_another, [*opened, *(event for line in lines for event in line)])
    mixed = engine_of(document)
    told(mixed, [*opened, *data.draw(woven(list(lines)))])
    assert balances(mixed) == balances(one_after_another)
