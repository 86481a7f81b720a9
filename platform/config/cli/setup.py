"""`stoa setup`: the part of `stoa up` that prepares data."""

from __future__ import annotations

import typer

from config.cli.output import console

app = typer.Typer(help="Prepare database and demo data without starting the processes.")


@app.command()
def setup() -> None:
    """Prepare database and demo data without starting the processes."""
    from config.dev.up import up

    up(console=console, follow=False, only_prepare=True)
