"""Journals: posted once, balanced, taken back once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.ledger.errors import (
    AlreadyReversed,
    BalanceTooLarge,
    EmptyJournal,
    InsufficientBalance,
    InvalidLeg,
    JournalKeyReused,
    NotReversible,
    UnbalancedJournal,
    UnknownAsset,
    UnknownJournal,
)
from kernel.ledger.models import Account, Journal, Posting
from kernel.ledger.services import (
    TENANT,
    Leg,
    Owner,
    adjust,
    balance,
    freeze,
    post,
    post_bulk,
    reverse,
    statement,
    trial_balance,
    verify,
)
from kernel.ledger.tests.samples import GRANTS, SHOP, a_member, entry, moving
from kernel.tenancy.context import TenantRef

NOW = utc_now()
STAFF = Actor("staff", "stf_1", "Li")

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def give(member: Owner, minor: int, key: str = "given") -> Journal:
    return post(key=key, kind="test.given", legs=moving(minor, source=GRANTS, target=member))


def test_a_journal_moves_units_and_names_what_it_was_for() -> None:
    member, order = a_member(), uuid7()

    journal = post(
        key="order:1",
        kind="order.paid",
        legs=[Leg(GRANTS, "cny", -700), Leg(member, "cny", 500), Leg(TENANT, "cny", 200)],
        occurred_at=NOW,
        reference=("order", order),
        data={"number": "A1"},
    )

    assert (balance(member, "cny"), balance(TENANT, "cny"), balance(GRANTS, "cny")) == (
        500,
        200,
        -700,
    )
    line = statement(member, "cny").lines[0]
    assert (line.minor, line.balance_after, line.kind) == (500, 500, "order.paid")
    assert (line.reference_type, line.reference_id, line.data) == ("order", order, {"number": "A1"})
    assert (journal.occurred_at, journal.lines) == (NOW, 3)
    assert verify() == []


def test_the_same_booking_again_is_the_one_that_was_made() -> None:
    member = a_member()

    first = give(member, 5)
    second = give(member, 5)

    assert second == first
    assert balance(member, "cny") == 5


@pytest.mark.parametrize(
    "other",
    [
        lambda member: {"legs": moving(6, source=GRANTS, target=member)},
        lambda member: {"legs": moving(5, source=SHOP, target=member)},
        lambda member: {"kind": "test.other"},
        lambda member: {"reference": ("order", uuid7())},
        lambda member: {"data": {"a": 1}},
    ],
)
def test_a_key_is_not_used_for_another_booking(other: Callable[[Owner], dict[str, object]]) -> None:
    member = a_member()
    give(member, 5)
    told = {
        "key": "given",
        "kind": "test.given",
        "legs": moving(5, source=GRANTS, target=member),
        **other(member),
    }

    with pytest.raises(JournalKeyReused):
        post(**told)  # type: ignore[arg-type]

    assert Journal.objects.count() == 1


@pytest.mark.parametrize(
    ("legs", "refusal"),
    [
        ([], EmptyJournal),
        ([Leg(SHOP, "cny", 0), Leg(TENANT, "cny", 0)], EmptyJournal),
        ([Leg(SHOP, "cny", 5)], UnbalancedJournal),
        ([Leg(SHOP, "cny", 5), Leg(TENANT, "usd", -5)], UnbalancedJournal),
        ([Leg(SHOP, "cny", True), Leg(TENANT, "cny", -1)], InvalidLeg),
        ([Leg(SHOP, "cny", 10**15 + 1), Leg(TENANT, "cny", -(10**15) - 1)], InvalidLeg),
        ([Leg(SHOP, "cny", 1, "nowhere"), Leg(TENANT, "cny", -1)], InvalidLeg),
        ([Leg(SHOP, "cny", 1, "frozen"), Leg(TENANT, "cny", -1)], InvalidLeg),
        ([Leg(SHOP, "beans", 1), Leg(TENANT, "beans", -1)], UnknownAsset),
        (
            [Leg(Owner("member", UUID(int=1)), "cny", -1), Leg(TENANT, "cny", 1)],
            InsufficientBalance,
        ),
    ],
)
def test_a_booking_that_is_not_possible_leaves_nothing(
    legs: list[Leg], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        post(key="x", kind="test.moved", legs=legs)

    assert not Journal.objects.exists()
    assert not Account.objects.filter(balance_minor__gt=0).exists()


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_1_to_200_characters(key: str) -> None:
    with pytest.raises(InvalidLeg):
        post(key=key, kind="test.moved", legs=moving(1, source=SHOP, target=TENANT))


def test_a_balance_beyond_counting_is_refused() -> None:
    legs = moving(10**15, source=SHOP, target=TENANT) * 2000
    for key in ("1", "2"):
        post(key=key, kind="test.moved", legs=legs)

    with pytest.raises(BalanceTooLarge):
        post(key="3", kind="test.moved", legs=legs)
    with pytest.raises(InvalidLeg):
        post(key="4", kind="test.moved", legs=legs * 2)

    assert balance(TENANT, "cny") == 4 * 10**18


def test_an_owner_of_a_kind_that_is_somebody_has_an_id() -> None:
    for kind in ("member", "seller", "robot"):
        with pytest.raises(ValueError, match=kind):
            Owner(kind)


def test_the_order_of_legs_does_not_decide_whether_they_fit() -> None:
    member = a_member()

    post(
        key="x",
        kind="test.moved",
        legs=[Leg(member, "cny", -3), Leg(SHOP, "cny", -7), Leg(member, "cny", 10)],
    )

    assert balance(member, "cny") == 7
    assert verify() == []


def test_a_reversal_takes_everything_back_once() -> None:
    member = a_member()
    journal = give(member, 5)

    back = reverse(journal.id, key="back", reason="a mistake")

    assert (balance(member, "cny"), back.reverses_id) == (0, journal.id)
    assert back.data == {"reason": "a mistake"}
    assert reverse(journal.id, key="back", reason="a mistake") == back
    with pytest.raises(AlreadyReversed):
        reverse(journal.id, key="again", reason="a mistake")
    with pytest.raises(NotReversible):
        reverse(back.id, key="forth", reason="x")
    assert Journal.objects.count() == 2
    assert verify() == []


def test_what_is_spent_cannot_be_taken_back() -> None:
    member = a_member()
    journal = give(member, 5)
    post(key="spent", kind="test.spent", legs=moving(1, source=member, target=SHOP))

    with pytest.raises(InsufficientBalance):
        reverse(journal.id, key="back", reason="x")

    assert balance(member, "cny") == 4


def test_holds_are_not_reversed_and_unknown_journals_neither() -> None:
    member = a_member()
    give(member, 5)
    hold = freeze(member, "cny", 2, key="kept")

    with pytest.raises(NotReversible):
        reverse(hold.journal_id, key="back", reason="x")
    with pytest.raises(UnknownJournal):
        reverse(uuid7(), key="back", reason="x")


def test_an_adjustment_is_on_the_record_once() -> None:
    member = a_member()

    for _time in range(2):
        adjust(member, "cny", 9, key="adj", reason="goodwill", actor=STAFF)
    with pytest.raises(InvalidLeg):
        adjust(member, "cny", 9, key="adj2", reason=" ", actor=STAFF)

    assert balance(member, "cny") == 9
    assert [one.reason for one in AuditEntry.objects.filter(action="ledger.adjusted")] == [
        "goodwill"
    ]


def test_a_statement_is_read_page_by_page_from_the_newest() -> None:
    member = a_member()
    for number in range(1, 8):
        give(member, number, key=f"given:{number}")

    first = statement(member, "cny", limit=3)
    second = statement(member, "cny", limit=3, before=first.next_before)
    third = statement(member, "cny", limit=3, before=second.next_before)

    pages = [[line.minor for line in page.lines] for page in (first, second, third)]
    assert pages == [[7, 6, 5], [4, 3, 2], [1]]
    assert third.next_before is None
    assert statement(member, "cny", since=utc_now() + timedelta(days=1)).lines == ()
    assert statement(member, "cny", kinds=("test.other",)).lines == ()
    assert statement(a_member(), "cny").lines == ()


def test_the_trial_balance_adds_up_to_zero() -> None:
    give(a_member(), 5, key="1")
    give(a_member(), 7, key="2")

    lines = {(line.owner_kind, line.asset): line for line in trial_balance()}

    assert (lines["member", "cny"].positive, lines["member", "cny"].accounts) == (12, 2)
    assert lines["system", "cny"].balance == -12
    assert sum(line.balance for line in lines.values()) == 0


def test_one_entry_that_is_refused_refuses_all() -> None:
    member = a_member()
    entries = [
        entry("1", moving(5, source=SHOP, target=member)),
        entry("2", moving(6, source=member, target=SHOP)),
    ]

    with pytest.raises(InsufficientBalance) as caught:
        post_bulk(entries)

    assert (caught.value.key, caught.value.fields) == ("2", {"asset": "cny", "missing": "1"})
    assert not Posting.objects.exists()


def test_a_bulk_with_entries_that_were_posted_posts_the_rest() -> None:
    member = a_member()
    entries = [entry(str(n), moving(n + 1, source=SHOP, target=member)) for n in range(4)]
    before = post_bulk(entries[:2])

    after = post_bulk([*entries, entries[3]])

    assert after.new == {"2", "3"}
    assert {key: after.ids[key] for key in before.ids} == before.ids
    assert balance(member, "cny") == 10
    assert post_bulk([]).ids == {}
    with pytest.raises(JournalKeyReused):
        post_bulk([entry("9", list(entries[0].legs)), entry("9", list(entries[1].legs))])


def test_bulk_posting_takes_the_same_statements_for_one_and_for_many(
    in_tenant_a: TenantRef, django_assert_num_queries: Callable[..., object]
) -> None:
    members = [a_member() for _number in range(20)]
    opening = [entry(f"o{n}", moving(9, source=SHOP, target=m)) for n, m in enumerate(members)]
    post_bulk(opening)

    for count in (1, 20):
        entries = [
            entry(f"{count}:{n}", moving(1, source=m, target=SHOP))
            for n, m in enumerate(members[:count])
        ]
        # A savepoint and its end, keys, accounts, locks, lines, balances.
        with django_assert_num_queries(7):  # type: ignore[attr-defined]
            post_bulk(entries)
