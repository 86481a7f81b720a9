"""What a shop's pages and orders cost."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

from infra.bench.machine import SHOP_SETTINGS, Machine
from infra.bench.report import Result, less_is_better
from infra.bench.shop.browsing import look_at_pages
from infra.bench.shop.visitors import (
    CLIENTS,
    Spent,
    Visitor,
    all_at_once,
    check_out,
    fill_cart,
    measured,
)

# Vendure 3.7.3 on PostgreSQL with two processes and 32 shoppers, on two cores: orders a
# second, and milliseconds of processor for an order, the database's among them.
_VENDURE_ORDERS: Final = 4.5
_VENDURE_CPU: Final = 379.0
_MILLISECONDS: Final = 1000


def shop(machine: Machine) -> list[Result]:
    """Serve pages, take orders over HTTP, place batches, look at pages as a telephone."""
    products = machine.size(200, 6)
    opened = machine.shop(
        "open_shop",
        products=products,
        pictured=machine.size(48, 4),
        members=machine.size(320, CLIENTS),
    )
    port = machine.serve_storefront(workers=2, settings=SHOP_SETTINGS)
    visitors = [Visitor(opened["host"], port, token) for token in opened["tokens"]]
    guests = [Visitor(opened["host"], port) for _ in range(CLIENTS)]
    return [
        *_pages(machine, guests, products),
        *_checkouts(machine, visitors, opened["variants"]),
        *_batches(machine),
        *_looks(machine, opened["host"], port, opened["variants"][0]),
    ]


def _pages(machine: Machine, guests: list[Visitor], products: int) -> list[Result]:
    machine.progress("pages", 0, 2)
    # The front page has every worker load its templates and open its connections.
    all_at_once(guests, len(guests), lambda visitor, _turn: visitor.get("/"))
    first = _spent(
        machine,
        lambda: all_at_once(
            guests, products, lambda visitor, turn: visitor.get(f"/products/tea-{turn}/")
        ),
    )
    turns = machine.size(4000, 64)
    machine.progress("pages", 1, 2)
    kept = _spent(
        machine,
        lambda: all_at_once(
            guests, turns, lambda visitor, turn: visitor.get(f"/products/tea-{turn % products}/")
        ),
    )
    return [
        less_is_better("page_cached_ms_cpu", _ms(kept.storefront, turns), "ms"),
        less_is_better("page_uncached_ms_cpu", _ms(first.storefront, products), "ms"),
        less_is_better("page_uncached_database_ms_cpu", _ms(first.database, products), "ms"),
        Result("pages_cached_per_second", round(turns / kept.seconds, 1), "1/s"),
    ]


def _checkouts(machine: Machine, visitors: list[Visitor], variants: list[str]) -> list[Result]:
    orders = machine.size(960, CLIENTS)

    def order(visitor: Visitor, turn: int) -> None:
        fill_cart(visitor, variants[turn * 7 % len(variants)])
        check_out(visitor, f"order-{turn}")

    before = machine.shop("count_orders")
    machine.progress("orders over HTTP", 0, 1)
    all_at_once(visitors, CLIENTS, lambda visitor, turn: order(visitor, orders + turn))
    spent = _spent(machine, lambda: all_at_once(visitors, orders, order))
    placed = machine.shop("count_orders") - before
    if placed != orders + CLIENTS:
        raise RuntimeError(f"{placed} orders were placed instead of {orders + CLIENTS}")
    rate, cpu = orders / spent.seconds, _ms(spent.storefront + spent.database, orders)
    return [
        Result(
            "checkout_orders_per_second",
            round(rate, 1),
            "1/s",
            _VENDURE_ORDERS,
            round(rate / _VENDURE_ORDERS, 1),
        ),
        less_is_better("checkout_cpu_ms_per_order", cpu, "ms", _VENDURE_CPU),
        less_is_better("checkout_database_cpu_ms_per_order", _ms(spent.database, orders), "ms"),
    ]


def _batches(machine: Machine) -> list[Result]:
    size = machine.size(1000, 50)
    batches: list[dict[str, float]] = machine.shop(
        "place_batches", batches=machine.size(9, 1), size=size
    )
    seconds = [batch["clock"] for batch in batches]
    used = median(batch["python"] + batch["database"] for batch in batches)
    rate = size / median(seconds)
    return [
        Result(
            "place_many_orders_per_second",
            round(rate, 1),
            "1/s",
            _VENDURE_ORDERS,
            round(rate / _VENDURE_ORDERS, 1),
        ),
        Result("place_many_best_orders_per_second", round(size / min(seconds), 1), "1/s"),
        less_is_better("place_many_cpu_ms_per_order", _ms(used, size), "ms", _VENDURE_CPU),
        Result("place_many_orders_per_cpu_second", round(size / used, 1), "1/s"),
    ]


def _looks(machine: Machine, host: str, port: int, variant: str) -> list[Result]:
    machine.progress("looking at pages", 0, 1)
    times, warming = machine.size(5, 1), machine.size(2, 0)
    seen = look_at_pages(host, port, variant, times=times, warming=warming)
    return [
        *(less_is_better(f"lcp_ms_{name}", each.largest_ms, "ms") for name, each in seen.items()),
        *(
            Result(f"page_bytes_{name}", float(each.code_bytes), "bytes")
            for name, each in seen.items()
        ),
    ]


def _spent(machine: Machine, work: Callable[[], object]) -> Spent:
    return measured(work, storefront=machine.storefront_pid, database=machine.server_pid)


def _ms(seconds: float, count: int) -> float:
    return seconds * _MILLISECONDS / count
