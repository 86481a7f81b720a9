"""`stoa bench`: what Stoa does against what stock django-tenants does."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from config.cli.output import JsonOption, console, errors, print_json, print_rows

app = typer.Typer(help="Measure against stock django-tenants, on servers of its own.")


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Which one, or `all`.")] = "",
    list_them: Annotated[bool, typer.Option("--list", help="List the benchmarks.")] = False,
    quick: Annotated[
        bool, typer.Option(help="A few rounds: proves that it runs, measures nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure against stock django-tenants, on servers of its own.

    Each benchmark starts PostgreSQL and Redis, measures both sides in the same
    run, and removes everything it made.
    """
    from infra.bench.benches import BENCHES

    if list_them or not name:
        rows = [{"name": b.name, "about": b.about, "target": b.targets} for b in BENCHES.values()]
        print_rows(rows, columns=("name", "about", "target"), as_json=as_json)
        return
    if name != "all" and name not in BENCHES:
        errors.print(f"no benchmark is called {name!r}; see: stoa bench --list", style="bold red")
        raise typer.Exit(2)
    names = list(BENCHES) if name == "all" else [name]
    reports = [_run(one, quick=quick, hidden=as_json) for one in names]
    if as_json:
        print_json(reports if name == "all" else reports[0])
        return
    for report in reports:
        _print(report)


def _run(name: str, *, quick: bool, hidden: bool) -> dict[str, Any]:
    from infra.bench.runner import run_bench

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=hidden,
        transient=True,
    ) as progress:
        bar = progress.add_task(name, total=None)

        def show(doing: str, done: int, total: int) -> None:
            progress.update(bar, description=f"{name}: {doing}", completed=done, total=total)

        return run_bench(name, quick=quick, progress=show)


def _print(report: dict[str, Any]) -> None:
    table = Table(title=report["name"], title_justify="left")
    for heading, justify in (
        ("metric", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("baseline", "right"),
        ("ratio", "right"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for row in report["results"]:
        table.add_row(*("" if row[key] is None else str(row[key]) for key in row))
    console.print(table)
    about = report["environment"]
    console.print(
        f"PostgreSQL {about['postgresql']}, Python {about['python']}, "
        f"{about['processors']} processors, {about['seconds']} s",
        style="dim",
    )
