"""Visitors of the benchmark's shop: they speak HTTP, and keep their connections."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, cycle
from threading import Lock
from time import perf_counter
from typing import Any, Final, TypeVar

import psutil

CLIENTS: Final = 32
ADDRESS: Final[Mapping[str, str]] = {
    "name": "王小梅",
    "phone": "+8613800138000",
    "country": "CN",
    "region_code": "310104",
    "region": "上海市 徐汇区",
    "line": "淮海中路 1 号",
    "postcode": "200030",
}
_API: Final = "/api/v1/store"
_OK: Final = 400


@dataclass
class Visitor:
    """One client with one connection.

    Attributes:
        token: of the member who is signed in; empty for nobody.
    """

    host: str
    port: int
    token: str = ""
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str) -> bytes:
        """Fetch a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, told: object, **headers: str) -> Any:
        """Call the API."""
        content = {"Content-Type": "application/json", **headers}
        return json.loads(self._ask("POST", path, json.dumps(told).encode(), content))

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self._line.request(method, path, body, {"Host": self.host, **known, **headers})
        answer = self._line.getresponse()
        content = answer.read()
        if answer.status >= _OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content


def fill_cart(visitor: Visitor, variant: str) -> None:
    """Put something into the cart."""
    visitor.post(f"{_API}/cart/lines/", {"variant": variant, "quantity": 1})


def check_out(visitor: Visitor, key: str, variant: str = "") -> None:
    """See what the cart costs, or one piece past it, and order it."""
    items = [{"variant": variant, "quantity": 1}]
    told = {"address": dict(ADDRESS), **({"items": items} if variant else {})}
    quoted = visitor.post(f"{_API}/checkout/quote/", told)
    wanted = {**told, "expected_total": quoted["total"]}
    visitor.post(f"{_API}/checkout/orders/", wanted, **{"Idempotency-Key": key})


@dataclass(frozen=True, slots=True)
class Spent:
    """What some work took.

    Attributes:
        seconds: on the clock.
        storefront: seconds of the storefront's processors.
        database: seconds of the database's processors.
    """

    seconds: float
    storefront: float
    database: float


def measured(work: Callable[[], object], *, storefront: int, database: int) -> Spent:
    """Do some work, and return what it took; processes are named by their numbers."""
    before = _used(storefront), _used(database)
    started = perf_counter()
    work()
    took = perf_counter() - started
    return Spent(took, _used(storefront) - before[0], _used(database) - before[1])


Client = TypeVar("Client")


def all_at_once(
    visitors: Sequence[Client], turns: int, act: Callable[[Client, int], object]
) -> None:
    """Let the clients work side by side until so many turns are done; each turn has its visitor."""
    numbers, lock = count(), Lock()

    def client(own: Sequence[Client]) -> None:
        # A visitor has one connection, so nobody else may speak for it.
        for visitor in cycle(own):
            with lock:
                turn = next(numbers)
            if turn >= turns:
                return
            act(visitor, turn)

    with ThreadPoolExecutor(CLIENTS) as threads:
        shares = [visitors[place::CLIENTS] for place in range(CLIENTS)]
        for running in [threads.submit(client, share) for share in shares]:
            running.result()


def _used(pid: int) -> float:
    """Return the processor seconds of a process and of those it started, ended ones too."""
    main = psutil.Process(pid)
    seconds = 0.0
    for each in (main, *main.children(recursive=True)):
        times = each.cpu_times()
        seconds += times.user + times.system
    ended = main.cpu_times()
    return float(seconds + ended.children_user + ended.children_system)
