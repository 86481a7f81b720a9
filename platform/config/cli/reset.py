"""`stoa reset`: deletes the demo's data."""

from __future__ import annotations

import os

import typer

from config.cli.output import YesOption, confirm, console
from config.dev.state import Checkout
from testkit.servers.errors import ServerRefused

app = typer.Typer(help="Delete the data of this checkout's demo.")


@app.command()
def reset(yes: YesOption = False) -> None:
    """Delete the data of this checkout's demo; the next start begins anew.

    Only embedded servers are reset: data on a server of your own is yours.
    """
    from config.dev.reset import delete_data

    if os.environ.get("STOA_DATABASE_URL"):
        raise ServerRefused(
            "STOA_DATABASE_URL names a server of your own, which is never reset; drop and create "
            "its database yourself, or unset the variable"
        )
    checkout = Checkout.here()
    confirm(f"Delete all data below {checkout.folder}?", yes=yes)
    delete_data(checkout)
    console.print("deleted; start again with: make demo")
