"""What somebody has follows him into the account that stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.common.time import utc_now
from kernel.ledger.models import Lot
from kernel.ledger.services import balance, ensure_asset, freeze, post, release, verify
from kernel.ledger.values import Leg, Owner, system
from kernel.members.services.balances import hand_over_late
from kernel.members.services.merging import merge_members
from kernel.members.tests.people import CLERK
from kernel.tenancy.context import TenantRef
from testkit.factories.orders import make_member
from testkit.web import store

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()


def given(owner: Owner, asset: str, minor: int, *, key: str, days: int | None = None) -> None:
    ends = None if days is None else NOW + timedelta(days=days)
    legs = [Leg(system("tests"), asset, -minor), Leg(owner, asset, minor, expires_at=ends)]
    post(key=key, kind="tests.given", legs=legs)


def test_balances_go_to_the_account_that_stays_and_keep_their_dates() -> None:
    kept, absorbed = make_member(), make_member()
    new, old = Owner("member", kept.pk), Owner("member", absorbed.pk)
    ensure_asset(
        "points", "points", {"en": "Points", "zh-hans": "积分"}, 0, expires=True, expiry_days=30
    )
    given(old, "cny", 500, key="1")
    given(old, "points", 20, key="2", days=3)
    given(old, "points", 5, key="3", days=9)
    before = sorted(Lot.objects.values_list("expires_at", "remaining_minor"))

    merge_members(kept.pk, absorbed.pk, actor=CLERK, reason="one person", now=NOW)

    assert (balance(new, "cny"), balance(new, "points")) == (500, 25)
    assert (balance(old, "cny"), balance(old, "points")) == (0, 0)
    living = Lot.objects.filter(remaining_minor__gt=0)
    assert sorted(living.values_list("expires_at", "remaining_minor")) == before
    assert verify() == []


def test_a_member_reads_what_he_has_and_how_it_came(tenant_a: TenantRef) -> None:
    with store(tenant_a) as browser:
        owner = Owner("member", browser.as_member().pk)
        names = {"en": "Points", "zh-hans": "积分"}
        ensure_asset("points", "points", names, 0, expires=True, expiry_days=30)
        given(owner, "points", 20, key="1", days=9)
        given(owner, "points", 5, key="2", days=3)
        post(key="3", kind="t", legs=[Leg(owner, "points", -1), Leg(system("t"), "points", 1)])
        root = "/api/v1/store/members/assets/"
        listed = {each["code"]: each for each in browser.get(root).json()}
        page = browser.get(f"{root}points/?limit=2").json()
        rest = browser.get(f"{root}points/?before={page['next']}").json()
        unknown = browser.get(f"{root}gold/").status_code

    assert listed["points"]["available"] == "24"
    assert listed["points"]["next_expiry"]["amount"] == "4", "the oldest go first"
    assert [each["amount"] for each in page["moves"]] == ["-1", "5"]
    assert [each["balance_after"] for each in rest["moves"]] == ["20"]
    assert unknown == 404


def test_what_was_held_follows_when_it_is_let_go() -> None:
    kept, absorbed = make_member(), make_member()
    new, old = Owner("member", kept.pk), Owner("member", absorbed.pk)
    given(old, "cny", 500, key="1")
    hold = freeze(old, "cny", 200, key="2")
    merge_members(kept.pk, absorbed.pk, actor=CLERK, reason="one person", now=NOW)
    release(hold.pk, key="3")

    hand_over_late(now=NOW)
    hand_over_late(now=NOW)

    assert (balance(new, "cny"), balance(old, "cny")) == (500, 0)
    assert verify() == []
