"""What members earn by modes, as they meet it on the storefront and over the API."""

from __future__ import annotations

import pytest

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.relations.tests.people import bind
from kernel.rewards.policy.choices import Outcome
from kernel.rewards.policy.services import add_opinion, approve, ask
from kernel.rewards.services import open_programme
from kernel.rewards.services.following import follow_order
from testkit.factories.orders import make_member, make_variant, orders_in, pay, place
from testkit.web import TenantClient
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
