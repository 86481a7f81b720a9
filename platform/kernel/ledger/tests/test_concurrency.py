"""Many post at once: nobody waits for ever, nothing is lost or counted twice."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from secrets import token_hex
from typing import TypeVar
from uuid import UUID

import pytest
from django.db import connections

from kernel.common.time import utc_now
from kernel.ledger.errors import AlreadyReversed, HoldClosed, HoldExceeded, InsufficientBalance
from kernel.ledger.models import Account, Hold, Journal
from kernel.ledger.services import (
    Entry,
    Leg,
    Owner,
    balance,
    capture,
    expire,
    freeze,
    post,
    post_bulk,
    release,
    reverse,
    verify,
)
from kernel.ledger.tests.samples import GRANTS, SHOP, a_member, entry, moving, points
from kernel.tenancy.context import TenantRef, TenantThreadPool

THREADS = 8
T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T]:
    """Run all of these at the same moment, each on a connection of its own."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            start.wait()
            return work()
        finally:
            connections.close_all()

    with TenantThreadPool(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


@pytest.mark.parametrize(
    "each", [pytest.param(25, id="short"), pytest.param(400, id="long", marks=pytest.mark.soak)]
)
def test_eight_threads_post_among_the_same_accounts(books: TenantRef, each: int) -> None:
    owners = [a_member() for _number in range(5)]
    seed = token_hex(4)
    print("seed", seed)

    def work(number: int) -> Counter[Owner]:
        dice = random.Random(f"{seed}{number}")
        moved: Counter[Owner] = Counter()
        for turn in range(each):
            entries = [
                _gift(f"{number}:{turn}:{part}", dice=dice, owners=owners)
                for part in range(dice.choice((1, 1, 1, 20)))
            ]
            post_bulk(entries)
            for one in entries:
                moved.update({leg.owner: leg.minor for leg in one.legs[:-1]})
        return moved

    totals: Counter[Owner] = Counter()
    for moved in at_once(*(partial(work, number) for number in range(THREADS))):
        totals.update(moved)

    assert {owner: balance(owner, "cny") for owner in owners} == {o: totals[o] for o in owners}
    assert balance(SHOP, "cny") == -totals.total()
    assert verify() == []


def _gift(key: str, *, dice: random.Random, owners: Sequence[Owner]) -> Entry:
    some = dice.sample(owners, dice.randint(1, len(owners)))
    legs = [Leg(owner, "cny", dice.randint(1, 9)) for owner in some]
    return entry(key, [*legs, Leg(SHOP, "cny", -sum(leg.minor for leg in legs))])


def test_threads_that_do_everything_at_once_leave_right_books(books: TenantRef) -> None:
    points()
    owners = [a_member() for _number in range(3)]
    for owner in owners:
        for asset in ("cny", "points"):
            legs = moving(100, source=GRANTS, target=owner, asset=asset)
            post(key=f"{owner.id}{asset}", kind="test.given", legs=legs)
    seed = token_hex(4)
    print("seed", seed)

    def work(number: int) -> None:
        dice = random.Random(f"{seed}{number}")
        for turn in range(15):
            _anything(f"{number}:{turn}", dice=dice, owners=owners)

    at_once(*(partial(work, number) for number in range(THREADS)))

    assert verify() == []
    assert not Account.objects.filter(owner_kind="member", balance_minor__lt=0).exists()


def _anything(key: str, *, dice: random.Random, owners: Sequence[Owner]) -> None:
    owner, other = dice.sample(owners, 2)
    asset, minor = dice.choice(("cny", "points")), dice.randint(1, 40)
    hold = Hold.objects.order_by("?").first()
    try:
        match dice.randint(0, 4):
            case 0:
                legs = moving(minor, source=owner, target=other, asset=asset)
                post(key=key, kind="test.moved", legs=legs)
            case 1:
                freeze(owner, asset, minor, key=key)
            case 2 if hold is not None:
                code = Account.objects.get(id=hold.account_id).asset.code
                capture(hold.id, [Leg(SHOP, code, min(minor, 5))], key=key)
            case 3 if hold is not None:
                release(hold.id, key=key)
            case _:
                expire(now=utc_now())
    except (InsufficientBalance, HoldClosed, HoldExceeded):
        pass


def test_the_same_key_from_many_threads_is_one_journal(books: TenantRef) -> None:
    member = a_member()

    def work() -> UUID:
        legs = moving(5, source=GRANTS, target=member)
        return post(key="same", kind="test.given", legs=legs).id

    assert set(at_once(*[work] * 4)) == {Journal.objects.get().id}
    assert balance(member, "cny") == 5
    assert verify() == []


def test_bulks_that_overlap_in_any_order_post_each_journal_once(books: TenantRef) -> None:
    member = a_member()
    entries = [entry(str(n), moving(1, source=GRANTS, target=member)) for n in range(60)]
    orders = [random.Random(number).sample(entries, 60) for number in range(4)]

    at_once(*(partial(post_bulk, order) for order in orders))

    assert balance(member, "cny") == 60
    assert verify() == []


def test_a_balance_is_spent_once(books: TenantRef) -> None:
    member = a_member()
    post(key="given", kind="test.given", legs=moving(10, source=GRANTS, target=member))

    def spend(number: int) -> bool:
        try:
            legs = moving(4, source=member, target=SHOP)
            post(key=f"spent:{number}", kind="test.spent", legs=legs)
        except InsufficientBalance:
            return False
        return True

    done = at_once(*(partial(spend, number) for number in range(6)))

    assert done.count(True) == 2
    assert balance(member, "cny") == 2


def test_a_hold_is_captured_or_released_once(books: TenantRef) -> None:
    member = a_member()
    post(key="given", kind="test.given", legs=moving(10, source=GRANTS, target=member))
    hold = freeze(member, "cny", 10, key="hold")

    def take(number: int) -> bool:
        try:
            if number % 2:
                release(hold.id, key=f"r{number}")
            else:
                capture(hold.id, [Leg(SHOP, "cny", 10)], key=f"c{number}")
        except HoldClosed:
            return False
        return True

    done = at_once(*(partial(take, number) for number in range(6)))

    assert done.count(True) == 1
    assert balance(member, "cny") + balance(SHOP, "cny") == 10
    assert verify() == []


def test_a_journal_is_reversed_once(books: TenantRef) -> None:
    member = a_member()
    journal = post(key="given", kind="test.given", legs=moving(9, source=GRANTS, target=member))

    def back(number: int) -> bool:
        try:
            reverse(journal.id, key=f"back:{number}", reason="test")
        except (AlreadyReversed, InsufficientBalance):
            return False
        return True

    done = at_once(*(partial(back, number) for number in range(4)))

    assert done.count(True) == 1
    assert balance(member, "cny") == 0
    assert verify() == []
