"""What members earn by modes, as they meet it on the storefront and over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.outbox.events import Envelope, read_event
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import local_date, utc_now
from kernel.members.models import Member
from kernel.notifications.kinds import kind_of
from kernel.notifications.models import Message
from kernel.notifications.services import choose
from kernel.notifications.services.composing import compose
from kernel.orders.models import Order
from kernel.relations.tests.people import bind
from kernel.rewards.events import UnitsExpiring
from kernel.rewards.models import Memory
from kernel.rewards.policy.choices import Outcome
from kernel.rewards.policy.services import add_opinion, approve, ask
from kernel.rewards.services import handle, open_programme
from kernel.rewards.services.following import follow_order
from kernel.rewards.services.lapsing import tell_of_expiring
from kernel.tenancy.context import current_tenant, tenant_context
from testkit.factories.orders import make_member, make_variant, orders_in, pay, place
from testkit.tenants import open_test_tenant
from testkit.web import TenantClient, store
from themes.tests.test_buying import text_of

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
SECOND = Actor(kind="staff", id="stf_second", name="Zhang Min")


def run_mode(code: str) -> None:
    """Have a mode approved and switched on."""
    now = utc_now()
    row = ask([code], ["US"], reason="Spring", actor=OWNER, now=now)
    if row.outcome == Outcome.APPROVAL:
        add_opinion(
            row.pk, author="Fang", filename="o.pdf", content=b"%PDF-1.7", actor=OWNER, now=now
        )
    approve(row.pk, actor=SECOND, now=now)
    open_programme(code, [code])


def bought_below(member: Member) -> tuple[Member, Order]:
    """Have somebody whom a member invited buy for 200."""
    buyer = make_member()
    bind(buyer.pk, member.pk)
    group = place((make_variant(minor=10_000).pk, 2), member_id=buyer.pk, now=utc_now())
    pay(group)
    return buyer, orders_in(group)[0]


@pytest.mark.usefixtures("shelf")
def test_a_member_sees_what_each_order_brought_and_why(browser: TenantClient) -> None:
    member = browser.as_member()
    assert "Nothing yet" in text_of(browser.get("/account/earnings/"))
    assert browser.get("/rewards/").status_code == 404
    run_mode("BD-02")
    _buyer, order = bought_below(member)
    follow_order(order.pk, "delivered")

    waiting = text_of(browser.get("/account/earnings/"))
    follow_order(order.pk, "completed")
    earned = browser.get("/account/earnings/").content.decode()
    rules = text_of(browser.get("/rewards/"))
    told = browser.get("/api/v1/store/rewards/").json()
    lines = browser.get("/api/v1/store/rewards/lines/?asset=reward_money").json()["items"]

    assert "Booked as waiting first" in waiting
    assert "Order of 兰* · level 1 · 10\u00a0%" in earned
    assert "兰兰" not in earned.partition("<ol")[2].partition("</ol>")[0]
    assert "Available now: Order of 兰*" in earned
    assert "10\u00a0% of the order" in rules
    assert "available once the order can no longer be returned" in rules
    assert told["totals"][0] | {"name": ""} == {
        "asset": "reward_money",
        "name": "",
        "available": "20.00",
        "frozen": "0.00",
        "claimed": "0.00",
        "expiring": [],
    }
    assert told["place"]["invited"] == 1
    assert [(each["amount"], each["cause"]) for each in lines] == [
        ("20.00", "released"),
        ("20.00", "order"),
    ]


@pytest.mark.usefixtures("shelf")
def test_an_invitation_has_a_poster_with_a_code_to_scan(browser: TenantClient) -> None:
    browser.as_member()
    page = browser.get("/account/invite/").content.decode()
    drawn = browser.get("/account/invite/poster.svg")

    assert "/account/invite/poster.svg" in page
    assert drawn.headers["Content-Type"] == "image/svg+xml"
    assert "<path" in drawn.content.decode()
    assert browser.get("/account/earnings/?of=nothing").status_code == 404


def test_strangers_are_asked_to_sign_in(browser: TenantClient) -> None:
    for path in ("/account/earnings/", "/account/invite/poster.svg"):
        assert browser.get(path).status_code == 302
    assert browser.get("/api/v1/store/rewards/").status_code == 401


@pytest.mark.usefixtures("shelf")
def test_a_member_sees_what_expires_and_is_told_in_his_language(browser: TenantClient) -> None:
    """Given points for 365 days; when six days are left; then page, API and a message say so."""
    member = browser.as_member()
    run_mode("LOY-01")
    group = place((make_variant(minor=10_000).pk, 2), member_id=member.pk, now=utc_now())
    pay(group)
    follow_order(orders_in(group)[0].pk, "completed")
    soon = utc_now() + timedelta(days=360)

    page = text_of(browser.get("/account/earnings/?of=reward_pts_0"))
    chinese = text_of(
        browser.get("/account/earnings/?of=reward_pts_0", headers={"Accept-Language": "zh-hans"})
    )
    rules = text_of(browser.get("/rewards/"))
    told = browser.get("/api/v1/store/rewards/").json()["totals"]
    for _ in range(2):
        tell_of_expiring(now=soon)
    row = OutboxEvent.objects.get(name=UnitsExpiring.name)
    kind = kind_of("rewards.expiring")
    assert kind is not None
    letters = []
    for language in ("zh-hans", "en"):
        choose(member.pk, language=language, unwanted=())
        envelope = Envelope(uuid7(), row.sequence, row.name, row.aggregate, row.created_at)
        compose(kind, read_event(row.name, row.version, row.payload), envelope)
        letters.append(Message.objects.filter(member_id=member.pk).latest("created_at").body)

    last = local_date(utc_now(), current_tenant().zone) + timedelta(days=365)
    english = f"{last.day} {last:%b %Y}"
    assert f"after {english}" in page
    assert f"{last} 后失效" in chinese
    assert "365 days after they are available" in rules
    (points,) = [each for each in told if each["asset"] == "reward_pts_0"]
    assert [one["amount"] for one in points["expiring"]] == [points["available"]]
    assert letters == [
        f"您有 {points['available']} 积分可使用至 {last}，逾期失效。",
        f"You can use {points['available']} Points until {english}. After that day they are gone.",
    ]


@pytest.mark.usefixtures("committing")
def test_a_member_sees_how_far_the_next_rank_of_a_mode_is() -> None:
    """Given a mode with ranks in a sandbox; when a member looks; then have and need are there."""
    tenant = open_test_tenant(kind="sandbox")
    with store(tenant, headers={"Accept-Language": "en"}) as browser:
        member = browser.as_member()
        with tenant_context(tenant):
            programme = open_programme("Linked", ["AD-01"])
            handle(programme, {"type": "member.opened", "key": "m", "member": str(member.pk)})
            Memory.objects.filter(kind="member", key=str(member.pk)).update(
                record={"role": "agent", "referrals": [["x", "y"]]}
            )
        page = browser.get("/account/earnings/").content.decode()
        chinese = browser.get("/account/earnings/", headers={"Accept-Language": "zh-hans"})
        place = browser.get("/api/v1/store/rewards/").json()["place"]

    assert "Next: Boss" in page
    assert '<progress max="100" value="50" aria-label="People you invited whose' in page
    assert "下一级：老板" in chinese.content.decode()
    assert "1 / 2" in text_of(chinese)
    assert (place["ranks"], place["next_ranks"][0]["rank"]) == (["Agent"], "Boss")
