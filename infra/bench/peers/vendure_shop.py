"""Vendure, whom our shop is compared with: on the same machine and database server.

It is installed from its published packages, filled with the goods that our shop
sells, and served by two processes as its documentation says. Neither its worker
nor ours is counted.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any, Final

import psycopg
from psycopg import sql

from infra.bench.machine import BenchFailed, Machine
from infra.bench.shop.visitors import CLIENTS, all_at_once, measured
from testkit.servers import postgres, process
from testkit.servers.ports import answers, free_ports
from themes.editor.build import node_path, npm

_HERE: Final = Path(__file__).parent / "vendure"
_OK: Final = 400
_DATABASE: Final = "vendure"

_ADD: Final = """mutation($id: ID!) { addItemToOrder(productVariantId: $id, quantity: 1) {
  __typename ... on Order { id totalQuantity totalWithTax } ... on ErrorResult { message } } }"""
_WHO: Final = """mutation($who: CreateCustomerInput!) { setCustomerForOrder(input: $who) {
  __typename ... on Order { id } ... on ErrorResult { message } } }"""
_WHERE: Final = """mutation($where: CreateAddressInput!) { setOrderShippingAddress(input: $where) {
  __typename ... on Order { id } ... on ErrorResult { message } } }"""
_WAYS: Final = "query { eligibleShippingMethods { id } }"
_HOW: Final = """mutation($way: [ID!]!) { setOrderShippingMethod(shippingMethodId: $way) {
  __typename ... on Order { id totalWithTax } ... on ErrorResult { message } } }"""
_READY: Final = """mutation { transitionOrderToState(state: "ArrangingPayment") {
  __typename ... on Order { id state } ... on ErrorResult { message } } }"""
_PAY: Final = """mutation { addPaymentToOrder(input: { method: "balance", metadata: {} }) {
  __typename ... on Order { id code state } ... on ErrorResult { message } } }"""
_GOODS: Final = "query { products(options: { take: 100 }) { items { variants { id } } } }"
_ADDRESS: Final[Mapping[str, str]] = {
    "fullName": "王小梅",
    "phoneNumber": "+8613800138000",
    "countryCode": "CN",
    "province": "上海市",
    "city": "徐汇区",
    "streetLine1": "淮海中路 1 号",
    "postalCode": "200030",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """What the peer did.

    Attributes:
        orders_per_second: with 32 shoppers.
        cpu_seconds: of its servers and of the database, for one order.
    """

    orders_per_second: float
    cpu_seconds: float


def take_orders(machine: Machine, *, products: int, orders: int) -> Peer:
    """Install the peer, fill it, and let 32 shoppers order there as guests.

    Args:
        machine: where it runs, beside our shop.
        products: how many it sells, of three variants each.
        orders: how many are counted.

    Raises:
        BenchFailed: there is no Node, or the peer does not install, start or take the orders.
    """
    with _served(machine, products) as (port, pid):
        variants = _variants(port)
        shoppers = [Shopper(port) for _ in range(CLIENTS)]

        def order(shopper: Shopper, turn: int) -> None:
            shopper.order(variants[turn * 7 % len(variants)], turn)

        machine.progress("orders of the peer", 0, 1)
        all_at_once(shoppers, CLIENTS, lambda shopper, turn: order(shopper, orders + turn))
        spent = measured(
            lambda: all_at_once(shoppers, orders, order),
            storefront=pid,
            database=machine.server_pid,
        )
        return Peer(orders / spent.seconds, (spent.storefront + spent.database) / orders)


@dataclass
class Shopper:
    """One guest after the other, over one connection."""

    port: int
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)
    _token: str = ""

    def order(self, variant: str, turn: int) -> None:
        """Order one piece and pay for it, as a guest who was never there."""
        self._token = ""
        who = {"firstName": "Ada", "lastName": "Lee", "emailAddress": f"ada-{turn}@example.com"}
        self.ask(_ADD, id=variant)
        self.ask(_WHO, who=who)
        self.ask(_WHERE, where=dict(_ADDRESS))
        ways = self.ask(_WAYS)["eligibleShippingMethods"]
        self.ask(_HOW, way=[ways[0]["id"]])
        self.ask(_READY)
        paid = self.ask(_PAY)["addPaymentToOrder"]
        if paid.get("state") != "PaymentSettled":
            raise BenchFailed(f"the peer's order was not paid: {paid}")

    def ask(self, text: str, **variables: object) -> dict[str, Any]:
        """Ask the peer's API; remembers who it says that the shopper is."""
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        known = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = json.dumps({"query": text, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", **known}
        self._line.request("POST", "/shop-api", body, headers)
        answer = self._line.getresponse()
        told = json.loads(answer.read())
        self._token = answer.getheader("vendure-auth-token") or self._token
        if answer.status >= _OK or "errors" in told:
            raise BenchFailed(f"the peer answered {answer.status}: {told}")
        data: dict[str, Any] = told["data"]
        refused = [each for each in data.values() if isinstance(each, dict) and "message" in each]
        if refused:
            raise BenchFailed(f"the peer refused: {refused}")
        return data


def _variants(port: int) -> list[str]:
    """Return what the peer sells."""
    products = Shopper(port).ask(_GOODS)["products"]["items"]
    return [variant["id"] for product in products for variant in product["variants"]]


@contextmanager
def _served(machine: Machine, products: int) -> Iterator[tuple[int, int]]:
    """Serve the peer; yields its port and the number of its main process."""
    node = node_path()
    if node is None:
        raise BenchFailed("the peer needs Node: install the group dev, which brings it")
    folder = Path(shutil.copytree(_HERE, machine.folder / "vendure"))
    port = free_ports(1)[0]
    environment = {
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(folder),
        "NODE_ENV": "production",
        "PEER_DATABASE": f"{machine.admin_url.rpartition('/')[0]}/{_DATABASE}",
        "PEER_PASSWORD": "of-a-benchmark-that-is-thrown-away",
        "PEER_PORT": str(port),
        "PEER_PRODUCTS": str(products),
    }
    with psycopg.connect(machine.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))
    machine.progress("installing the peer", 0, 3)
    _run([*npm(node), "ci", "--no-audit", "--no-fund"], folder, environment)
    machine.progress("filling the peer", 1, 3)
    _run(["node", "fill.js"], folder, environment)
    machine.progress("starting the peer", 2, 3)
    log = machine.logs / "peer.log"
    with log.open("ab") as output:
        child = process.start(
            "peer",
            ["node", "serve.js"],
            guard=machine.guard,
            environment=environment,
            output=output,
            cwd=folder,
        )
    try:
        while not answers(port):
            if child.ended() is not None:
                raise BenchFailed(postgres.tail(log, lines=40))
            sleep(0.1)
        yield port, child.pid
    finally:
        child.stop()


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - Node's own programs
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchFailed(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}"[-4000:])
