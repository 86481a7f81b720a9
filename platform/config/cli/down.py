"""`stoa down`: stops the `stoa up` of this checkout from another terminal."""

from __future__ import annotations

import os
import signal

import typer

from config.cli.output import console
from config.dev.state import Checkout
from testkit.servers.errors import ServerRefused

app = typer.Typer(help="Stop what `stoa up` started in this checkout.")
SECONDS = 45.0


@app.command()
def down() -> None:
    """Stop what `stoa up` started in this checkout, and wait until it is gone."""
    from config.dev.supervisor import wait_until_gone

    pid = Checkout.here().holder()
    if pid is None:
        console.print("nothing runs in this checkout")
        return
    os.kill(pid, signal.SIGTERM)
    if not wait_until_gone(pid, seconds=SECONDS):
        raise ServerRefused(
            f"process {pid} did not stop within {SECONDS:.0f} s; kill it: kill -9 {pid}"
        )
    console.print("stopped")
