"""Holds: kept, captured in parts, released."""

from __future__ import annotations

import pytest

from kernel.common.ids import uuid7
from kernel.ledger.errors import (
    HoldClosed,
    HoldExceeded,
    InsufficientBalance,
    InvalidLeg,
    JournalKeyReused,
    UnbalancedJournal,
    UnknownHold,
)
from kernel.ledger.models import Hold, Journal
from kernel.ledger.services import (
    TENANT,
    Leg,
    Owner,
    balance,
    capture,
    freeze,
    post,
    release,
    verify,
)
from kernel.ledger.tests.samples import GRANTS, SHOP, a_member, moving

pytestmark = pytest.mark.usefixtures("in_tenant_a")


@pytest.fixture
def member() -> Owner:
    """A member with 100."""
    owner = a_member()
    post(key="given", kind="test.given", legs=moving(100, source=GRANTS, target=owner))
    return owner


def both(member: Owner) -> tuple[int, int]:
    return balance(member, "cny"), balance(member, "cny", "frozen")


def test_what_is_held_is_not_available(member: Owner) -> None:
    hold = freeze(member, "cny", 60, key="hold")

    assert both(member) == (40, 60)
    assert freeze(member, "cny", 60, key="hold") == hold
    with pytest.raises(InsufficientBalance):
        freeze(member, "cny", 41, key="more")
    with pytest.raises(JournalKeyReused):
        freeze(member, "cny", 61, key="hold")
    assert Hold.objects.count() == 1
    assert verify() == []


def test_a_hold_is_captured_in_parts_and_the_rest_released(member: Owner) -> None:
    hold = freeze(member, "cny", 60, key="hold")

    first = capture(hold.id, [Leg(SHOP, "cny", 15), Leg(TENANT, "cny", 5)], key="c1")
    again = capture(hold.id, [Leg(SHOP, "cny", 15), Leg(TENANT, "cny", 5)], key="c1")
    capture(hold.id, [Leg(SHOP, "cny", 30)], key="c2")
    rest = release(hold.id, key="r")

    assert again == first
    assert both(member) == (50, 0)
    assert (balance(SHOP, "cny"), balance(TENANT, "cny")) == (45, 5)
    assert release(hold.id, key="r") == rest
    kept = Hold.objects.get()
    assert (kept.captured_minor, kept.released_minor, kept.remaining_minor) == (50, 10, 0)
    assert verify() == []


def test_a_hold_gives_no_more_than_it_keeps(member: Owner) -> None:
    hold = freeze(member, "cny", 10, key="hold")
    freeze(member, "cny", 10, key="other")

    with pytest.raises(HoldExceeded) as caught:
        capture(hold.id, [Leg(SHOP, "cny", 11)], key="c")
    with pytest.raises(HoldExceeded):
        release(hold.id, key="r", minor=11)

    assert caught.value.fields["remaining"] == "10"
    assert both(member) == (80, 20)


def test_a_closed_hold_gives_nothing_more_and_repeats_what_it_did(member: Owner) -> None:
    hold = freeze(member, "cny", 10, key="hold")
    taken = capture(hold.id, [Leg(SHOP, "cny", 10)], key="c")

    assert capture(hold.id, [Leg(SHOP, "cny", 10)], key="c") == taken
    with pytest.raises(HoldClosed):
        capture(hold.id, [Leg(SHOP, "cny", 1)], key="c2")
    with pytest.raises(HoldClosed):
        release(hold.id, key="r")
    with pytest.raises(JournalKeyReused):
        release(hold.id, key="c")
    assert both(member) == (90, 0)


@pytest.mark.parametrize(
    ("legs", "refusal"),
    [
        ([], InvalidLeg),
        ([Leg(SHOP, "cny", -1)], InvalidLeg),
        ([Leg(SHOP, "usd", 1)], InvalidLeg),
        ([Leg(SHOP, "cny", 1, "frozen")], InvalidLeg),
        ([Leg(SHOP, "cny", 1), Leg(SHOP, "usd", 1)], UnbalancedJournal),
    ],
)
def test_a_capture_that_is_not_possible_takes_nothing(
    member: Owner, legs: list[Leg], refusal: type[Exception]
) -> None:
    hold = freeze(member, "cny", 10, key="hold")

    with pytest.raises(refusal):
        capture(hold.id, legs, key="c")

    assert both(member) == (90, 10)
    assert Journal.objects.count() == 2


@pytest.mark.parametrize("minor", [0, -1])
def test_only_something_is_held_or_released(member: Owner, minor: int) -> None:
    with pytest.raises(InvalidLeg):
        freeze(member, "cny", minor, key="nothing")
    hold = freeze(member, "cny", 10, key="hold")
    with pytest.raises(InvalidLeg):
        release(hold.id, key="r", minor=minor)


def test_a_hold_that_nobody_made_is_unknown() -> None:
    with pytest.raises(UnknownHold):
        capture(uuid7(), [Leg(SHOP, "cny", 1)], key="c")
    with pytest.raises(UnknownHold):
        release(uuid7(), key="r")
