"""Simulations asked for, run and found again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.rewards.packs.loading import bundle
from kernel.rewards.policy.models import Activation
from kernel.rewards.simulation.choices import SimulationState
from kernel.rewards.simulation.errors import UnknownSimulation
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.running import simulate
from kernel.rewards.simulation.scenarios import CURVES, Assumptions
from kernel.tenancy.schedules import ask

_PRICES: Final = ("price", "package", "entry", "retail", "group_price", "list_price")
_SAID_EVERY: Final = 1.0
STUCK_AFTER: Final = timedelta(minutes=30)
RESUME: Final = "rewards.simulations"


def fingerprint(packs: Sequence[str], parameters: Mapping[str, Any]) -> str:
    """Return what tells one composition of modes and figures from every other."""
    told = json.dumps(
        [list(packs), [one.document for one in bundle(packs, sale=False)], dict(parameters)],
        sort_keys=True, ensure_ascii=False,
    )  # fmt: skip
    return hashlib.sha256(told.encode()).hexdigest()


def usual(packs: Sequence[str], parameters: Mapping[str, Any], **told: Any) -> Assumptions:
    """Return what is supposed where nobody says otherwise: goods at the price of the mode."""
    figures: dict[str, Any] = {}
    for one in bundle(packs, sale=False):
        figures |= one.defaults()
    figures |= parameters
    named = next((figures[name] for name in _PRICES if figures.get(name)), None)
    if named is not None and "price" not in told:
        told["price"] = str(named)
        told.setdefault("cost", str(Decimal(str(named)) / 2))
    return Assumptions.of(told)


@transaction.atomic
def ask_simulation(
    packs: Sequence[str],
    parameters: Mapping[str, Any],
    assumed: Assumptions,
    *,
    asked_by: str,
    now: datetime,
    activation: Activation | None = None,
) -> Simulation:
    """Keep a simulation to be run.

    Raises:
        UnknownPack: of the codes.
    """
    row = Simulation.objects.create(
        packs=list(packs),
        parameters=dict(parameters),
        assumptions=assumed.told(),
        fingerprint=fingerprint(packs, parameters),
        activation=activation,
        total=assumed.orders * len(CURVES),
        asked_name=asked_by[:80],
        asked_at=now,
    )
    ask(RESUME, now + STUCK_AFTER)
    return row


def run_simulation(simulation_id: UUID) -> Simulation:
    """Run a simulation from its start to its report; how far it is can be seen meanwhile.

    The same row gives the same report, so a run that died is run again.
    """
    row = simulation_with(simulation_id)
    if row.state == SimulationState.DONE:
        return row
    rows = Simulation.objects.filter(pk=row.pk)
    rows.update(state=SimulationState.RUNNING, done=0)
    last = monotonic()

    def told(done: int, total: int) -> None:
        nonlocal last
        if monotonic() - last >= _SAID_EVERY:
            last = monotonic()
            rows.update(done=min(done, row.total), total=row.total)

    try:
        found = simulate(
            bundle(row.packs, sale=False), row.parameters, Assumptions.of(row.assumptions),
            told=told,
        )  # fmt: skip
    except DomainError as refusal:
        rows.update(state=SimulationState.FAILED, fault=refusal.code, finished_at=utc_now())
    else:
        rows.update(
            state=SimulationState.DONE,
            done=row.total,
            outcomes=[one.told() for one in found],
            is_solvent=all(one.solvent for one in found),
            finished_at=utc_now(),
        )
    row.refresh_from_db()
    return row


def simulation_with(simulation_id: UUID) -> Simulation:
    """Return a simulation.

    Raises:
        UnknownSimulation: there is none with this id.
    """
    row = Simulation.objects.filter(pk=simulation_id).first()
    if row is None:
        raise UnknownSimulation
    return row


def report_on(packs: Sequence[str], parameters: Mapping[str, Any]) -> Simulation | None:
    """Return the latest report on exactly these modes with these figures."""
    rows = Simulation.objects.filter(
        state=SimulationState.DONE, fingerprint=fingerprint(packs, parameters)
    )
    return rows.order_by("-id").first()


def stuck_simulations(*, now: datetime) -> list[UUID]:
    """Return simulations that nobody runs although they were asked for long ago."""
    rows = Simulation.objects.filter(
        Q(state=SimulationState.WAITING) | Q(state=SimulationState.RUNNING),
        asked_at__lt=now - STUCK_AFTER,
    )
    return list(rows.order_by("id").values_list("pk", flat=True)[:20])
