"""`stoa pictures …`: what consoles and editors show of themes and blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from config.cli import runtime
from config.cli.output import console

app = typer.Typer(no_args_is_help=True, help="Take pictures of themes and blocks.")

_Shop: TypeAlias = Annotated[str, typer.Argument(help="Id (ten_…) or host name of a shop.")]
_Into: TypeAlias = Annotated[Path | None, typer.Option(help="Folder; that of the static files.")]


@app.callback()
def pictures() -> None:
    """Take pictures of themes and blocks in the machine's Chromium."""


@app.command()
def themes(
    shop: _Shop,
    *,
    into: _Into = None,
    whole: Annotated[
        Path | None, typer.Option(help="Also whole pages at 390 and 1440, in both languages.")
    ] = None,
    colours: Annotated[
        Path | None, typer.Option(help="Also front pages in every palette, by day and by night.")
    ] = None,
) -> None:
    """Photograph every theme, worn by a shop for the time of a picture."""
    runtime.django("store")
    from config.dev.pictures import STATIC, take_packs

    tenant = runtime.tenant_named(shop)
    take_packs(tenant, into or STATIC / "packs", _say, whole=whole, colours=colours)


@app.command()
def blocks(
    shop: _Shop,
    *,
    into: _Into = None,
    only: Annotated[str, typer.Option(help="The type of one block.")] = "",
) -> None:
    """Photograph every block as its first preset fills it, with the goods of a shop."""
    runtime.django("store")
    from config.dev.pictures import STATIC, take_blocks

    take_blocks(runtime.tenant_named(shop), into or STATIC / "blocks", _say, only=only)


def _say(text: str) -> None:
    console.print(text, highlight=False)
