"""Monitors as staff meet them, and as the public does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.ledger.services import Owner, adjust, ensure_asset
from kernel.rewards.monitors.models import Halt, Limit, Loosening, Reading
from kernel.rewards.monitors.services import ask_to_lift
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member
from testkit.web import console, store

NOW = utc_now()
OTHER = Actor(kind="staff", id="stf_other", name="Zhang Min")


def test_staff_see_charts_tighten_limits_and_lift_halts_in_two(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        for back in range(5):
            Reading.objects.create(
                monitor="T2",
                day=(NOW - timedelta(days=back)).date(),
                figure=Decimal("0.5") + Decimal(back) / 20,
                level="ok",
                facts={"rewards": 12345, "margin": 24690, "orders": 40},
                read_at=NOW,
            )
        halt = Halt.objects.create(monitor="T2", measure="stop", since=NOW)
        ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0)
        owner = Owner("member", make_member().pk)
        adjust(owner, "points", 5, key="by-hand", reason="Sorry", actor=OTHER)
    with console(tenant_a, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view", "rewards.manage", "rewards.approve")
        page = desk.get("/rewards/monitors/").content.decode()
        assert "Nothing new is earned" in page
        assert "1 change by hand waits" in page
        chart = desk.get("/rewards/monitors/T2/").content.decode()
        assert "chart-t2" in chart
        assert "246.90" in chart
        loose = desk.post("/rewards/monitors/T2/", {"warn": "2", "act": "3", "reason": "x"})
        assert "never be looser than those of the platform" in loose.content.decode()
        desk.post("/rewards/monitors/T2/", {"warn": "0.6", "act": "0.7", "reason": "careful"})
        asked = f"/rewards/monitors/halts/{halt.public_id}/"
        desk.post(asked, {"act": "ask", "reason": "Rates were lowered"})
        desk.post(asked, {"act": "lift"})
        with tenant_context(tenant_a):
            halt.refresh_from_db()
            assert (halt.reason, halt.lifted_at) == ("Rates were lowered", None)
            ask_to_lift(halt.pk, reason="Rates were lowered", actor=OTHER, now=NOW)
            assert Limit.objects.get().act == Decimal("0.7")
        desk.post(asked, {"act": "lift"})
        waiting = desk.get("/rewards/monitors/changes/").content.decode()
        entry = waiting.partition('name="entry" value="')[2].partition('"')[0]
        desk.post("/rewards/monitors/changes/", {"entry": entry})
        assert "Nothing waits" in desk.get("/rewards/monitors/changes/").content.decode()
        desk.post("/rewards/monitors/read/")
        assert desk.get("/rewards/monitors/NONE/").status_code == 404
        with tenant_context(tenant_a):
            halt.refresh_from_db()
            assert halt.lifted_at is not None


def test_looser_limits_wait_on_the_page_for_another_person(tenant_a: TenantRef) -> None:
    """Given tight limits; when loosened on the page; then a second person sees and approves."""
    page = "/rewards/monitors/T2/"
    with console(tenant_a, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view", "rewards.manage", "rewards.approve")
        desk.post(page, {"warn": "0.5", "act": "0.6", "reason": "careful"})
        desk.post(page, {"warn": "0.7", "act": "0.8", "reason": "A calm month"})
        with tenant_context(tenant_a):
            asked = Loosening.objects.get()
            assert Limit.objects.get().act == Decimal("0.6")
        own = desk.get(page).content.decode()
        assert "Looser limits are asked for" in own
        assert "Approve the looser limits" not in own
        decide = f"/rewards/monitors/loosenings/{asked.public_id}/"
        desk.post(decide, {"act": "approve"})
        desk.as_staff("rewards.view", "rewards.manage", email="third@example.com")
        desk.post(decide, {"act": "approve"})
        with tenant_context(tenant_a):
            assert Limit.objects.get().act == Decimal("0.6")
        desk.as_staff("rewards.view", "rewards.approve", email="second@example.com")
        assert (
            "asks for looser limits: A calm month"
            in desk.get("/rewards/monitors/").content.decode()
        )
        assert "Approve the looser limits" in desk.get(page).content.decode()
        desk.post(decide, {"act": "approve"})
        with tenant_context(tenant_a):
            asked.refresh_from_db()
            assert (asked.state, Limit.objects.get().act) == ("approved", Decimal("0.8"))


def test_the_shop_says_in_public_that_payouts_are_late(tenant_a: TenantRef) -> None:
    with store(tenant_a, headers={"Accept-Language": "en"}) as shop:
        assert "within the usual time" in shop.get("/payouts/").content.decode()
        with tenant_context(tenant_a):
            Reading.objects.create(
                monitor="T9", day=NOW.date(), figure=9, level="act", read_at=NOW,
                facts={"waiting": 3, "failed": 1},
            )  # fmt: skip
        page = shop.get("/payouts/").content.decode()
        assert "9 days" in page
        shop.as_member()
        assert "/payouts/" in shop.get("/account/wallet/").content.decode()
