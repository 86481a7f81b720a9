"""Reports behind activations: what policy asks before somebody approves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kernel.rewards.policy.models import Activation
from kernel.rewards.simulation.choices import SimulationState
from kernel.rewards.simulation.errors import Insolvent, ReportNeeded
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.services import (
    ask_simulation,
    report_on,
    run_simulation,
    usual,
)
from kernel.rewards.simulation.tasks import simulate_modes
from kernel.tenancy.context import current_tenant
from kernel.tenancy.tasks import enqueue

_SHORT: Final[dict[str, Any]] = {"orders": 120, "days": 40}


class Reports:
    """Reports of simulations, for policy."""

    def attach(self, activation: Activation, *, now: datetime) -> None:
        """Hand in the latest report on what is asked for; without one, have it made."""
        known = report_on(activation.packs, activation.parameters)
        if known is not None and known.activation_id is None:
            known.activation = activation
            known.save(update_fields=["activation"])
            return
        row = ask_simulation(
            activation.packs, activation.parameters,
            usual(activation.packs, activation.parameters),
            asked_by=activation.asked_name, now=now, activation=activation,
        )  # fmt: skip
        enqueue(simulate_modes, simulation_id=str(row.pk))

    def check(self, activation: Activation, *, now: datetime) -> None:
        """Refuse modes that could not pay when growth stops, or on which nothing is known.

        Where the report is not finished yet, a shorter one is made at once.

        Raises:
            ReportNeeded: the modes cannot be simulated with these figures.
            Insolvent: on some day of a scenario less was there than was owed and promised.
        """
        if current_tenant().kind == "sandbox":
            return
        report = report_of(activation)
        if report is None or report.state != SimulationState.DONE:
            report = report_on(activation.packs, activation.parameters) or _short(activation, now)
        if report.state != SimulationState.DONE:
            raise ReportNeeded(fault=report.fault)
        if not report.is_solvent:
            raise Insolvent(
                scenarios=[one["curve"] for one in report.outcomes if not one["solvent"]]
            )


def report_of(activation: Activation) -> Simulation | None:
    """Return the report that was handed in with an activation, a finished one first."""
    rows = Simulation.objects.filter(activation=activation).order_by("-id")
    return rows.filter(state=SimulationState.DONE).first() or rows.first()


def _short(activation: Activation, now: datetime) -> Simulation:
    packs, figures = activation.packs, activation.parameters
    row = ask_simulation(
        packs, figures, usual(packs, figures, **_SHORT),
        asked_by=activation.asked_name, now=now, activation=activation,
    )  # fmt: skip
    return run_simulation(row.pk)
