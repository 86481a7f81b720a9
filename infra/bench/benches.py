"""The benchmarks: each gets a machine and returns figures with their baselines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from infra.bench.machine import Machine
from infra.bench.report import Result, less_is_better, percentile
from infra.bench.shop.measuring import shop
from infra.bench.shop.reckoning import promotions, search, settlement, theme
from infra.bench.shop.simulating import simulator

P95 = 0.95


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark.

    Attributes:
        targets: what the figures must reach, in words.
    """

    name: str
    about: str
    targets: str
    run: Callable[[Machine], list[Result]]


def provisioning(machine: Machine) -> list[Result]:
    """Open tenants without and with a ready schema, in a small and in a large installation."""
    small, large = machine.size(10, 3), machine.size(500, 5)
    times = machine.size(9, 2)
    machine.install()
    machine.install_stock()
    machine.fill_stock(small)
    machine.fill_ours(max(1, small - times // 2))
    at_small = median(machine.ours("provision", times=times))
    stock = median(machine.stock("create", times=machine.size(5, 1)))
    machine.fill_ours(large - times // 2)
    at_large = median(machine.ours("provision", times=times))
    port = machine.serve_storefront()
    seconds = machine.ours("sign_up", times=machine.size(40, 2), port=port)
    return [
        less_is_better(f"provision_seconds_at_{10}", at_small, "s", stock),
        less_is_better(f"provision_seconds_at_{500}", at_large, "s", stock),
        Result("provision_growth_10_to_500", round(at_large / at_small, 3), "x"),
        Result("provision_ratio_vs_stock", round(stock / at_small, 1), "x", 1.0),
        less_is_better("signup_seconds_p95", percentile(seconds, P95), "s", stock),
    ]


def migrate_tenants(machine: Machine) -> list[Result]:
    """Add one column to every tenant."""
    tenants = machine.size(200, 4)
    machine.install()
    machine.fill_ours(tenants)
    machine.install_stock()
    machine.fill_stock(tenants)
    ours = machine.ours("migrate", column=True)
    stock = median(machine.stock("migrate", column=True, times=machine.size(5, 1)))
    each = ours["run_seconds"] / ours["tenants"]
    with_build = (ours["run_seconds"] + ours["build_seconds"]) / ours["tenants"]
    return [
        less_is_better("migrate_seconds_per_tenant", each, "s", stock),
        less_is_better("migrate_seconds_all", ours["run_seconds"], "s", stock * tenants),
        less_is_better("migrate_seconds_per_tenant_with_build", with_build, "s", stock),
        Result("migrate_build_seconds", round(ours["build_seconds"], 3), "s"),
        Result("migrate_ratio_vs_stock", round(stock / each, 1), "x", 1.0),
    ]


def tenant_switch(machine: Machine) -> list[Result]:
    """Query two tenants in turn."""
    rounds = machine.size(5000, 50)
    machine.install()
    machine.fill_ours(2)
    machine.install_stock()
    machine.fill_stock(2)
    ours = machine.ours("switch", rounds=rounds)
    stock = machine.stock("switch", rounds=rounds)
    return [
        less_is_better(
            "activation_round_trips", ours["round_trips"], "round trips", stock["round_trips"]
        ),
        less_is_better(
            "activation_round_trips_of_20_queries",
            ours["round_trips_of_20"],
            "round trips",
            stock["round_trips_of_20"],
        ),
        Result(
            "activation_round_trips_without_query",
            ours["round_trips_without_query"],
            "round trips",
        ),
        less_is_better(
            "activation_microseconds", ours["microseconds"], "us", stock["microseconds"]
        ),
    ]


def module_enable(machine: Machine) -> list[Result]:
    """Switch a module of six tables on, in an installation with many tenants."""
    tenants = machine.size(500, 6)
    machine.install()
    machine.fill_ours(tenants)
    seconds = machine.ours("enable_module", times=machine.size(100, 2))
    django = machine.ours("enable_by_django", times=machine.size(5, 1))
    return [
        less_is_better("enable_seconds_p95", percentile(seconds, P95), "s", median(django)),
        less_is_better("enable_seconds_median", median(seconds), "s", median(django)),
    ]


def backend_memory(machine: Machine) -> list[Result]:
    """Let one worker visit every tenant, with and without replacing its connection."""
    tenants = machine.size(1000, 6)
    machine.install()
    machine.fill_ours(tenants)
    bounded = machine.ours(
        "visit_tenants", limit=machine.size(100, 2), server_pid=machine.server_pid
    )
    unbounded = machine.ours("visit_tenants", limit=10**9, server_pid=machine.server_pid)
    return [
        less_is_better(
            "megabytes_after_1000_tenants", bounded["server"], "MB", unbounded["server"]
        ),
        Result(
            "python_megabytes_grown",
            round(bounded["python"], 1),
            "MB",
            round(unbounded["python"], 1),
        ),
    ]


BENCHES = {
    bench.name: bench
    for bench in (
        Bench(
            "provisioning",
            "opens tenants; stock runs every migration for each",
            "25 x stock, growth at most 1.5, sign-up at most 0.2 s at p95",
            provisioning,
        ),
        Bench(
            "migrate_tenants",
            "adds a column to 200 tenants; stock plans anew for each",
            "100 x stock for each tenant",
            migrate_tenants,
        ),
        Bench(
            "tenant_switch",
            "goes from tenant to tenant on one connection",
            "at most one round trip, none without a query",
            tenant_switch,
        ),
        Bench(
            "module_enable",
            "switches a module on among 500 tenants; Django's executor is the baseline",
            "under 0.5 s at p95",
            module_enable,
        ),
        Bench(
            "backend_memory",
            "visits 1,000 tenants; without replacing connections is the baseline",
            "at most 150 MB",
            backend_memory,
        ),
        Bench(
            "shop",
            "serves pages and takes orders; Vendure beside it is the baseline",
            "a kept page under 1 ms, 20 x Vendure's orders, 5,000 orders a second in batches",
            shop,
        ),
        Bench(
            "promotions",
            "reckons a cart of 30 lines with 100 promotions; without any is the baseline",
            "under 50 ms, and no query for each promotion",
            promotions,
        ),
        Bench(
            "search",
            "searches 100,000 products with facets, and suggests while somebody types",
            "under 200 ms and 50 ms at p95",
            search,
        ),
        Bench(
            "settlement",
            "settles a million orders at nine levels; the engine one by one is the baseline",
            "100 x the engine with the same postings, a release exact to the unit",
            settlement,
        ),
        Bench(
            "simulator",
            "simulates 100,000 orders of a reward mode over three ways of growing",
            "under 60 s, the same report for the same seed",
            simulator,
        ),
        Bench(
            "theme",
            "draws a page of 20 blocks and 40 products anew, of its fragments, and whole",
            "whole under 1 ms, of fragments under 5 ms, anew under 15 ms, of the processor",
            theme,
        ),
    )
}
