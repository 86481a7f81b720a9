"""How commands speak: tables for people, JSON for scripts, refusals in one red line."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

console = Console()
errors = Console(stderr=True)

JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON for a script instead of a table.")
]
YesOption: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


def print_json(value: object) -> None:
    """Print a value as JSON; what JSON does not know is printed as text."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_rows(
    rows: Iterable[Mapping[str, object]],
    *,
    columns: Sequence[str],
    as_json: bool = False,
    title: str | None = None,
) -> None:
    """Print rows as a table, or as a JSON list.

    Args:
        rows: one mapping per row.
        columns: keys to show, in order; the table's headings too.
        as_json: print the whole mappings as JSON.
        title: stands above the table.
    """
    held = list(rows)
    if as_json:
        print_json(held)
        return
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in held:
        table.add_row(*("" if row.get(key) is None else str(row[key]) for key in columns))
    console.print(table)


def refuse(refusal: Exception) -> None:
    """Print why something was refused, in red, on the error stream."""
    code = getattr(refusal, "code", None)
    errors.print(
        str(refusal), style="bold red", markup=False, highlight=False, end="", soft_wrap=True
    )
    errors.print(f" [{code}]" if code else "", style="dim", markup=False, highlight=False)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone; without an answer nothing is done."""
    if not yes and not typer.confirm(question):
        raise typer.Abort
