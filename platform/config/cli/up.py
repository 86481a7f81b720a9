"""`stoa up`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli.output import console

app = typer.Typer(help="Start everything on this machine; Ctrl-C stops it.")


@app.command()
def up(
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Show what the processes print.")
    ] = False,
) -> None:
    """Start everything on this machine; Ctrl-C stops it.

    Data is kept between starts. STOA_DATABASE_URL and STOA_REDIS_URL name
    servers of your own to use instead of the embedded ones; STOA_S3_ENDPOINT
    and its siblings name a file store.
    """
    from config.dev.up import up as bring_up

    bring_up(console=console, follow=follow)
