"""Each benchmark runs and reports in the shape that scripts read; nothing is timed here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.bench.benches import BENCHES
from infra.bench.machine import machine
from infra.bench.report import less_is_better, percentile
from infra.bench.runner import run_on
from infra.bench.shop import finding, offering, settling, shelves
from infra.bench.shop.browsing import PAGES
from infra.bench.shop.reckoning import promotion_results, search_results, settlement_results
from kernel.tenancy.context import TenantRef

STOA = Path(sys.executable).with_name("stoa")
METRICS = {
    "provisioning": {
        "provision_seconds_at_10",
        "provision_seconds_at_500",
        "provision_growth_10_to_500",
        "provision_ratio_vs_stock",
        "signup_seconds_p95",
    },
    "migrate_tenants": {"migrate_ratio_vs_stock"},
    "tenant_switch": {"activation_round_trips", "activation_microseconds"},
    "module_enable": {"enable_seconds_p95"},
    "backend_memory": {"megabytes_after_1000_tenants"},
    "simulator": {"simulate_commission_seconds", "simulate_queue_seconds"},
    "shop": {
        "page_cached_ms_cpu",
        "page_uncached_ms_cpu",
        "checkout_orders_per_second",
        "checkout_cpu_ms_per_order",
        "cart_checkout_orders_per_second",
        "place_many_orders_per_second",
        "place_many_cpu_ms_per_order",
        *(f"lcp_ms_{page}" for page in PAGES),
        *(f"page_bytes_{page}" for page in PAGES),
    },
    "theme": {
        "page_cached_ms_cpu",
        "page_fragments_ms_cpu",
        "page_uncached_ms_cpu",
        "page_more_queries",
    },
}
# The last one brings another release.
OF_TENANTS = (
    "provisioning", "tenant_switch", "module_enable", "backend_memory", "migrate_tenants",
)  # fmt: skip
# These need a shop and nothing else: they are tried below in the tests' own.
IN_PROCESS = {"promotions", "search", "settlement"}


def stoa_bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [STOA, "bench", *arguments], capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("name", sorted(BENCHES.keys() - IN_PROCESS - set(OF_TENANTS)))
def test_a_benchmark_runs_and_reports(name: str) -> None:
    done = stoa_bench(name, "--quick", "--json")

    assert done.returncode == 0, done.stderr
    assert_reported(name, json.loads(done.stdout))


def test_the_benchmarks_of_tenants_run_and_report() -> None:
    """On one machine: preparing one takes longer than all that is tried on it."""
    with machine(quick=True, progress=lambda _doing, _done, _total: None) as made:
        for name in OF_TENANTS:
            assert_reported(name, json.loads(json.dumps(run_on(made, name))))


def assert_reported(name: str, report: dict[str, Any]) -> None:
    assert set(report) == {"name", "results", "environment"}
    assert report["name"] == name
    assert METRICS[name] <= {result["metric"] for result in report["results"]}
    for result in report["results"]:
        assert set(result) == {"metric", "value", "unit", "baseline", "ratio"}
        assert isinstance(result["value"], int | float)
        assert result["unit"]
    assert report["environment"]["quick"] is True


@pytest.mark.usefixtures("in_tenant_a")
def test_promotions_and_searches_are_measured_in_a_shop(
    monkeypatch: pytest.MonkeyPatch, tenant_a: TenantRef
) -> None:
    for step in (offering, shelves, finding):
        monkeypatch.setattr(step, "the_shop", lambda: tenant_a)
    monkeypatch.setattr(finding, "keep_house", lambda: None)

    reckoned = offering.reckon(promotions=offering.SOME + 1, rounds=2)
    shelves.fill(products=30)
    looked = finding.look(times=12)

    offers = {each.metric: each for each in promotion_results(reckoned)}
    found = {each.metric: each.value for each in search_results(looked)}
    assert {"evaluate_ms", "evaluate_cpu_ms", "quote_ms"} <= set(offers)
    assert offers["evaluate_more_queries"].value == 0
    assert offers["promotions_in_effect"].value > 1
    assert {"search_p95_ms", "suggest_p95_ms", "index_products_per_second"} <= set(found)
    assert found["products"] > 30


@pytest.mark.usefixtures("in_tenant_a")
def test_a_settlement_is_measured_in_a_shop(
    monkeypatch: pytest.MonkeyPatch, tenant_a: TenantRef
) -> None:
    monkeypatch.setattr(settling, "the_shop", lambda: tenant_a)

    told = settling.measure(orders=40, members=100, sample=3, released=50)

    figures = {each.metric: each.value for each in settlement_results(told)}
    assert figures["orders_settled"] == 40
    assert figures["settle_orders_that_differ"] == 0
    assert figures["release_units_off"] == 0


def test_the_list_names_every_benchmark() -> None:
    listed = json.loads(stoa_bench("--list", "--json").stdout)

    assert [row["name"] for row in listed] == list(BENCHES)


def test_an_unknown_benchmark_is_refused() -> None:
    done = stoa_bench("speed")

    assert done.returncode == 2
    assert "stoa bench --list" in done.stderr


def test_the_95th_percentile_of_twenty_values_leaves_one_out() -> None:
    assert percentile([float(number) for number in range(1, 21)], 0.95) == 19.0


def test_the_ratio_says_how_many_times_less_than_the_baseline() -> None:
    assert less_is_better("x", 2.0, "s", 8.0).ratio == 4.0
    assert less_is_better("x", 2.0, "s").ratio is None
