"""The processes of an installation and how each is started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.dev.state import WEB
from config.dev.supervisor import Program, machine_environment, module_command
from testkit.servers.ports import LOOPBACK

if TYPE_CHECKING:
    from config.dev.state import Installation

WEB_THREADS: Final = {"store": 8, "console": 4, "channel": 4, "internal": 2}
# Name to kind of process and queues. Who makes schemas signs in as their owner; and nobody
# waits for a new shop because another one is being packed up.
WORKERS: Final = {
    "worker": ("worker", "events,default,settlement,media", 2),
    "provisioner": ("provisioner", "provisioning", 1),
    "mover": ("provisioner", "moving", 1),
}


def programs(installation: Installation) -> tuple[list[Program], list[Program]]:
    """Return the processes that answer people, and those that work behind them."""
    web = [_web(installation, kind) for kind in WEB]
    workers = [_worker(installation, name) for name in WORKERS]
    return web, [*workers, _beat(installation)]


def stripe(installation: Installation) -> Program:
    """Return the double of Stripe, which is asked before the other processes run."""
    port = installation.state.ports["stripe"]
    root = installation.checkout.root
    return Program(
        name="stripe",
        command=module_command(
            "testkit.servers.stripe",
            f"--port={port}",
            f"--keep={installation.checkout.stripe_file}",
        ),
        environment={**machine_environment(), "PYTHONPATH": f"{root / 'platform'}:{root}"},
        ready=port,
    )


def _environment(installation: Installation, kind: str) -> dict[str, str]:
    root = installation.checkout.root
    # Ours stand before site-packages: names as plain as `config` may exist there too.
    return {
        **machine_environment(),
        **installation.settings(kind),
        "PYTHONPATH": f"{root / 'platform'}:{root}",
    }


def _web(installation: Installation, kind: str) -> Program:
    port = installation.state.ports[kind]
    return Program(
        name=kind,
        command=module_command(
            "granian",
            "--interface=wsgi",
            f"--host={LOOPBACK}",
            f"--port={port}",
            "--workers=1",
            f"--blocking-threads={WEB_THREADS[kind]}",
            "--static-path-route=/static",
            f"--static-path-mount={static_root(installation)}",
            "--workers-kill-timeout=5s",
            "config.wsgi:application",
        ),
        environment=_environment(installation, kind),
        ready=port,
    )


def static_root(installation: Installation) -> Path:
    """Return the folder that the web processes serve style sheets and scripts from."""
    chosen = installation.settings("store").get("STOA_STATIC_ROOT")
    folder = Path(chosen) if chosen else installation.checkout.folder / "static"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _worker(installation: Installation, name: str) -> Program:
    kind, queues, processes = WORKERS[name]
    return Program(
        name=name,
        command=module_command(
            "celery",
            "--app=config.celery",
            "worker",
            f"--queues={queues}",
            f"--concurrency={processes}",
            f"--hostname={name}@%h",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ),
        environment=_environment(installation, kind),
        ready=re.compile(r"@\S+ ready\b"),
    )


def _beat(installation: Installation) -> Program:
    return Program(
        name="beat",
        command=module_command(
            "celery",
            "--app=config.celery",
            "beat",
            f"--schedule={installation.checkout.state / 'beat'}",
            "--pidfile=",
            "--loglevel=INFO",
        ),
        environment=_environment(installation, "beat"),
        ready=re.compile(r"beat: Starting"),
    )
