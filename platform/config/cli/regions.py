"""`stoa regions …`: the divisions of China that addresses and freight templates name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.cli import runtime
from config.cli.output import console, errors

app = typer.Typer(
    no_args_is_help=True, help="The divisions of China that addresses and templates name."
)
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A newer file.")]


@app.callback()
def regions() -> None:
    """Look after the list of provinces, cities and districts."""


@app.command()
def show() -> None:
    """Say which edition is used, and where it comes from."""
    runtime.django()
    from kernel.members.regions import edition

    name, source = edition()
    console.print(f"{name}: {source}", highlight=False)


@app.command()
def check(file: _File) -> None:
    """Say what a newer file would change, without using it."""
    runtime.django()
    from django.conf import settings

    from kernel.members.region_files import InvalidRegionFile, compare

    try:
        found = compare(file, present=settings.STOA_REGIONS_FILE)
    except InvalidRegionFile as refusal:
        errors.print(f"[red]{refusal}[/red]")
        raise typer.Exit(1) from None
    console.print(
        f"{found.edition}: {len(found.added)} new, {len(found.renamed)} renamed, "
        f"{len(found.replaced)} replaced",
        highlight=False,
    )
    for fault in found.faults:
        errors.print(f"[red]{fault}[/red]")
    if found.faults:
        raise typer.Exit(1)


@app.command()
def install(file: _File) -> None:
    """Use a newer file: it is written to STOA_REGIONS_FILE."""
    runtime.django()
    from django.conf import settings

    from kernel.members.region_files import InvalidRegionFile
    from kernel.members.region_files import install as put_in_place

    if not settings.STOA_REGIONS_FILE:
        errors.print("[red]STOA_REGIONS_FILE names no file to write to.[/red]")
        raise typer.Exit(1)
    try:
        found = put_in_place(file, at=Path(settings.STOA_REGIONS_FILE))
    except InvalidRegionFile as refusal:
        errors.print(f"[red]{refusal}[/red]")
        raise typer.Exit(1) from None
    console.print(f"{found.edition} is used from now on", highlight=False)
