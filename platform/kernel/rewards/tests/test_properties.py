"""Random packs, trees and orders of events: the books add up and nothing pays twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.rewards.engine.accruals import of_order
from kernel.rewards.engine.book import MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import number
from kernel.rewards.packs.loading import bundle, codes

Event = dict[str, Any]
MEMBERS = [f"M{at}" for at in range(12)]
PERIOD = {
    "profit": "1000.00",
    "net_sales": "5000.00",
    "prev_day_profit": "100.00",
    "month": 1,
    "purpose": "airdrop",
    "total": "100",
    "claimed": MEMBERS[:6],
    "eligible": MEMBERS[:5],
}


def members(rng: random.Random) -> Iterator[Event]:
    for at, member in enumerate(MEMBERS):
        yield {
            "type": "member.opened",
            "member": member,
            "spend": "1000",
            "guild": "G1",
            "sponsor": rng.choice(MEMBERS[:at]) if at and rng.random() < 0.85 else None,
            "rank": rng.choice(["V0", "V1", "V2", "V3", "VIP", "高级"]),
            "stars": rng.randrange(5),
            "tier": rng.choice(["总代", "一级", "二级"]),
        }


def order(rng: random.Random, name: str) -> Iterator[Event]:
    paid = rng.randrange(1, 200_000)
    parties = ("buyer", "ambassador", "merchant", "video", "leader", "pickup", "owner", "shop")
    fields = {
        "order": name,
        "paid": f"{paid / 100:.2f}",
        "cost": f"{paid // 2 / 100:.2f}",
        "address": "1/2/3",
        "shares": rng.choice([0, 1, 2]),
        **{party: rng.choice(MEMBERS) for party in (*parties, "locked_by")},
    }
    if rng.random() < 0.5:
        yield {"type": "order.settled", **fields}
        return
    yield {"type": "order.paid", **fields}
    yield {
        "type": rng.choice(["order.completed", "order.completed", "order.verified"]),
        "order": name,
    }
    if rng.random() < 0.6:
        yield {"type": "order.return_window_closed", "order": name}


def life(rng: random.Random, steps: int = 30) -> list[Event]:
    events: list[Event] = []
    orders: list[str] = []
    for at in range(steps):
        chance = rng.random()
        if chance < 0.6 or not orders:
            orders.append(f"O{at}")
            events.extend(order(rng, orders[-1]))
        elif chance < 0.85:
            amount = {"amount": f"{rng.randrange(1, 50_000) / 100:.2f}"}
            whole = {"scope": "full"}
            events.append(
                {
                    "type": "order.refunded",
                    "order": rng.choice(orders),
                    **(amount if rng.random() < 0.5 else whole),
                }
            )
        elif chance < 0.9:
            events.append({"type": "order.return_window_closed"})
        else:
            draws = {member: rng.randrange(100) for member in MEMBERS}
            events.append(
                {
                    "type": "period.closed",
                    "kind": rng.choice(["day", "month"]),
                    "draws": draws,
                    **PERIOD,
                }
            )
    return [{**event, "key": f"k{at}"} for at, event in enumerate(events)]


def run(codes_of: list[str], opened: list[Event], events: list[Event]) -> tuple[Engine, MemoryBook]:
    book = MemoryBook()
    engine = Engine(bundle(codes_of), {}, book=book)
    for event in [*opened, *events]:
        assert all(line.minor > 0 for line in engine.apply(dict(event)))
    return engine, book


def balances(book: MemoryBook) -> dict[tuple[str, str], int]:
    return {(account, asset): minor for account, asset, minor in book.balances() if minor}


def never_below_zero(book: MemoryBook) -> bool:
    guarded = ("m:", "pool:", "reserve:", "escrow:")
    return all(minor >= 0 for account, _, minor in book.balances() if account.startswith(guarded))


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize(
    "lives", [pytest.param(2, id="short"), pytest.param(200, id="long", marks=pytest.mark.soak)]
)
def test_whatever_happens_the_books_of_a_mode_add_up_and_nobody_owes_unseen(
    code: str, lives: int
) -> None:
    for seed in range(lives):
        rng = random.Random(seed)
        opened, events = list(members(rng)), life(rng)
        engine, book = run([code], opened, events)
        assert book.adds_up()
        assert never_below_zero(book)
        before = balances(book)
        for event in events:
            assert engine.apply(dict(event)) == []
        assert balances(book) == before


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    codes_of=st.lists(st.sampled_from(codes()), min_size=1, max_size=3, unique=True),
)
def test_any_modes_together_add_up(seed: int, codes_of: list[str]) -> None:
    rng = random.Random(seed)
    opened, events = list(members(rng)), life(rng)
    _, book = run(codes_of, opened, events)
    assert book.adds_up()
    assert never_below_zero(book)
    _, again = run(codes_of, opened, events)
    assert balances(again) == balances(book)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_orders_that_do_not_depend_on_each_other_come_out_alike_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    opened = list(members(rng))
    orders = [
        {**event, "key": f"{at}-{step}"}
        for at in range(12)
        for step, event in enumerate(order(rng, f"O{at}"))
        if event["type"] == "order.settled"
    ]
    shuffled = rng.sample(orders, len(orders))
    for code in ("BD-02", "BD-03", "BD-06", "BD-09", "AD-05"):
        assert balances(run([code], opened, orders)[1]) == balances(
            run([code], opened, shuffled)[1]
        )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_rewards_of_an_order_stay_within_the_cap_of_its_margin(seed: int) -> None:
    rng = random.Random(seed)
    opened, events = list(members(rng)), life(rng)
    engine, _ = run(["AD-02L", "BD-03"], opened, events)
    for name, record in engine.store.items("order"):
        rewarded = sum(
            one["minor"]
            for _, one in of_order(engine.store, name)
            if one["debit"].startswith("reward:")
        )
        margin = number(record["base"]) - number(record["cost"])
        assert rewarded <= max(margin * 100 * 40 / 100, 0)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    cents=st.lists(st.integers(1, 30_000), min_size=1, max_size=4),
    code=st.sampled_from(["BD-01", "BD-02", "BD-03", "BD-05", "BD-06", "BD-09", "AD-05"]),
)
def test_after_refunds_everybody_has_what_an_order_of_the_rest_would_pay(
    seed: int, cents: list[int], code: str
) -> None:
    rng = random.Random(seed)
    opened = list(members(rng))
    agents = {
        f"{level}:{at}": [[MEMBERS[at], 1], [MEMBERS[at + 3], 4]]
        for at, level in enumerate(("province", "city", "district"), start=1)
    }
    fields = {
        "order": "O1",
        "buyer": MEMBERS[11],
        "address": "1/2/3",
        **{party: rng.choice(MEMBERS) for party in ("ambassador", "partner", "region")},
    }
    paid = sum(cents) + rng.randrange(1, 100_000)

    def rewards(first: int, refunds: list[int]) -> dict[str, int]:
        book = MemoryBook()
        engine = Engine(bundle([code]), {"agents": agents}, book=book)
        refunded = [
            {"type": "order.refunded", "order": "O1", "amount": f"{one / 100:.2f}"}
            for one in refunds
        ]
        order_of = {"type": "order.settled", "paid": f"{first / 100:.2f}", **fields}
        for event in [*opened, order_of, *refunded]:
            engine.apply(dict(event))
        return {
            account: minor
            for (account, _), minor in balances(book).items()
            if account.startswith("m:")
        }

    assert rewards(paid, cents) == rewards(paid - sum(cents), [])
