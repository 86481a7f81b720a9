"""Reports: kept, found again, and asked for before somebody approves."""

from __future__ import annotations

import pytest

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.rewards.policy.choices import ActivationState
from kernel.rewards.policy.services import approve, ask
from kernel.rewards.simulation.choices import SimulationState
from kernel.rewards.simulation.errors import Insolvent
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.reporting import report_of
from kernel.rewards.simulation.scenarios import Assumptions
from kernel.rewards.simulation.services import (
    ask_simulation,
    report_on,
    run_simulation,
    stuck_simulations,
    usual,
)

pytestmark = pytest.mark.usefixtures("in_tenant_a")

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
SECOND = Actor(kind="staff", id="stf_second", name="Zhang Min")
NOW = utc_now()
FEW = Assumptions(orders=40, days=20)


def test_a_report_speaks_for_the_same_modes_with_the_same_figures_alone() -> None:
    """Given a finished report; when figures differ; then it says nothing about them."""
    row = ask_simulation(["BD-01"], {"l1_pct": "12"}, FEW, asked_by="Li Wei", now=NOW)
    assert report_on(["BD-01"], {"l1_pct": "12"}) is None
    done = run_simulation(row.pk)
    assert (done.state, done.percent, done.is_solvent) == (SimulationState.DONE, 100, True)
    assert report_on(["BD-01"], {"l1_pct": "12"}) == row
    assert report_on(["BD-01"], {"l1_pct": "13"}) is None
    assert run_simulation(row.pk).finished_at == done.finished_at


def test_a_report_made_before_is_handed_in_with_the_request() -> None:
    """Given a report; when the modes are asked for; then it is stored with the activation."""
    made = run_simulation(ask_simulation(["BD-01"], {}, FEW, asked_by="Li Wei", now=NOW).pk)
    row = ask(["BD-01"], ["CN"], reason="Spring", actor=OWNER, now=NOW)
    assert report_of(row) == made
    assert approve(row.pk, actor=SECOND, now=NOW).state == ActivationState.ACTIVE


def test_what_could_not_pay_when_growth_stops_is_not_approved() -> None:
    """Given goods that cost nearly their price; when approved; then it is refused."""
    thin = usual(["BD-01"], {}, price="100", cost="95", orders=40, days=20)
    run_simulation(ask_simulation(["BD-01"], {}, thin, asked_by="Li Wei", now=NOW).pk)
    row = ask(["BD-01"], ["CN"], reason="Spring", actor=OWNER, now=NOW)
    with pytest.raises(Insolvent) as refusal:
        approve(row.pk, actor=SECOND, now=NOW)
    assert "stops" in str(refusal.value.fields["scenarios"])
    row.refresh_from_db()
    assert row.state == ActivationState.ASKED


def test_without_a_report_one_is_made_before_the_approval() -> None:
    """Given no finished report; when approved; then one is made, and kept with it."""
    row = ask(["BD-01"], ["CN"], reason="Spring", actor=OWNER, now=NOW)
    approve(row.pk, actor=SECOND, now=NOW)
    report = report_of(row)
    assert report is not None
    assert report.is_solvent


def test_figures_that_the_engine_cannot_read_end_a_simulation() -> None:
    """Given a rate that is no number; when simulated; then the row says why it failed."""
    row = ask_simulation(["BD-01"], {"l1_pct": "much"}, FEW, asked_by="Li Wei", now=NOW)
    assert run_simulation(row.pk).state == SimulationState.FAILED
    row.refresh_from_db()
    assert row.fault == "rewards.not_a_number"
    assert not stuck_simulations(now=NOW)
    assert Simulation.objects.count() == 1
