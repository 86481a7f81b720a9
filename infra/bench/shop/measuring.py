"""What a shop's pages and orders cost."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

from infra.bench.machine import SHOP_SETTINGS, Machine
from infra.bench.peers.vendure_shop import Peer, take_orders
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

_FEW: Final = 4
_MILLISECONDS: Final = 1000


def shop(machine: Machine) -> list[Result]:
    """Serve pages, take orders over HTTP, place batches, look at pages as a telephone.

    An order is a quote and its placing: of a piece bought at once, and of a cart. The
    peer's figures are taken first, with as many goods and shoppers; a quick run has none.
    """
    products = machine.size(200, 6)
    peer = None if machine.quick else take_orders(machine, products=products, orders=320)
    opened = machine.shop(
        "open_shop",
        products=products,
        pictured=machine.size(48, 4),
        members=machine.size(320, _FEW),
    )
    port = machine.serve_storefront(workers=2, settings=SHOP_SETTINGS)
    visitors = [Visitor(opened["host"], port, token) for token in opened["tokens"]]
    guests = [Visitor(opened["host"], port) for _ in range(machine.size(CLIENTS, _FEW))]
    return [
        *_pages(machine, guests, products),
        *_of_peer(peer),
        *_checkouts(machine, visitors, opened["variants"], peer),
        *_batches(machine, peer),
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
    turns = machine.size(4000, 16)
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


def _of_peer(peer: Peer | None) -> list[Result]:
    if peer is None:
        return []
    cpu = peer.cpu_seconds * _MILLISECONDS
    return [
        Result("vendure_orders_per_second", round(peer.orders_per_second, 1), "1/s"),
        less_is_better("vendure_cpu_ms_per_order", cpu, "ms"),
    ]


def _rate(metric: str, value: float, peer: Peer | None) -> Result:
    """Return orders a second, and how many times the peer's they are."""
    if peer is None:
        return Result(metric, round(value, 1), "1/s")
    before = peer.orders_per_second
    return Result(metric, round(value, 1), "1/s", round(before, 1), round(value / before, 1))


def _cpu(metric: str, value: float, peer: Peer | None) -> Result:
    baseline = None if peer is None else peer.cpu_seconds * _MILLISECONDS
    return less_is_better(metric, value, "ms", baseline)


def _checkouts(
    machine: Machine, visitors: list[Visitor], variants: list[str], peer: Peer | None
) -> list[Result]:
    def at_once(visitor: Visitor, turn: int) -> None:
        check_out(visitor, f"order-{turn}", variants[turn * 7 % len(variants)])

    def by_cart(visitor: Visitor, turn: int) -> None:
        fill_cart(visitor, variants[turn * 7 % len(variants)])
        check_out(visitor, f"order-of-a-cart-{turn}")

    return [
        *_ordered(machine, "checkout", visitors, at_once, peer),
        *_ordered(machine, "cart_checkout", visitors, by_cart, peer),
    ]


def _ordered(
    machine: Machine,
    name: str,
    visitors: list[Visitor],
    order: Callable[[Visitor, int], None],
    peer: Peer | None,
) -> list[Result]:
    """Let the visitors order in one way, and see that each order is there."""
    orders, warming = machine.size(960, _FEW), machine.size(CLIENTS, _FEW)
    before = machine.shop("count_orders")
    machine.progress(f"orders over HTTP: {name}", 0, 1)
    all_at_once(visitors, warming, lambda visitor, turn: order(visitor, orders + turn))
    spent = _spent(machine, lambda: all_at_once(visitors, orders, order))
    placed = machine.shop("count_orders") - before
    if placed != orders + warming:
        raise RuntimeError(f"{placed} orders were placed instead of {orders + warming}")
    rate, cpu = orders / spent.seconds, _ms(spent.storefront + spent.database, orders)
    return [
        _rate(f"{name}_orders_per_second", rate, peer),
        _cpu(f"{name}_cpu_ms_per_order", cpu, peer),
        less_is_better(f"{name}_database_cpu_ms_per_order", _ms(spent.database, orders), "ms"),
    ]


def _batches(machine: Machine, peer: Peer | None) -> list[Result]:
    size = machine.size(1000, 50)
    batches: list[dict[str, float]] = machine.shop(
        "place_batches", batches=machine.size(9, 1), size=size
    )
    seconds = [batch["clock"] for batch in batches]
    used = median(batch["python"] + batch["database"] for batch in batches)
    return [
        _rate("place_many_orders_per_second", size / median(seconds), peer),
        Result("place_many_best_orders_per_second", round(size / min(seconds), 1), "1/s"),
        _cpu("place_many_cpu_ms_per_order", _ms(used, size), peer),
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
