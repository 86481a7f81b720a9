"""Runs a benchmark on a machine of its own and reports."""

from __future__ import annotations

from time import perf_counter

import psycopg

from infra.bench.benches import BENCHES
from infra.bench.machine import SERVER_SETTINGS, Machine, Progress, machine
from infra.bench.report import environment, report


def run_bench(name: str, *, quick: bool, progress: Progress) -> dict[str, object]:
    """Run one benchmark, and return its report.

    Args:
        name: which.
        quick: a few rounds that prove nothing but that it runs.
        progress: told what is being done, and how far it is.
    """
    with machine(quick=quick, progress=progress) as made:
        return run_on(made, name)


def run_on(made: Machine, name: str) -> dict[str, object]:
    """Run one benchmark on a machine that is there, and return its report."""
    started = perf_counter()
    with psycopg.connect(made.admin_url) as server:
        version = str(server.info.parameter_status("server_version"))
    results = BENCHES[name].run(made)
    about = environment(
        postgresql=version,
        server_settings=SERVER_SETTINGS,
        quick=made.quick,
        seconds=round(perf_counter() - started, 1),
    )
    return report(name, results, about)
