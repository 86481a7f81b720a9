"""`stoa themes …`: the pages of shops after blocks have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.cli import books, runtime
from config.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from themes.migrating import Finding

app = typer.Typer(no_args_is_help=True, help="The pages of shops after blocks have changed.")


@app.callback()
def themes() -> None:
    """Look after the pages of shops."""


@app.command()
def migrate(
    tenant: Annotated[
        str | None, typer.Argument(help="Id (ten_…) or host name; all shops without.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Say what there is to do; change nothing.")
    ] = False,
) -> None:
    """Bring drafts to the newest versions of their blocks.

    Ends with status 1 when a page has faults, or comes along with older blocks.
    """
    runtime.django()
    from kernel.tenancy.context import tenant_context
    from themes.migrating import bring_up_drafts, look_at_shop, look_at_what_comes_along

    own = look_at_what_comes_along() if tenant is None else []
    _say("", own)
    failed = bool(own)
    changed = 0
    for ref in books.tenants(tenant):
        with tenant_context(ref):
            changed += 0 if check else bring_up_drafts()
            found = look_at_shop()
        _say(ref.host("store") or str(ref.id), found)
        failed = failed or any(each.problem == "faults" for each in found)
    if not check:
        console.print(f"{changed} drafts written anew", highlight=False)
    raise typer.Exit(int(failed))


def _say(shop: str, found: Iterable[Finding]) -> None:
    for each in found:
        place = f"{shop} {each.where}".strip()
        console.print(f"{each.problem}: {place}: {each.detail}", highlight=False, markup=False)
