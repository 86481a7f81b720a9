"""Programmes on the ledger and settlements in bulk: the same figures as the engine in memory."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.ledger.services import Owner, balance, post_bulk, verify
from kernel.rewards.engine.book import MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.errors import EventRefused, NotSettable
from kernel.rewards.models import DueOrder, Earning, Programme, SettledLine
from kernel.rewards.packs.loading import bundle
from kernel.rewards.services import (
    credit,
    crediting,
    handle,
    open_programme,
    release,
    settle,
    settling,
)
from kernel.tenancy.context import TenantRef

PACKS = ["BD-03", "AD-05"]


def chain(length: int) -> list[dict[str, Any]]:
    ids = [str(UUID(int=at + 1)) for at in range(length)]
    return [
        {
            "type": "member.opened",
            "key": f"m{at}",
            "member": one,
            "sponsor": ids[at - 1] if at else None,
        }
        for at, one in enumerate(ids)
    ]


def a_life(members: list[str]) -> list[dict[str, Any]]:
    return [
        {"type": "order.paid", "order": "1", "buyer": members[3], "paid": "283.45"},
        {"type": "order.completed", "order": "1"},
        {"type": "order.refunded", "order": "1", "amount": "100.00"},
        {"type": "order.return_window_closed", "order": "1"},
        {
            "type": "order.settled",
            "order": "2",
            "buyer": members[2],
            "paid": "50.00",
            "cost": "1.00",
        },
        {"type": "order.refunded", "order": "1", "scope": "full"},
        {
            "type": "order.settled",
            "order": "3",
            "buyer": members[3],
            "paid": "60.00",
            "cost": "1.00",
        },
    ]


@pytest.mark.parametrize("code", ["BD-02", "BD-06", "CR-13"])
def test_the_ledger_gets_what_the_engine_books_and_each_event_once(
    shop: TenantRef, code: str
) -> None:
    opened = chain(4)
    members = [one["member"] for one in opened]
    events = [{**one, "key": f"e{at}"} for at, one in enumerate(a_life(members))]
    programme = open_programme("One mode", [code])
    memory = Engine(bundle([code], sale=False), {}, book=MemoryBook())
    for event in [*opened, *events]:
        assert handle(programme, event) == memory.apply(dict(event))
        assert handle(programme, event) == []
    for member in members:
        owner = Owner("member", UUID(member))
        for state, ours in (("available", "avail"), ("locked", "frozen")):
            booked = balance(owner, "reward_money", state)
            assert booked == memory.book.balance(f"m:{member}:{ours}", "CNY")
    assert verify() == []


def test_a_programme_refuses_events_without_a_key_and_events_after_its_end(shop: TenantRef) -> None:
    programme = open_programme("Two levels", ["BD-02"])
    with pytest.raises(EventRefused):
        handle(programme, {"type": "member.opened", "member": "1"})
    Programme.objects.filter(id=programme.id).update(state="closed")
    with pytest.raises(EventRefused):
        handle(programme, chain(1)[0])


def fill(programme: Programme, orders: int, seed: int) -> dict[int, dict[str, Any]]:
    rng = random.Random(seed)
    members = [UUID(int=at + 1) for at in range(40)]
    rows = []
    for at in range(orders):
        above = rng.sample(members, rng.randrange(0, 10))
        rows.append(
            DueOrder(
                programme=programme,
                order_key=f"o{at}",
                buyer_id=uuid4(),
                base_minor=rng.randrange(0, 100_000),
                path=above,
                parties={"ambassador": str(rng.choice(members))} if rng.random() < 0.7 else {},
            )
        )
    made = DueOrder.objects.bulk_create(rows)
    return {
        row.number: {"path": row.path, "base": row.base_minor, "parties": row.parties}
        for row in made
    }


def by_engine(order: dict[str, Any]) -> list[tuple[str, int]]:
    """Return whom the engine pays for an order, alone and in memory."""
    engine = Engine(bundle(PACKS), {}, book=MemoryBook())
    line = [str(uuid4()), *(str(one) for one in order["path"])]
    for at in range(len(line) - 1, -1, -1):
        above = line[at + 1] if at + 1 < len(line) else None
        engine.apply({"type": "member.opened", "member": line[at], "sponsor": above})
    base = order["base"]
    lines = engine.apply(
        {
            "type": "order.settled",
            "order": "1",
            "buyer": line[0],
            "paid": f"{base // 100}.{base % 100:02}",
            **order["parties"],
        }
    )
    return sorted(
        (one.credit.split(":")[1], one.minor) for one in lines if one.debit.startswith("reward:")
    )


def test_a_settlement_writes_what_the_engine_pays_and_goes_on_where_it_died(
    shop: TenantRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = open_programme("Nine levels", PACKS)
    orders = fill(programme, 60, seed=1)
    monkeypatch.setattr(settling, "RANGE", 7)

    def die(done: int, of: int) -> None:
        if done >= 21:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        settle(programme, "2026-05", told=die)
    done = settle(programme, "2026-05")
    assert done.state == "done"
    paid: dict[int, list[tuple[str, int]]] = {number: [] for number in orders}
    for line in SettledLine.objects.all():
        paid[line.order_number].append((str(line.member_id), line.minor))
    assert {number: sorted(lines) for number, lines in paid.items()} == {
        number: by_engine(order) for number, order in orders.items()
    }
    written = SettledLine.objects.count()
    assert settle(programme, "2026-05").id == done.id
    assert settle(programme, "2026-06").last == done.last
    assert SettledLine.objects.count() == written
    assert sum(Earning.objects.values_list("minor", flat=True)) == sum(
        SettledLine.objects.values_list("minor", flat=True)
    )


def test_what_was_settled_is_credited_once_and_a_run_that_died_goes_on(
    shop: TenantRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = open_programme("Nine levels", PACKS)
    fill(programme, 30, seed=2)
    done = settle(programme, "2026-05")
    monkeypatch.setattr(crediting, "RANGE", 7)
    with monkeypatch.context() as dying:
        dying.setattr(crediting, "post_bulk", _dies_at(3, post_bulk))
        with pytest.raises(KeyboardInterrupt):
            credit(done.id)

    rest, again = credit(done.id), credit(done.id)

    earned = dict(Earning.objects.filter(settlement=done.id).values_list("member_id", "minor"))
    booked = {member: balance(Owner("member", member), "reward_money") for member in earned}
    assert rest == len(earned) - 14
    assert again == 0
    assert booked == earned
    assert verify() == []


def _dies_at(time: int, post: Any) -> Any:
    calls = 0

    def dying(entries: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == time:
            raise KeyboardInterrupt
        return post(entries)

    return dying


def test_rules_that_need_the_engine_are_not_settled_in_bulk(shop: TenantRef) -> None:
    for code in ("BD-06", "AD-02L", "CR-13", "AD-12", "CR-14", "BD-09"):
        with pytest.raises(NotSettable):
            settling.settable(open_programme(code, [code]))


def test_a_pool_is_released_exact_to_the_unit_and_once(shop: TenantRef) -> None:
    programme = open_programme("Release", ["BD-01"])
    holdings = {UUID(int=at + 1): at * 37 % 101 for at in range(500)}
    done = release(programme, "2026-05-01", 1_234_567, holdings)
    again = release(programme, "2026-05-01", 1_234_567, holdings)
    parts = dict(Earning.objects.filter(settlement=done.id).values_list("member_id", "minor"))
    assert again.id == done.id
    assert sum(parts.values()) == 1_234_567
    exact = {one: 1_234_567 * held / sum(holdings.values()) for one, held in holdings.items()}
    assert all(abs(parts.get(one, 0) - share) < 1 for one, share in exact.items())
