"""`stoa search …`: the index in which a shop is searched."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli import runtime
from config.cli.output import console

app = typer.Typer(no_args_is_help=True, help="The index in which a shop is searched.")


@app.callback()
def search() -> None:
    """Look after the index in which a shop is searched."""


@app.command()
def rebuild(
    tenant: Annotated[str, typer.Argument(help="Id (ten_…) or host name.")],
    *,
    batch: Annotated[int, typer.Option(min=1, max=5_000, help="Products at a time.")] = 500,
) -> None:
    """Make the index anew from the catalogue, while it is searched."""
    runtime.django()
    from kernel.common.time import utc_now
    from kernel.search.services import rebuild as rebuild_index
    from kernel.tenancy.context import tenant_context

    with tenant_context(runtime.tenant_named(tenant)):
        done = rebuild_index(clock=utc_now, batch=batch)
    console.print(f"{done} products", highlight=False)
