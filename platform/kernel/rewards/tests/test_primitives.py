"""The pieces that rules are made of, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.rewards.engine import queues, trees
from kernel.rewards.engine.book import MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import largest_remainder, number, text, units
from kernel.rewards.engine.run import Run
from kernel.rewards.engine.selectors import select
from kernel.rewards.engine.store import MemoryStore
from kernel.rewards.errors import EventRefused, NotANumber, RuleUnreadable
from kernel.rewards.packs.loading import bundle


def chain(*names: str, **fields: list[Any]) -> Run:
    """Return the run of an order by the last of members each referred by the one before."""
    engine = Engine([])
    for at, name in enumerate(names):
        own = {field: values[at] for field, values in fields.items()}
        sponsor = names[at - 1] if at else None
        engine.apply({"type": "member.opened", "member": name, "sponsor": sponsor, **own})
    run = Run(engine, {"type": "order.completed"})
    run.order = {"id": "1", "buyer": names[-1], "base": "100"}
    return run


def chosen(run: Run, spec: Mapping[str, Any], field: str = "") -> list[Any]:
    found = select(run, spec)
    return [(one["to"], one[field]) if field else one["to"] for one in found]


def test_figures_are_rounded_down_and_shown_with_the_digits_of_their_asset() -> None:
    assert units(Fraction("64.025"), 2) == 6402
    assert units(Fraction("-0.019"), 2) == -1
    assert text(-5, 2) == "-0.05"
    with pytest.raises(NotANumber):
        number("12 yuan")


@settings(max_examples=25, deadline=None)
@given(
    total=st.integers(0, 10**12),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=30),
)
def test_a_split_adds_up_and_is_off_by_less_than_a_unit(total: int, weights: list[int]) -> None:
    parts = largest_remainder(total, [Fraction(one) for one in weights])
    if not any(weights):
        assert parts == [0] * len(weights)
        return
    assert sum(parts) == total
    exact = [Fraction(total * one, sum(weights)) for one in weights]
    assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


def test_equal_remainders_go_to_the_earlier_entry() -> None:
    assert largest_remainder(100, [Fraction(1)] * 3) == [34, 33, 33]


def test_nobody_is_put_below_himself() -> None:
    store = MemoryStore()
    trees.attach(store, "sponsor", "A", None)
    trees.attach(store, "sponsor", "B", "A")
    with pytest.raises(EventRefused):
        trees.attach(store, "sponsor", "A", "B")


def test_seats_fill_breadth_first_from_left_to_right_below_the_sponsor() -> None:
    store = MemoryStore()
    trees.place(store, "A", None, 2)
    for member, start in (("B", "A"), ("C", "A"), ("D", "A"), ("E", "C"), ("F", "A")):
        trees.place(store, member, start, 2)
    assert trees.children(store, trees.SEATS, "B") == ["D", "F"]
    assert trees.children(store, trees.SEATS, "C") == ["E"]


def test_uplines_are_counted_from_the_buyer_and_can_be_compressed() -> None:
    run = chain("A", "B", "C", "D", idle=[False, False, True, False])
    assert chosen(run, {"uplines": "2"}) == ["C", "B"]
    assert chosen(run, {"uplines": "2", "skip": "to.idle"}) == ["B", "A"]
    assert chosen(run, {"uplines": "9"}, "level_name") == [("C", "1"), ("B", "2"), ("A", "3")]


def test_a_differential_walk_pays_only_what_a_higher_rank_has_more() -> None:
    run = chain("A", "B", "C", "D", "E", rank=["V3", "V1", "V2", "V1", "V0"])
    run.lets["rates"] = {"V0": "0", "V1": "5", "V2": "8", "V3": "12"}
    assert chosen(run, {"diff_walk": "rates"}, "rate") == [("D", 5), ("C", 3), ("A", 4)]


def test_the_nearest_who_fits_is_found_beyond_paid_levels() -> None:
    run = chain("A", "B", "C", "D", rank=["高级", "高级", "普通", "普通"])
    assert chosen(run, {"nearest": "to.rank == '高级'"}) == ["B"]


def test_agents_of_an_area_come_with_their_weights() -> None:
    run = chain("A")
    run.order["address"] = "440000/440300/440305"
    run.lets["agents"] = {"city:440300": [["C1", 1], ["C2", 4]], "city:1": [["X", 1]]}
    assert chosen(run, {"region": "city"}, "weight") == [("C1", 1), ("C2", 4)]
    assert chosen(run, {"region": "district"}) == []


def test_a_restock_rolls_up_past_empty_stocks_and_leaves_each_its_difference() -> None:
    run = chain("A", "B", "C", "D", tier=["1", "2", "3", "4"])
    run.lets["prices"] = {"1": "50", "2": "60", "3": "70", "4": "80"}
    engine = run.engine
    for member, stock in (("A", 9), ("B", 2)):
        engine.apply(
            {
                "type": "balance.opened",
                "member": member,
                "asset": "SKU-1",
                "amount": stock,
                "state": "stock",
                "contra": "goods:factory",
            }
        )
    spec = {"roll_up": "5", "of": "order.buyer", "prices": "prices", "sku": "SKU-1"}
    found = [(one["to"], one["units"], one["price"], one["part"]) for one in select(run, spec)]
    assert found == [
        ("B", 2, 70, "deliver"),
        ("C", 2, 10, "difference"),
        ("A", 3, 60, "deliver"),
        ("C", 3, 10, "difference"),
        ("B", 3, 10, "difference"),
    ]


def test_a_queue_is_first_come_and_closed_by_what_was_received() -> None:
    store = MemoryStore()
    for member in ("A", "B"):
        queues.join(store, "all", member=member, order=member, target=Fraction(10))
    queues.receive(store, "all", "1", Fraction(10))
    assert [record["member"] for _, record in queues.open_entries(store, "all")] == ["B"]
    queues.receive(store, "all", "1", Fraction(-1))
    assert [record["member"] for _, record in queues.open_entries(store, "all")] == ["A", "B"]
    queues.leave(store, "all", "A")
    assert [record["member"] for _, record in queues.open_entries(store, "all")] == ["B"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("step(tiers, 49999.99)", 2),
        ("step(tiers, 0)", 0),
        ("ladder(prices, 4, 100)", 100),
        ("ladder(prices, 23, 100)", 85),
        ("packet(100, 1, '0.9', '0.01')", 100),
        ("packet('0.05', 5, '0.99', '0.01')", Fraction("0.01")),
        ("bracket(taxes, 6000)", 180),
        ("bracket(taxes, 40000)", 1480),
        ("bracket(taxes, -1)", 0),
        ("matrix(3, 2)", 12),
        ("depth_of(2, 6)", 2),
        ("floor(pct(1.5, '1060.90'))", Fraction("15.91")),
        ("1 / 0", 0),
    ],
)
def test_functions_give_exact_figures(source: str, value: object) -> None:
    run = chain("A")
    run.lets.update(
        tiers=[["0", "0"], ["10000", "2"], ["50000", "4"]],
        prices={"5": "95.00", "20": "85.00"},
        taxes=[["36000", "3", "0"], [None, "10", "2520"]],
    )
    assert run.value(source) == value


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(RuleUnreadable):
        chain("A").value("win_rate + 1")


def test_a_count_that_the_engine_keeps_itself_pays_when_it_is_reached() -> None:
    engine = Engine(bundle(["AD-02"]), {}, counts=True)
    for name in "ABCD":
        sponsor = None if name == "A" else "A"
        engine.apply({"type": "member.opened", "member": name, "sponsor": sponsor})
    paid = {}
    for at, buyer in enumerate("ABBCD"):
        lines = engine.apply(
            {"type": "order.settled", "order": f"O{at}", "buyer": buyer, "paid": "600.00"}
        )
        paid[at] = [line.minor for line in lines if line.debit == "reward:PUSH3"]
    assert paid == {0: [], 1: [], 2: [], 3: [], 4: [60_000]}
    taken = engine.apply({"type": "order.refunded", "order": "O3", "scope": "full"})
    assert [line.minor for line in taken if line.credit == "reward:PUSH3"] == [60_000]


def _lines(pack: str, figures: dict[str, Any], *events: dict[str, Any]) -> tuple[Engine, list[Any]]:
    engine = Engine(bundle([pack]), figures, book=MemoryBook())
    booked: list[Any] = []
    for event in events:
        booked = engine.apply(dict(event))
    return engine, booked


def test_ad_points_are_released_by_the_threshold_that_they_reach() -> None:
    bought = {"type": "order.settled", "order": "1", "buyer": "A", "paid": "400.00"}
    opened = {"type": "member.opened", "member": "A"}
    done = {"type": "task.done", "member": "A"}
    table = {"release_thresholds": [["200", "1"], ["400", "1.2"]]}

    _, plain = _lines("CR-09", {}, opened, bought, done)
    _, stepped = _lines("CR-09", table, opened, bought, done)

    released = [
        next(line.minor for line in lines if line.debit == "reward:AD_RELEASE")
        for lines in (plain, stepped)
    ]
    assert released == [800, 480]


def test_who_has_grown_to_the_multiple_of_his_spending_has_to_leave() -> None:
    opened = [{"type": "member.opened", "member": one} for one in "AB"]
    orders = [
        {"type": "order.settled", "order": str(at), "buyer": buyer, "paid": paid}
        for at, (buyer, paid) in enumerate([("A", "1000.00"), *[("B", "1000.00")] * 4])
    ]
    stay, _ = _lines("CR-12", {}, *opened, *orders)
    left, _ = _lines("CR-12", {"exit_multiple": "0.3"}, *opened, *orders)

    assert stay.book.balance("m:A:avail", "GPT") > 0
    assert left.book.balance("m:A:avail", "GPT") == 0
    assert left.book.balance("m:A:avail", "CNY") >= 24_000
    assert left.book.balance("pool:value", "CNY") >= 0


def test_who_has_too_many_red_coupons_cannot_win_and_passes_on_only_where_it_is_allowed() -> None:
    engine = Engine(bundle(["XR-01"]), {}, book=MemoryBook())
    for one in "ABCDE":
        engine.apply({"type": "member.opened", "member": one})
        engine.apply({"type": "wallet.recharged", "member": one, "amount": "400.00"})
        engine.apply({"type": "group.joined", "group": "1", "member": one})
    red = {"type": "balance.opened", "member": "A", "asset": "RED", "contra": "issue:RED"}
    engine.apply({**red, "amount": "1200"})
    with pytest.raises(EventRefused):
        engine.apply({"type": "group.drawn", "group": "1", "winner": "A"})
    given = {"type": "asset.transferred", "member": "A", "recipient": "B", "asset": "RED"}
    assert engine.apply({**given, "qty": "100"}) == []
    engine.parameters["transfers_on"] = True
    engine.apply({**given, "qty": "5000"})
    assert engine.book.balance("m:B:avail", "RED") == 1_200
