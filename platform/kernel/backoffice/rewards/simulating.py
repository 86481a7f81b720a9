"""Simulations of modes: asked for, watched while they run, and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kernel.backoffice.figures.charts import Chart, Line
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.backoffice.templatetags.console import percent
from kernel.rewards.packs.loading import bundle
from kernel.rewards.policy.texts import worded
from kernel.rewards.simulation.choices import SimulationState
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.scenarios import CURVES
from kernel.tenancy.context import current_tenant

VIEW: Final = "rewards.view"
_MOST_POINTS: Final = 90


@require_safe
@staff_page(VIEW)
def simulations(request: StaffRequest) -> HttpResponseBase:
    """List simulations, the newest first."""
    page = paged(request, Simulation.objects.order_by("-id").defer("outcomes"))
    rows = [(row, _tone(row)) for row in page]
    return render(request, "backoffice/rewards/simulations.html", {"page": page, "rows": rows})


@require_safe
@staff_page(VIEW)
def simulation(request: StaffRequest, simulation_id: str) -> HttpResponseBase:
    """Show how far a simulation is, then its report."""
    row = found(Simulation.objects.filter(pk=identified("sim", simulation_id)).first())
    currency = current_tenant().currency
    context = {
        "row": row,
        "tone": _tone(row),
        "waits": row.state in {SimulationState.WAITING, SimulationState.RUNNING},
        "failed": row.state == SimulationState.FAILED,
        "names": [(one.code, worded(one.names)) for one in bundle(row.packs, sale=False)],
        "scenarios": [_scenario(one, currency) for one in row.outcomes],
        "currency": currency,
        "assumed": row.assumptions,
    }
    return render(request, "backoffice/rewards/simulation.html", context)


def _tone(row: Simulation) -> tuple[str, str]:
    """Return how a simulation came out, as a colour and a word."""
    if row.state == SimulationState.DONE:
        return ("good", _("Can pay")) if row.is_solvent else ("bad", _("Cannot pay"))
    if row.state == SimulationState.FAILED:
        return "bad", str(row.get_state_display())
    return "warn", f"{row.get_state_display()} · {row.percent}%"


def _scenario(told: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return a scenario with its charts."""
    days, code = told["days"], told["curve"]
    step = max(-(-len(days) // _MOST_POINTS), 1)
    shown = [*days[::step], *([days[-1]] if (len(days) - 1) % step else [])]
    labels = [str(one["day"]) for one in shown]
    way = str(CURVES[code])
    owed = [one["owed"] + one["promised"] for one in shown]
    return {
        "code": code,
        "title": way,
        "told": told,
        "last": days[-1],
        "owed": days[-1]["owed"] + days[-1]["promised"],
        "lowest": None if told["lowest"] is None else percent(told["lowest"], 0),
        "worst": percent(told["worst_payout"]),
        "losing": percent(_losing(told)),
        "cohorts": told["cohorts"],
        "charts": [
            Chart(
                f"{code}-liability",
                _titled(_("Owed and promised, and what is there to pay it"), way),
                "line", labels,
                [Line(_("Owed and promised"), owed, currency),
                 Line(_("There to pay it"), [one["hand"] for one in shown], currency)],
                _("What would have to be paid if growth stopped on each day."), _("Day"),
            ),
            Chart(
                f"{code}-rewards", _titled(_("Sales, margin and rewards"), way), "line", labels,
                [Line(_("Sales"), [one["sales"] for one in shown], currency),
                 Line(_("Margin"), [one["margin"] for one in shown], currency),
                 Line(_("Rewards"), [one["rewards"] for one in shown], currency),
                 Line(_("Taken out by members"), [one["withdrawn"] for one in shown], currency)],
                _("Since the first day."), _("Day"),
            ),
            Chart(
                f"{code}-cohorts",
                _titled(_("Median loss of members, by when they came"), way), "bar",
                [f"{one['first']}-{one['last']}" for one in told["cohorts"]],
                [Line(_("Loss"), [one["median_loss"] for one in told["cohorts"]], currency)],
                _("Loss: what was paid over the goods at cost and over what came back."),
                _("Members"),
            ),
        ],
    }  # fmt: skip


def _titled(title: str, way: str) -> str:
    """Return a title that no other chart of the page has."""
    return f"{title} · {way}"


def _losing(told: Mapping[str, Any]) -> int:
    members = sum(one["members"] for one in told["cohorts"])
    lost = sum(one["losing"] * one["members"] for one in told["cohorts"])
    return lost // members if members else 0
