"""Simulations in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.rewards.simulation.services import (
    RESUME,
    STUCK_AFTER,
    run_simulation,
    stuck_simulations,
)
from kernel.tenancy.schedules import ask
from kernel.tenancy.tasks import enqueue, tenant_task

_SOFT: Final = 1_500
_HARD: Final = 1_600


@tenant_task(name="rewards.simulate", soft_time_limit=_SOFT, time_limit=_HARD)
def simulate_modes(simulation_id: str) -> None:
    """Run a simulation."""
    run_simulation(UUID(simulation_id))


def resume_simulations(*, now: datetime) -> None:
    """Run again what a worker left when it died; what a schedule calls."""
    stuck = stuck_simulations(now=now)
    for key in stuck:
        enqueue(simulate_modes, simulation_id=str(key))
    if not stuck:
        return
    with transaction.atomic():
        ask(RESUME, now + STUCK_AFTER)
