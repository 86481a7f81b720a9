"""`stoa staff …`: help for people who cannot sign in any more."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli import runtime

app = typer.Typer(no_args_is_help=True, help="Help for people who cannot sign in any more.")


@app.callback()
def root() -> None:
    """Help for people who cannot sign in any more."""


@app.command("reset-factor")
def reset(
    email: Annotated[str, typer.Argument(help="With which the person signs in.")],
    *,
    tenant: Annotated[
        str | None,
        typer.Option("--tenant", "-t", help="Id (ten_…) or host name; none for the platform's."),
    ] = None,
) -> None:
    """Take away a lost second factor; all devices of the person are signed out.

    For the last one who could do it in a console: an operator, or a shop's only owner.
    """
    runtime.django()
    from kernel.access.staffing import UnknownStaff, reset_lost_factor
    from kernel.audit.actor import Actor
    from kernel.common.time import utc_now
    from kernel.tenancy.context import public_context, tenant_context

    place = tenant_context(runtime.tenant_named(tenant)) if tenant else public_context()
    with place:
        try:
            person = reset_lost_factor(email, actor=Actor.system("stoa staff"), now=utc_now())
        except UnknownStaff:
            raise typer.BadParameter(f"nobody signs in with {email}") from None
    typer.echo(f"{person.name}: the password alone signs in now. Set up a new one soon.")
