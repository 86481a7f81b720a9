"""Whatever happens in whatever order, the books add up."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kernel.common.time import utc_now
from kernel.ledger.errors import (
    AlreadyReversed,
    HoldClosed,
    HoldExceeded,
    InsufficientBalance,
    NotReversible,
)
from kernel.ledger.models import Account, Asset, Hold, Journal, Lot, LotUse, Posting
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
from kernel.ledger.tests.samples import GRANTS, SHOP, points
from kernel.tenancy.context import TenantRef

NOW = utc_now()
DAY = timedelta(days=1)
ASSETS = ("cny", "points")
MEMBERS = tuple(Owner("member", UUID(int=number)) for number in (1, 2, 3))
AMOUNTS = st.integers(1, 30)
WHO = st.sampled_from(MEMBERS)
WHAT = st.sampled_from(ASSETS)


class Books(RuleBasedStateMachine):
    """A ledger beside a model of it: who has how much, and what is held."""

    def __init__(self) -> None:
        super().__init__()
        self.have: defaultdict[tuple[Owner, str], int] = defaultdict(int)
        self.held: dict[UUID, tuple[Owner, str, int]] = {}
        self.journals: list[UUID] = []
        self.count = 0
        self.today = NOW
        self._scope = transaction.atomic()
        self._scope.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._scope.__exit__(None, None, None)

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    @initialize()
    def define(self) -> None:
        points()

    @rule(who=WHO, what=WHAT, minor=AMOUNTS, days=st.integers(1, 20))
    def grant(self, who: Owner, what: str, minor: int, days: int) -> None:
        expires_at = self.today + days * DAY if what == "points" else None
        legs = [Leg(GRANTS, what, -minor), Leg(who, what, minor, expires_at=expires_at)]
        self.journals.append(post(key=self.key(), kind="test.granted", legs=legs).id)
        self.have[who, what] += minor

    @rule(who=WHO, what=WHAT, minor=AMOUNTS)
    def spend(self, who: Owner, what: str, minor: int) -> None:
        legs = [Leg(who, what, -minor), Leg(SHOP, what, minor)]
        if self.have[who, what] < minor:
            with pytest.raises(InsufficientBalance):
                post(key=self.key(), kind="test.spent", legs=legs)
            return
        self.journals.append(post(key=self.key(), kind="test.spent", legs=legs).id)
        self.have[who, what] -= minor

    @rule(giver=WHO, taker=WHO, what=WHAT, minors=st.lists(AMOUNTS, min_size=1, max_size=4))
    def move_in_bulk(self, giver: Owner, taker: Owner, what: str, minors: list[int]) -> None:
        entries = [
            Entry(self.key(), "test.moved", [Leg(giver, what, -minor), Leg(taker, what, minor)])
            for minor in minors
        ]
        if giver != taker and self.have[giver, what] < sum(minors):
            with pytest.raises(InsufficientBalance):
                post_bulk(entries)
            return
        self.journals.extend(post_bulk(entries).ids.values())
        self.have[giver, what] -= sum(minors)
        self.have[taker, what] += sum(minors)

    @precondition(lambda self: self.journals)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        journal = data.draw(st.sampled_from(self.journals))
        try:
            back = reverse(journal, key=self.key(), reason="test")
        except (AlreadyReversed, InsufficientBalance, NotReversible):
            return
        for leg in Posting.objects.filter(journal=back).select_related("account__asset"):
            if leg.account.owner_kind == "member":
                owner = Owner("member", leg.account.owner_id)
                self.have[owner, leg.account.asset.code] += leg.minor

    @precondition(lambda self: self.journals)
    @rule(data=st.data(), what=WHAT, minor=AMOUNTS, who=WHO)
    def refund_a_part(self, data: st.DataObject, what: str, minor: int, who: Owner) -> None:
        undone = data.draw(st.sampled_from(self.journals))
        legs = [Leg(SHOP, what, -minor), Leg(who, what, minor, undoes=undone)]
        post(key=self.key(), kind="test.refunded", legs=legs)
        self.have[who, what] += minor

    @rule(who=WHO, what=WHAT, minor=AMOUNTS)
    def keep(self, who: Owner, what: str, minor: int) -> None:
        if self.have[who, what] < minor:
            with pytest.raises(InsufficientBalance):
                freeze(who, what, minor, key=self.key())
            return
        hold = freeze(who, what, minor, key=self.key())
        self.held[hold.id] = (who, what, minor)
        self.have[who, what] -= minor

    @precondition(lambda self: self.held)
    @rule(data=st.data(), minor=AMOUNTS)
    def capture_some(self, data: st.DataObject, minor: int) -> None:
        hold = data.draw(st.sampled_from(sorted(self.held)))
        who, what, left = self.held[hold]
        legs = [Leg(SHOP, what, minor)]
        if minor > left:
            with pytest.raises((HoldExceeded, HoldClosed)):
                capture(hold, legs, key=self.key())
            return
        self.journals.append(capture(hold, legs, key=self.key()).id)
        self.held[hold] = (who, what, left - minor)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), minor=st.none() | AMOUNTS)
    def let_go(self, data: st.DataObject, minor: int | None) -> None:
        hold = data.draw(st.sampled_from(sorted(self.held)))
        who, what, left = self.held[hold]
        if left == 0 or (minor or 0) > left:
            with pytest.raises((HoldExceeded, HoldClosed)):
                release(hold, key=self.key(), minor=minor)
            return
        release(hold, key=self.key(), minor=minor)
        self.held[hold] = (who, what, left - (minor or left))
        self.have[who, what] += minor or left

    @rule(days=st.integers(1, 9))
    def let_time_pass(self, days: int) -> None:
        self.today += days * DAY
        due = Lot.objects.filter(expires_at__lte=self.today, remaining_minor__gt=0)
        for lot in due.select_related("account"):
            self.have[Owner("member", lot.account.owner_id), "points"] -= lot.remaining_minor
        expire(now=self.today)
        assert not due.all().exists()

    @invariant()
    def everything_adds_up(self) -> None:
        assert verify() == []
        for who in MEMBERS:
            for what in ASSETS:
                kept = sum(left for o, a, left in self.held.values() if (o, a) == (who, what))
                assert balance(who, what) == self.have[who, what]
                assert balance(who, what, "frozen") == kept
        with connection.cursor() as cursor:
            # What the database checks at commit, now.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(
    ("examples", "steps"),
    [
        pytest.param(10, 20, id="short"),
        pytest.param(80, 50, id="long", marks=pytest.mark.soak),
    ],
)
def test_any_sequence_keeps_the_books_right(
    in_tenant_a: TenantRef, examples: int, steps: int
) -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@st.composite
def bookings(draw: st.DrawFn) -> list[list[Leg]]:
    """Journals of several legs, possible or not, of money and of what expires."""
    found = []
    for _journal in range(draw(st.integers(1, 12))):
        legs = []
        for what in draw(st.lists(WHAT, min_size=1, max_size=2, unique=True)):
            minors = draw(st.lists(st.integers(-9, 20), min_size=1, max_size=4))
            legs += [Leg(draw(WHO), what, minor) for minor in minors]
            legs.append(Leg(SHOP, what, -sum(minors)))
        if any(leg.minor for leg in legs):
            found.append(legs)
    return found


def rows() -> list[object]:
    """Return everything that the ledger holds, without ids and moments of writing."""
    keys = dict(Journal.objects.values_list("id", "key"))
    codes = dict(Asset.objects.values_list("id", "code"))
    names = {
        account.id: (account.owner_kind, account.owner_id, codes[account.asset_id], account.state)
        for account in Account.objects.all()
    }
    return [
        sorted(
            (names[a.id], a.balance_minor, a.sequence, a.may_go_negative)
            for a in Account.objects.exclude(sequence=0)
        ),
        sorted(Journal.objects.values_list("key", "kind", "fingerprint", "lines", "occurred_at")),
        sorted(
            (keys[p.journal_id], p.line, names[p.account_id], p.sequence, p.minor, p.balance_after)
            for p in Posting.objects.all()
        ),
        sorted(
            (names[lot.account_id], keys[lot.journal_id], lot.granted_minor, lot.remaining_minor)
            for lot in Lot.objects.all()
        ),
        sorted(
            (keys[use.journal_id], keys[use.lot.journal_id], use.used_minor, use.restored_minor)
            for use in LotUse.objects.select_related("lot")
        ),
        Hold.objects.count(),
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(wanted=bookings())
def test_a_bulk_leaves_what_single_journals_leave(
    in_tenant_a: TenantRef, wanted: list[list[Leg]]
) -> None:
    possible: list[Entry] = []
    with transaction.atomic():
        points()
        for number, legs in enumerate(wanted):
            entry = Entry(f"k{number}", "test.moved", legs, occurred_at=NOW)
            try:
                post(key=entry.key, kind=entry.kind, legs=legs, occurred_at=NOW)
            except InsufficientBalance:
                continue
            possible.append(entry)
        singly = rows()
        transaction.set_rollback(True)

    with transaction.atomic():
        points()
        post_bulk(possible)
        assert rows() == singly
        assert verify() == []
        transaction.set_rollback(True)
