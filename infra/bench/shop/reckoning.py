"""What promotions, searches and decorated pages cost, as steps of the shop tell it."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from infra.bench.machine import Machine
from infra.bench.report import Result, less_is_better, percentile

_P95: Final = 0.95
_MILLISECONDS: Final = 1000


def promotions(machine: Machine) -> list[Result]:
    """Reckon a cart of thirty lines with a hundred promotions."""
    machine.shop("open_empty")
    rounds = machine.size(200, 2)
    return promotion_results(machine.shop("offering:reckon", promotions=100, rounds=rounds))


def search(machine: Machine) -> list[Result]:
    """Search a hundred thousand products with facets, and suggest while somebody types."""
    machine.shop("open_empty")
    products = machine.size(100_000, 200)
    machine.shop("shelves:fill", products=products)
    return search_results(machine.shop("finding:look", times=machine.size(400, 10)))


def theme(machine: Machine) -> list[Result]:
    """Draw a page of twenty blocks and forty products anew, of its fragments, and whole."""
    machine.shop("open_empty")
    return theme_results(machine.shop("theming:draw_pages", rounds=machine.size(300, 2)))


def theme_results(told: Mapping[str, Any]) -> list[Result]:
    """Return the figures of `infra.bench.shop.theming.draw_pages`."""
    return [
        less_is_better("page_cached_ms_cpu", _ms(told["front"]), "ms"),
        less_is_better("page_cached_by_django_ms_cpu", _ms(told["whole"]), "ms"),
        less_is_better("page_fragments_ms_cpu", _ms(told["fragments"]), "ms"),
        less_is_better("page_uncached_ms_cpu", _ms(told["uncached"]), "ms"),
        Result("page_uncached_queries", told["queries"], "queries", told["queries_of_few"]),
        Result("page_more_queries", told["queries"] - told["queries_of_few"], "queries"),
        Result("page_blocks", told["blocks"], "blocks"),
        Result("page_products", told["cards"], "products"),
        Result("page_bytes", told["bytes"], "bytes"),
    ]


def promotion_results(told: Mapping[str, Any]) -> list[Result]:
    """Return the figures of `infra.bench.shop.offering.reckon`."""
    many, none = told["seconds"], told["seconds_without"]
    more = told["queries"] - told["queries_of_some"]
    return [
        less_is_better("evaluate_ms", _ms(median(many)), "ms"),
        less_is_better("evaluate_p95_ms", _ms(percentile(many, _P95)), "ms"),
        less_is_better("evaluate_cpu_ms", _ms(median(told["cpu_seconds"])), "ms"),
        less_is_better("evaluate_ms_without_promotions", _ms(median(none)), "ms"),
        less_is_better("quote_ms", _ms(median(told["quotes"])), "ms"),
        Result("evaluate_queries", told["queries"], "queries", told["queries_of_some"]),
        Result("evaluate_more_queries", more, "queries"),
        Result("promotions_in_effect", told["in_effect"], "promotions"),
    ]


def search_results(told: Mapping[str, Any]) -> list[Result]:
    """Return the figures of `infra.bench.shop.finding.look`."""
    kinds: Mapping[str, list[float]] = told["seconds"]
    every = [each for seconds in kinds.values() for each in seconds]
    return [
        less_is_better("search_p95_ms", _ms(percentile(every, _P95)), "ms"),
        less_is_better("suggest_p95_ms", _ms(percentile(told["suggestions"], _P95)), "ms"),
        Result("index_products_per_second", round(told["products"] / told["index"], 1), "1/s"),
        *(
            less_is_better(f"search_p95_ms_{kind}", _ms(percentile(seconds, _P95)), "ms")
            for kind, seconds in kinds.items()
        ),
        less_is_better("search_first_ms_everything", _ms(max(told["first"])), "ms"),
        Result("products", told["products"], "products"),
    ]


def _ms(seconds: float) -> float:
    return seconds * _MILLISECONDS


def settlement(machine: Machine) -> list[Result]:
    """Settle a million orders of a tree nine levels deep, and release a pool to a million."""
    machine.shop("open_empty")
    told = machine.shop(
        "settling:measure",
        orders=machine.size(1_000_000, 300),
        members=machine.size(200_000, 100),
        sample=machine.size(200, 10),
        released=machine.size(1_000_000, 500),
    )
    return settlement_results(told)


def settlement_results(told: Mapping[str, Any]) -> list[Result]:
    """Return the figures of `infra.bench.shop.settling.measure`."""
    each = told["seconds"] / told["orders"]
    ratio = told["row_engine_seconds"] / each
    return [
        Result("orders_settled", told["orders"], "orders"),
        Result("settle_seconds", round(told["seconds"], 2), "s"),
        Result("settle_rows", told["rows"], "rows"),
        Result("settle_rows_per_second", round(told["rows"] / told["seconds"]), "rows/s"),
        less_is_better("settle_ms_per_order", _ms(each), "ms", _ms(told["row_engine_seconds"])),
        Result("settle_ratio_vs_row_engine", round(ratio, 1), "x", 100.0),
        Result("settle_orders_that_differ", told["differing"], "orders", 0.0),
        Result("release_members", told["released"], "members"),
        Result("release_seconds", round(told["release_seconds"], 2), "s"),
        Result(
            "release_rows_per_second",
            round(told["released_rows"] / told["release_seconds"]),
            "rows/s",
        ),
        Result("release_units_off", told["release_off"], "units", 0.0),
    ]
