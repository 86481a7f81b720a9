"""Figures of modes in forms, simulations on pages."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.common.ids import parse_public_id, public_id
from kernel.rewards.policy.models import Activation
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.services import run_simulation
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

SUPPOSED = {
    "price": "100", "cost": "50", "orders": "40", "days": "20", "referred_pct": "80",
    "repeat_pct": "30", "refund_pct": "3", "withdraw_pct": "20", "seed": "3",
}  # fmt: skip
TWO_LEVELS = {"freeze_days": "7", "l1_pct": "8", "l2_pct": "5"}


def test_an_owner_simulates_a_mode_with_his_own_figures_and_reads_the_report(
    desk: TenantClient, tenant: TenantRef
) -> None:
    """Given own rates; when simulated; then progress is shown first, and then the report."""
    desk.as_staff("rewards.view", "rewards.manage")
    sent = desk.post("/rewards/BD-02/", {**TWO_LEVELS, **SUPPOSED, "act": "simulate"})
    assert sent.status_code == 302, sent.content.decode()[-3000:]
    path = sent["Location"]
    waiting = desk.get(path).content.decode()
    with tenant_context(tenant):
        key: UUID = parse_public_id("sim", path.strip("/").rpartition("/")[2])
        row = run_simulation(key)
    report = desk.get(path).content.decode()

    assert "<progress" in waiting
    assert row.parameters == {"freeze_days": "7", "l1_pct": "8"}
    assert report.count("<canvas") == 9
    assert "sim_" in desk.get("/rewards/simulations/").content.decode()


def test_names_of_assets_and_ranks_are_the_shop_s_own(
    desk: TenantClient, tenant: TenantRef
) -> None:
    """Given own names; when simulated; then they are kept with the figures."""
    desk.as_staff("rewards.view", "rewards.manage")
    page = desk.get("/rewards/CR-09/").content.decode()
    figures = {
        "points_per_yuan": "1",
        "release_pct_of_remaining": "2",
        "upline_pct_of_release": "9",
        "release_thresholds": "[]",
    }
    names = {"assets__ADP__zh": "麦穗", "assets__ADP__en": "Ears"}
    desk.post("/rewards/CR-09/", {**figures, **names, **SUPPOSED, "act": "simulate"})

    assert "assets__ADP__zh" in page
    with tenant_context(tenant):
        kept = Simulation.objects.get().parameters
    assert kept["names"] == {"assets": {"ADP": {"zh": "麦穗", "en": "Ears"}}}
    assert kept["upline_pct_of_release"] == "9"


@pytest.mark.parametrize("wrong", ["-1", "ten", "", "NaN", "1e9"])
def test_a_rate_that_does_not_fit_is_refused_at_its_field(
    desk: TenantClient, tenant: TenantRef, wrong: str
) -> None:
    """Given a negative or unreadable rate; when asked for; then its field says so."""
    desk.as_staff("rewards.view", "rewards.manage")
    answer = desk.post(
        "/rewards/BD-02/",
        {**TWO_LEVELS, "l1_pct": wrong, "jurisdictions": ["CN"], "reason": "x", "act": "ask"},
    )
    assert answer.status_code == 200
    assert 'id="id_l1_pct_error"' in answer.content.decode()
    with tenant_context(tenant):
        assert not Activation.objects.exists()


def test_two_packs_that_exceed_the_margin_together_are_refused_with_their_rules(
    desk: TenantClient, tenant: TenantRef
) -> None:
    """Given packs that pass alone; when asked for together; then the rules are named."""
    desk.as_staff("rewards.view", "rewards.manage")
    figures = {"freeze_days": "7", "l1_pct": "30"}
    sent = {**figures, "jurisdictions": ["CN"], "reason": "Spring", "act": "ask"}
    together = desk.post("/rewards/BD-01/", {**sent, "others": ["AD-02L"]}).content.decode()
    with tenant_context(tenant):
        assert not Activation.objects.exists()
    assert "F1: " in together
    assert "L1" in together.partition("F1: ")[2][:200]
    assert desk.post("/rewards/BD-01/", sent).status_code == 302


LOYAL = {"earn": "5", "points_per_unit": "100", "max_redeem_pct": "50",
         "reserve_pct_of_face": "100", "expiry_days": "365"}  # fmt: skip


def test_an_owner_says_when_what_a_mode_pays_expires(desk: TenantClient, tenant: TenantRef) -> None:
    """Given a day; when asked for; then it is kept, and who approves reads it in words."""
    desk.as_staff("rewards.view", "rewards.manage")
    page = desk.get("/rewards/LOY-01/").content.decode()
    told = {**LOYAL, "expiry__PTS__on": "2027-06-30"}
    asked = {"jurisdictions": ["CN"], "reason": "Spring", "act": "ask"}
    wrong = [
        desk.post("/rewards/LOY-01/", {**LOYAL, **bad, **asked}).content.decode()
        for bad in (
            {"expiry__PTS__on": "2027-06-30", "expiry__PTS__days": "9"},
            {"expiry__PTS__days": "-9"},
            {"expiry__PTS__on": "soon"},
        )
    ]
    with tenant_context(tenant):
        assert not Activation.objects.exists()
    sent = desk.post("/rewards/LOY-01/", {**told, **asked})
    with tenant_context(tenant):
        row = Activation.objects.get()
    shown = desk.get(f"/rewards/approvals/{public_id('act', row.pk)}/").content.decode()

    assert sent.status_code == 302
    assert 'type="date"' in page
    assert all('id="id_expiry__PTS__days_error"' in one for one in wrong)
    assert row.parameters == {"expiry": {"PTS": {"on": "2027-06-30"}}}
    assert "30 Jun 2027" in shown or "2027-06-30" in shown
    assert "expiry</dt>" not in shown
