"""`stoa manage …`: Django's own commands with this checkout's settings."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli import runtime

app = typer.Typer(help="Run one of Django's management commands.")


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    },
    add_help_option=False,
)
def manage(
    arguments: Annotated[list[str] | None, typer.Argument(help="As for manage.py.")] = None,
) -> None:
    """Run one of Django's management commands."""
    runtime.django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["stoa manage", *(arguments or [])])
