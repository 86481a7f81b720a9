"""Points expire oldest first, and a refund returns their own expiry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.common.time import utc_now
from kernel.ledger.models import Journal, Lot
from kernel.ledger.services import (
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
    system,
    verify,
    wallet,
)
from kernel.ledger.tests.samples import GRANTS, SHOP, a_member, entry, moving, points

NOW = utc_now()
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("in_tenant_a")


@pytest.fixture
def member() -> Owner:
    """A member with 10 points for ten days, then 20 for twenty, then 30 for ever."""
    points()
    owner = a_member()
    for days, minor in ((20, 20), (10, 10), (None, 30)):
        give(owner, minor, days=days)
    return owner


def give(owner: Owner, minor: int, *, days: int | None) -> Journal:
    expires_at = None if days is None else NOW + days * DAY
    return post(
        key=f"given:{days}:{minor}",
        kind="test.given",
        legs=[
            Leg(GRANTS, "points", -minor),
            Leg(owner, "points", minor, expires_at=expires_at),
        ],
    )


def spend(owner: Owner, minor: int, key: str = "spent") -> Journal:
    legs = moving(minor, source=owner, target=SHOP, asset="points")
    return post(key=key, kind="test.spent", legs=legs)


def batches(owner: Owner) -> list[tuple[int | None, int]]:
    """Return days to live and what is left, of the batches that hold something."""
    lots = Lot.objects.filter(account__owner_id=owner.stored_id, remaining_minor__gt=0)
    return sorted(
        (
            (lot.expires_at - NOW) // DAY if lot.expires_at else 999,
            lot.remaining_minor,
        )
        for lot in lots
    )


def test_the_oldest_are_spent_first(member: Owner) -> None:
    spend(member, 15)

    assert batches(member) == [(20, 15), (999, 30)]
    assert verify() == []


def test_what_is_due_expires_and_nothing_else(member: Owner) -> None:
    assert expire(now=NOW + 9 * DAY) == 0
    assert expire(now=NOW + 10 * DAY) == 1
    assert expire(now=NOW + 10 * DAY) == 0

    assert batches(member) == [(20, 20), (999, 30)]
    assert balance(member, "points") == 50
    assert balance(system("points.expired"), "points") == 10
    assert expire(now=NOW + 9999 * DAY) == 1
    assert balance(member, "points") == 30
    assert verify() == []


def test_a_reversal_restores_the_expiry_that_was(member: Owner) -> None:
    spent = spend(member, 25)
    assert batches(member) == [(20, 5), (999, 30)]

    reverse(spent.id, key="back", reason="refund")

    assert batches(member) == [(10, 10), (20, 20), (999, 30)]
    assert verify() == []


def test_parts_that_come_back_are_those_that_live_longest(member: Owner) -> None:
    spent = spend(member, 25)

    for number, minor in enumerate((4, 13, 10)):
        legs = moving(minor, source=SHOP, target=member, asset="points", undoes=spent.id)
        post(key=f"part:{number}", kind="test.refunded", legs=legs)

    # 25 went out, 27 came back: two that this journal never took are a batch of their own.
    assert batches(member) == [(10, 10), (20, 20), (999, 2), (999, 30)]
    assert verify() == []


def test_what_comes_back_after_its_expiry_expires(member: Owner) -> None:
    spent = spend(member, 5)
    expire(now=NOW + 11 * DAY)

    reverse(spent.id, key="back", reason="refund")
    assert balance(member, "points") == 55
    assert expire(now=NOW + 11 * DAY) == 1

    assert batches(member) == [(20, 20), (999, 30)]
    assert verify() == []


def test_taking_a_grant_back_takes_its_own_batch(member: Owner) -> None:
    granted = Journal.objects.get(key="given:20:20")

    reverse(granted.id, key="back", reason="a mistake")

    assert batches(member) == [(10, 10), (999, 30)]
    assert verify() == []


def test_what_is_frozen_does_not_expire_and_returns_to_its_batches(member: Owner) -> None:
    hold = freeze(member, "points", 25, key="hold")
    assert batches(member) == [(20, 5), (999, 30)]

    assert expire(now=NOW + 15 * DAY) == 0
    release(hold.id, key="some", minor=12)
    assert batches(member) == [(20, 17), (999, 30)]
    release(hold.id, key="rest")

    assert batches(member) == [(10, 10), (20, 20), (999, 30)]
    assert expire(now=NOW + 15 * DAY) == 1
    assert verify() == []


def test_a_refund_of_a_capture_returns_to_the_batches_that_were_frozen(member: Owner) -> None:
    hold = freeze(member, "points", 25, key="hold")
    taken = capture(hold.id, [Leg(SHOP, "points", 12)], key="taken")
    release(hold.id, key="rest")
    assert batches(member) == [(20, 18), (999, 30)]

    legs = moving(12, source=SHOP, target=member, asset="points", undoes=taken.id)
    post(key="refund", kind="test.refunded", legs=legs)

    assert batches(member) == [(10, 10), (20, 20), (999, 30)]
    assert verify() == []


def test_an_asset_has_an_expiry_of_its_own() -> None:
    points(expiry_days=30)
    member = a_member()

    post_bulk([entry("x", moving(5, source=GRANTS, target=member, asset="points"))], now=NOW)

    assert batches(member) == [(30, 5)]


def test_the_wallet_names_assets_and_the_next_expiry(member: Owner) -> None:
    spend(member, 5)

    chinese = {line.code: line for line in wallet(member, language="zh-hans")}
    english = {line.code: line for line in wallet(member, language="en")}

    assert (chinese["points"].name, english["points"].name) == ("积分", "Points")
    assert (english["points"].available, english["points"].decimal()) == (55, "55")
    assert english["points"].next_expiry == (NOW + 10 * DAY, 5)


def test_a_bulk_spends_and_restores_batches_like_single_journals(member: Owner) -> None:
    spent = spend(member, 5)
    legs = [
        moving(7, source=member, target=SHOP, asset="points"),
        moving(5, source=SHOP, target=member, asset="points", undoes=spent.id),
        moving(1, source=member, target=SHOP, asset="points"),
    ]

    post_bulk([entry(str(number), one) for number, one in enumerate(legs)])

    assert batches(member) == [(10, 4), (20, 18), (999, 30)]
    assert verify() == []
