"""Settled in batches or order by order: the same balances, whatever is refunded and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.ledger.services import Leg, Owner, balance, post, system, verify
from kernel.rewards.engine.book import Line, MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.errors import EventRefused, NotSettable
from kernel.rewards.models import DueOrder, Programme, SettledLine
from kernel.rewards.packs.loading import bundle
from kernel.rewards.services import credit, enter, open_programme, refund, settle, settling
from kernel.tenancy.context import TenantRef

PEOPLE: Final = 6
NUMBERS: Final = count(1)
PACKS: Final = (["BD-01"], ["BD-02"], ["BD-03"], ["BD-03", "AD-05"], ["BD-02", "AD-05"])
who = st.integers(0, PEOPLE - 1)
LIFE = st.fixed_dictionaries(
    {
        "packs": st.sampled_from(PACKS),
        "above": st.lists(st.integers(-1, PEOPLE), min_size=PEOPLE, max_size=PEOPLE),
        "rounds": st.lists(
            st.fixed_dictionaries(
                {
                    "orders": st.lists(
                        st.tuples(who, st.integers(0, 50_000), st.integers(0, 900), who, who),
                        max_size=4,
                    ),
                    # Which order, and how many per cent of it are refunded by then.
                    "early": st.lists(
                        st.tuples(st.integers(0, 9), st.integers(1, 100)), max_size=3
                    ),
                    "between": st.lists(
                        st.tuples(st.integers(0, 9), st.integers(1, 100)), max_size=2
                    ),
                    "spend": st.lists(who, max_size=2),
                    "late": st.lists(st.tuples(st.integers(0, 9), st.integers(1, 100)), max_size=3),
                }
            ),
            min_size=1,
            max_size=3,
        ),
    }
)


@dataclass(slots=True)
class Sold:
    """An order of both worlds."""

    key: str
    paid: int
    back: int = 0


class Twins:
    """A programme that settles in batches, and the engine that takes every event at once."""

    def __init__(self, packs: list[str], above: list[int]) -> None:
        self.money = f"twins_{next(NUMBERS)}"
        self.programme = open_programme(self.money, packs, money=self.money)
        self.engine = Engine(bundle(packs, sale=False), {}, book=MemoryBook())
        self.ids = [UUID(int=at + 1) for at in range(PEOPLE)]
        self.above = [one if 0 <= one < at else None for at, one in enumerate(above)]
        self.sold: list[Sold] = []
        for at, one in enumerate(self.ids):
            sponsor = self.above[at]
            self.engine.apply(
                {
                    "type": "member.opened",
                    "member": str(one),
                    "sponsor": None if sponsor is None else str(self.ids[sponsor]),
                }
            )

    def path(self, at: int) -> list[UUID]:
        found, above = [], self.above[at]
        while above is not None:
            found.append(self.ids[above])
            above = self.above[above]
        return found

    def order(self, buyer: int, goods: int, shipping: int, *parties: int) -> None:
        one = Sold(f"order-{len(self.sold)}", goods + shipping)
        self.sold.append(one)
        part = {
            name: str(self.ids[at])
            for name, at in zip(("ambassador", "partner"), parties, strict=True)
        }
        self.engine.apply(
            {
                "type": "order.paid",
                "order": one.key,
                "buyer": str(self.ids[buyer]),
                "paid": text(one.paid),
                "goods": text(goods),
                **part,
            }
        )
        for kind in ("order.completed", "order.return_window_closed"):
            self.engine.apply({"type": kind, "order": one.key})
        given: dict[str, Any] = {
            "paid_minor": one.paid,
            "base_minor": goods,
            "path": self.path(buyer),
            "parties": part,
        }
        for is_new in (True, False):
            assert enter(self.programme, one.key, self.ids[buyer], **given) is is_new

    def refund(self, which: int, per_cent: int) -> None:
        if not self.sold:
            return
        one = self.sold[which % len(self.sold)]
        back = max(one.back, one.paid * per_cent // 100)
        if back > one.back:
            self.engine.apply(
                {"type": "order.refunded", "order": one.key, "amount": text(back - one.back)}
            )
        refund(self.programme, one.key, back)
        assert refund(self.programme, one.key, one.back) == 0
        assert refund(self.programme, one.key, back) == 0
        one.back = back

    def spend(self, at: int) -> None:
        owner, name = Owner("member", self.ids[at]), f"m:{self.ids[at]}:avail"
        minor = balance(owner, self.money)
        assert minor == self.engine.book.balance(name, "CNY")
        if minor:
            post(
                key=f"{self.money}:{self.ids[at]}:{next(NUMBERS)}",
                kind="test.spent",
                legs=[Leg(owner, self.money, -minor), Leg(system("spent"), self.money, minor)],
            )
            self.engine.book.post(Line(name, "psp", "CNY", minor, "SPENT"))

    def balances(self) -> list[tuple[int, int]]:
        return [
            (
                balance(Owner("member", one), self.money),
                -balance(system(f"rewards.exp:receivable:{one}"), self.money),
            )
            for one in self.ids
        ]

    def engine_balances(self) -> list[tuple[int, int]]:
        book = self.engine.book
        return [
            (book.balance(f"m:{one}:avail", "CNY"), book.balance(f"exp:receivable:{one}", "CNY"))
            for one in self.ids
        ]


def text(minor: int) -> str:
    return str(Decimal(minor).scaleb(-2))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=LIFE)
def test_batches_end_where_the_engine_ends_order_by_order(
    shop: TenantRef, life: dict[str, Any]
) -> None:
    """Given any orders; when they are settled, refunded and spent; then the figures agree."""
    twins = Twins(life["packs"], life["above"])
    for number, one in enumerate(life["rounds"]):
        for order in one["orders"]:
            twins.order(*order)
        for which in one["early"]:
            twins.refund(*which)
        run = settle(twins.programme, f"round-{number}")
        for which in one["between"]:
            twins.refund(*which)
        credit(run.id)
        assert settle(twins.programme, f"round-{number}").id == run.id
        assert credit(run.id) == 0
        assert twins.balances() == twins.engine_balances()
        for at in one["spend"]:
            twins.spend(at)
        for which in one["late"]:
            twins.refund(*which)
        assert twins.balances() == twins.engine_balances()
    assert verify() == []


def test_a_refund_before_the_settlement_takes_an_order_out_of_it(shop: TenantRef) -> None:
    programme, member = due_order("BD-01")

    assert refund(programme, "one", 10_500) == 0
    credit(settle(programme, "night").id)

    assert balance(Owner("member", member), programme.assets["CNY"]) == 0
    assert not SettledLine.objects.filter(
        order_number=DueOrder.objects.get(programme=programme).number
    ).exists()


def test_who_owes_after_a_refund_pays_it_with_what_he_is_credited_next(shop: TenantRef) -> None:
    programme, member = due_order("BD-01")
    owner, money = Owner("member", member), programme.assets["CNY"]
    credit(settle(programme, "first").id)
    post(
        key="spent",
        kind="test.spent",
        legs=[Leg(owner, money, -900), Leg(system("spent"), money, 900)],
    )

    assert refund(programme, "one", 10_500) == 1_000
    owed = balance(system(f"rewards.exp:receivable:{member}"), money)
    enter(programme, "two", UUID(int=7), paid_minor=20_000, base_minor=20_000, path=[member])
    credit(settle(programme, "second").id)

    assert owed == -900
    assert balance(owner, money) == 1_100
    assert balance(system(f"rewards.exp:receivable:{member}"), money) == 0
    assert verify() == []


def test_orders_that_were_never_entered_are_not_refunded(shop: TenantRef) -> None:
    programme, _member = due_order("BD-01")
    with pytest.raises(EventRefused):
        refund(programme, "other", 1)


@pytest.mark.parametrize("rule", [
    {"on": "period.closed"},
    {"on": ["order.completed", "order.refunded"]},
    {"on": "order.completed", "release": "delay"},
])  # fmt: skip
def test_rules_that_batches_would_pay_otherwise_are_refused_by_name(
    shop: TenantRef, monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any]
) -> None:
    """Given a rule of another event or a later release; then it is named, not left out."""
    programme, _member = due_order("BD-01")
    pack = bundle(["BD-01"], sale=False)[0]
    packs = [replace(pack, rules=[*pack.rules, {**pack.rules[0], "id": "OTHER", **rule}])]
    monkeypatch.setattr(settling, "bundle", lambda _codes: packs)

    with pytest.raises(NotSettable) as refused:
        settle(programme, "night")

    assert refused.value.fields == {"rule": "OTHER"}


def due_order(pack: str) -> tuple[Programme, UUID]:
    """Return a programme with one order of 100.00 and a shipping of 5.00, and who stands above."""
    member = UUID(int=5)
    programme = open_programme("Nightly", [pack], money="nightly")
    enter(programme, "one", UUID(int=6), paid_minor=10_500, base_minor=10_000, path=[member])
    return programme, member
