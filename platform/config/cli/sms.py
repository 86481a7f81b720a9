"""`stoa sms …`: names in which the text messages of shops go out."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli import runtime
from config.cli.output import JsonOption, console, print_rows

app = typer.Typer(no_args_is_help=True, help="Names in which text messages go out.")

TenantArgument = Annotated[str, typer.Argument(help="Id (ten_…) or host name.")]
COLUMNS = ("text", "state", "usual", "reason", "asked_at")


@app.command("signs")
def list_signs(tenant: TenantArgument, *, as_json: JsonOption = False) -> None:
    """List what a shop asked for."""
    runtime.django()
    from kernel.notifications.services.signs import signs
    from kernel.tenancy.context import tenant_context

    with tenant_context(runtime.tenant_named(tenant)):
        rows = [
            {
                "text": row.text,
                "state": row.state,
                "usual": row.is_usual,
                "reason": row.reason,
                "asked_at": row.created_at.isoformat(timespec="seconds"),
            }
            for row in signs()
        ]
    print_rows(rows, columns=COLUMNS, as_json=as_json)


@app.command()
def decide(
    tenant: TenantArgument,
    text: Annotated[str, typer.Argument(help="The name.")],
    *,
    approve: Annotated[bool, typer.Option("--approve/--refuse", help="What was decided.")],
    reason: Annotated[str, typer.Option(help="Told to the shop.")] = "",
) -> None:
    """Note what the gateway decided on a name; the first that is approved is used."""
    runtime.django()
    from kernel.audit.actor import Actor
    from kernel.common.time import utc_now
    from kernel.notifications.services.signs import decide_sign
    from kernel.tenancy.context import tenant_context

    with tenant_context(runtime.tenant_named(tenant)):
        row = decide_sign(
            text,
            is_approved=approve,
            reason=reason,
            actor=Actor.system("stoa sms"),
            now=utc_now(),
        )
    console.print(f"{row.text}: {row.state}", highlight=False)
