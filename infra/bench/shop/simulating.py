"""Simulating many orders of a mode: how long the engine takes over all scenarios."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from infra.bench.machine import Machine
from infra.bench.report import Result, less_is_better
from kernel.rewards.packs.loading import bundle
from kernel.rewards.simulation.outcomes import Outcome
from kernel.rewards.simulation.running import simulate
from kernel.rewards.simulation.scenarios import CURVES, Assumptions

_MOST_SECONDS: Final = 60.0
_MODES: Final = {"commission": ["BD-02"], "queue": ["CR-13"]}


def simulator(machine: Machine) -> list[Result]:
    """Simulate a hundred thousand orders of two levels, and as many of a queue."""
    orders = machine.size(100_000, 300)
    few = Assumptions(orders=max(orders // len(CURVES) // 50, 10), days=30)
    results = [Result("simulated_orders", orders, "orders")]
    for name, packs in _MODES.items():
        seconds, found = _timed(packs, Assumptions(orders=-(-orders // len(CURVES)), days=90))
        done = sum(one.orders for one in found)
        results += [
            less_is_better(f"simulate_{name}_seconds", round(seconds, 2), "s", _MOST_SECONDS),
            Result(f"simulate_{name}_orders_per_second", round(done / seconds), "orders/s"),
        ]
    differing = _timed(["BD-02"], few)[1] != _timed(["BD-02"], few)[1]
    return [*results, Result("simulate_reports_that_differ", int(differing), "reports", 0.0)]


def _timed(packs: list[str], assumed: Assumptions) -> tuple[float, list[Outcome]]:
    started = perf_counter()
    found = simulate(bundle(packs, sale=False), {}, assumed)
    return perf_counter() - started, found
