"""`stoa figures …`: the figures of a shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from config.cli import runtime
from config.cli.output import console

app = typer.Typer(no_args_is_help=True, help="The figures of a shop.")


@app.callback()
def figures() -> None:
    """Look after the figures of a shop."""


@app.command("roll-up")
def count_anew(
    tenant: Annotated[str, typer.Argument(help="Id (ten_…) or host name.")],
    *,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day.")],
) -> None:
    """Count days anew; what was counted well stays as it is."""
    runtime.django()
    from kernel.analytics.services import roll_up_days
    from kernel.common.time import utc_now
    from kernel.tenancy.context import tenant_context

    first, last = since.date(), until.date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    with tenant_context(runtime.tenant_named(tenant)):
        changed = roll_up_days(days, now=utc_now())
    console.print(f"{len(days)} days, {changed} figures changed", highlight=False)
