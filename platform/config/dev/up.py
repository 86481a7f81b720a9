"""Brings an installation up on this machine and keeps it up until asked to stop."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from config.dev.programs import programs, stripe
from config.dev.state import (
    LOGINS,
    SERVER_PORTS,
    STRIPE_VARIABLE,
    WEB,
    Checkout,
    Installation,
)
from config.dev.steps import STEPS
from config.dev.supervisor import Interrupted, Supervisor
from testkit.servers import account, postgres, redis
from testkit.servers.guard import Guard
from testkit.servers.ports import Claims

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from config.dev.state import State

CARDS: Final = (
    "Pay in both shops with the card 4242 4242 4242 4242; 4000 0000 0000 0002 is declined. "
    "A double of Stripe takes them: no money moves."
)
# Wider than any table of addresses.
_WIDEST: Final = 10_000
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(*, console: Console, follow: bool, only_prepare: bool = False) -> None:
    """Start servers, prepare, start processes, wait.

    Args:
        console: for progress and the table of addresses.
        follow: also show what the processes print.
        only_prepare: stop again after preparing.

    Raises:
        ServerRefused: something could not start, or ended by itself.
    """
    checkout = Checkout.here()
    with contextlib.ExitStack() as stack:
        handle = stack.enter_context(checkout.lock())
        guard = Guard(hold=[handle])
        stack.callback(guard.close)
        claims = stack.enter_context(contextlib.closing(Claims()))
        supervisor = Supervisor(
            root=checkout.root, logs=checkout.logs, guard=guard, console=console if follow else None
        )
        # Outside the stopping, so that a second Ctrl-C during it still kills.
        stop = stack.enter_context(_signals(supervisor))
        stack.callback(supervisor.stop)
        try:
            installation = start_servers(
                checkout, claims=claims, guard=guard, supervisor=supervisor, say=console
            )
            if installation.stripe_url:
                with console.status("starting the double of Stripe"):
                    supervisor.start([stripe(installation)])
            prepare(installation, console)
            if only_prepare:
                return
            stop.may_raise = False
            web, workers = programs(installation)
            with console.status("starting the processes"):
                supervisor.start(web)
            show_sign_ins(console, sign_ins(installation))
            if installation.stripe_url:
                console.print(CARDS, soft_wrap=True)
            console.print(f"Logs: {checkout.logs}   Stop: Ctrl-C", style="dim", soft_wrap=True)
            # Pages answer without them, and what is asked of them waits in its queue.
            with console.status("starting the workers"):
                supervisor.start(workers)
            supervisor.wait()
        except Interrupted:
            console.print("stopping …")


def start_servers(
    checkout: Checkout, *, claims: Claims, guard: Guard, supervisor: Supervisor, say: Console
) -> Installation:
    """Start the servers that the environment does not name; remember where they are."""
    state = checkout.load()
    embedded = [
        name
        for name, variable in (
            ("postgres", "STOA_DATABASE_URL"),
            ("redis", "STOA_REDIS_URL"),
            ("stripe", STRIPE_VARIABLE),
        )
        if not os.environ.get(variable)
    ]
    choose_ports(state, claims, wanted={name: SERVER_PORTS[name] for name in embedded} | WEB)
    if "postgres" in embedded:
        choose_home(checkout, state)
    # Before the first use: a password that is lost locks the cluster for good.
    for name in ("postgres", "redis", *(f"role:{login}" for login in LOGINS.values())):
        state.password(name)
    checkout.save(state)
    with say.status("starting PostgreSQL and Redis"):
        if "postgres" in embedded:
            server = postgres.start(
                home=Path(state.postgres_home),
                port=state.ports["postgres"],
                password=state.password("postgres"),
                guard=guard,
                log=checkout.logs / "postgres.log",
                durable=True,
            )
            supervisor.adopt(server.child)
        if "redis" in embedded:
            cache = redis.start(
                home=checkout.folder / "redis",
                port=state.ports["redis"],
                password=state.password("redis"),
                guard=guard,
                log=checkout.logs / "redis.log",
                durable=True,
            )
            supervisor.adopt(cache.child)
    installation = checkout.installation(state)
    postgres.check_server(installation.admin_url)
    redis.check_server(installation.redis_url)
    return installation


def choose_ports(state: State, claims: Claims, *, wanted: dict[str, int]) -> None:
    """Keep each port of the last start that is free, and find another for the rest."""
    for name, first in wanted.items():
        port = state.ports.get(name, 0)
        if not port or not claims.take(port):
            state.ports[name] = claims.first_free(first)


def choose_home(checkout: Checkout, state: State) -> None:
    """Find a folder for the cluster that its account can reach; keep the one there is."""
    if state.postgres_home and Path(state.postgres_home).is_dir():
        return
    home = account.reachable_home(checkout.folder / "postgres", account.server_account())
    state.postgres_home = str(home)


def prepare(installation: Installation, console: Console) -> None:
    """Run the steps, each with a line that says how far it is."""
    for step in STEPS:
        with console.status(step.title) as status:

            def report(text: str, title: str = step.title) -> None:
                status.update(f"{title}: {text}")

            step.run(installation, report)
        console.print(f"[green]✓[/] {step.title}")
    installation.checkout.save(installation.state)


@dataclass(frozen=True, slots=True)
class SignIn:
    """An address, and as whom one can sign in there."""

    what: str
    address: str
    user: str = ""
    password: str = ""


def sign_ins(installation: Installation) -> list[SignIn]:
    """Return the addresses and whom one can sign in as.

    The seed writes `signin.json`: a list of objects with the keys `what`,
    `process`, `host`, `path`, `user`, `password`; ports are put in here because
    they may differ at each start.
    """
    path = installation.checkout.sign_in_file
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    found = []
    for row in rows:
        port = installation.state.ports[row["process"]]
        address = f"http://{row['host']}:{port}{row.get('path', '/')}"
        found.append(SignIn(row["what"], address, row.get("user", ""), row.get("password", "")))
    return found or [
        SignIn(kind, f"http://localhost:{installation.state.ports[kind]}/") for kind in WEB
    ]


def show_sign_ins(console: Console, rows: Sequence[SignIn]) -> None:
    """Print a table, or one entry under the other where a table is too wide.

    An address is never broken, so that it can be clicked and copied.
    """
    table = Table(title="Stoa", title_justify="left")
    for heading in ("what", "address", "user", "password"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, (row.what, row.address, row.user, row.password)))
    before = console.width
    needed = Measurement.get(console, console.options.update(width=_WIDEST), table).maximum
    if needed <= before or not console.is_terminal:
        console.width = max(before, needed)
        console.print(table)
        console.width = before
        return
    console.print("Stoa", style="italic", highlight=False)
    for row in rows:
        person = " · ".join(part for part in (row.user, row.password) if part)
        console.print(escape(row.what), style="bold", highlight=False, soft_wrap=True)
        for line in filter(None, (row.address, person)):
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)


class _Stop:
    """What a signal does: raise while preparing, wake the supervisor afterwards."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.may_raise = True
        self._supervisor = supervisor
        self._asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._asked:
            self._supervisor.kill()
            return
        self._asked = True
        if self.may_raise:
            raise Interrupted
        self._supervisor.interrupt()


@contextlib.contextmanager
def _signals(supervisor: Supervisor) -> Iterator[_Stop]:
    stop = _Stop(supervisor)
    before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
