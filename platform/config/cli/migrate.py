"""`stoa migrate`: brings the installation's tables, and every tenant's, to this release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from config.cli import runtime
from config.cli.output import JsonOption, console, errors, print_json

if TYPE_CHECKING:
    from tenants.fleet.drift import Tally
    from tenants.fleet.ring import RingState

app = typer.Typer(
    no_args_is_help=True, help="Bring the installation's tables, and every tenant's, up to date."
)


@app.command()
def run(
    connections: Annotated[
        int, typer.Option("--connections", "-c", min=1, max=32, help="Tenants at the same time.")
    ] = 3,
    allow_unsafe: Annotated[
        bool, typer.Option(help="Also apply what running code would feel; see `plan`.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Migrate all tenants, ring by ring; canaries (ring 0) first.

    A ring that fails stops the ones after it. Run again to go on: what is done
    is not repeated.
    """
    runtime.django()
    from tenants.choices import RunState
    from tenants.fleet.runner import Choices
    from tenants.fleet.runner import run as migrate

    choices = Choices(connections=connections, allow_unsafe=allow_unsafe)
    with _progress(hidden=as_json) as progress:
        bars: dict[int, TaskID] = {}

        def watch(state: RingState) -> None:
            bar = bars.get(state.ring)
            if bar is None:
                bar = bars[state.ring] = progress.add_task("", total=state.total)
            progress.update(
                bar,
                total=state.total,
                completed=state.done + state.gone,
                description=_ring_text(state),
            )

        def say(text: str) -> None:
            errors.print(f"· {text}", style="dim")

        done = migrate(choices, watch=watch, say=say)
    if as_json:
        print_json({"id": str(done.pk), "state": done.state, **done.report})
    else:
        _print_end(done.state, done.report)
    if done.state != RunState.DONE:
        raise typer.Exit(1)


def _progress(*, hidden: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=hidden,
    )


def _ring_text(state: RingState) -> str:
    name = "ring 0 (canaries)" if state.ring == 0 else f"ring {state.ring}"
    waiting = f", {state.waiting} locked" if state.waiting else ""
    failed = f", [red]{len(state.errors)} failed[/]" if state.errors else ""
    return f"{name}{waiting}{failed}"


def _print_end(state: str, report: dict[str, object]) -> None:
    style = "green" if state == "done" else "red"
    console.print(f"[{style}]{state}[/], {report['packs']} packs")
    for failed in report.get("failed", []):  # type: ignore[attr-defined]
        errors.print(f"{failed['name']}: {failed['error']}", style="red", markup=False)
    for name in report.get("ahead", []):  # type: ignore[attr-defined]
        errors.print(f"{name}: is ahead of this release", style="yellow", markup=False)


@app.command()
def plan(as_json: JsonOption = False) -> None:
    """Show what `run` would do: who needs which migrations, the SQL, and what is unsafe."""
    runtime.django()
    from tenants.fleet.plan import make_plan
    from tenants.fleet.rules import breaches

    found = make_plan(progress=lambda text: errors.print(f"building {text} …", style="dim"))
    packs = {pack.pk: pack for work in found.work for pack in work.packs}
    faults = breaches(found.pending())
    if as_json:
        print_json(
            {
                "release": found.release,
                "current": len(found.current),
                "ahead": [member.name for member in found.ahead],
                "rings": [{"ring": ring, "tenants": len(work)} for ring, work in found.rings()],
                "packs": [
                    {
                        "segment": pack.segment,
                        "migrations": [f"{app}.{name}" for app, name in pack.migrations],
                        "replayed": pack.atomic,
                        "sql": pack.statements,
                    }
                    for pack in packs.values()
                ],
                "breaches": [{"text": str(b), "serious": b.serious} for b in faults],
            }
        )
        return
    table = Table(title=f"{len(found.current)} tenants need nothing", title_justify="left")
    table.add_column("ring")
    table.add_column("tenants that need something")
    for ring, work in found.rings():
        table.add_row(str(ring), str(len(work)))
    console.print(table)
    for pack in packs.values():
        how = "replayed" if pack.atomic else "applied by Django, tenant by tenant"
        names = ", ".join(f"{app}.{name}" for app, name in pack.migrations)
        console.print(f"\n[bold]{pack.segment}[/]: {names} ({how})")
        for statement in pack.statements:
            console.print(f"  {statement};", markup=False, highlight=False, soft_wrap=True)
    for breach in faults:
        errors.print(str(breach), style="red" if breach.serious else "yellow", markup=False)


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Say who is where, and how the last run went."""
    runtime.django()
    from tenants.fleet.runner import status as read

    found = read()
    if as_json:
        print_json(found)
        return
    table = Table()
    for heading in ("ring", "current", "behind", "ahead"):
        table.add_column(heading)
    for ring in found["rings"]:
        table.add_row(*(str(ring[key]) for key in ("ring", "current", "behind", "ahead")))
    console.print(table)
    last = found["run"]
    if last is None:
        console.print("no run yet")
        return
    console.print(f"last run: {last['state']}, {last['done']} tenants done")
    for row in last["not_done"]:
        errors.print(f"{row['tenant']}: {row['error']}", style="red", markup=False)


@app.command()
def abort() -> None:
    """Stop a running migration: what is under way is finished, nothing more is begun."""
    runtime.django()
    from tenants.fleet.runner import abort as ask

    console.print(f"{ask().state}: no further tenant is begun")


@app.command()
def public() -> None:
    """Migrate the installation's own tables, and grant each kind of process its rights."""
    runtime.django()
    from tenants.ddl.public import migrate_public

    with console.status("public tables") as shown:
        applied = migrate_public(lambda name: shown.update(f"public tables: {name}"))
    console.print(f"{applied} migrations applied")


@app.command()
def drift(
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so long; the next call goes on.")
    ] = None,
    per_second: Annotated[float, typer.Option(help="Tenants a second at most.")] = 20,
    again: Annotated[bool, typer.Option(help="Also look at those looked at lately.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare every tenant's tables with what this release would make."""
    runtime.django()
    from datetime import timedelta

    from tenants.fleet import drift as checker

    fresh_for = timedelta(0) if again else checker.FRESH_FOR
    with console.status("looking") as shown:

        def progress(tally: Tally) -> None:
            shown.update(f"{tally.checked} looked at, {len(tally.drifted)} drifted")

        tally = checker.check(
            seconds=seconds, per_second=per_second, fresh_for=fresh_for, progress=progress
        )
    found = checker.findings()
    if as_json:
        print_json(
            {
                "checked": tally.checked,
                "passed_over": tally.fresh,
                "behind": tally.behind,
                "finished": tally.finished,
                "findings": found,
            }
        )
    else:
        console.print(f"{tally.checked} looked at, {len(found)} drifted")
        for finding in found:
            console.print(f"[bold]{finding['name']}[/]")
            for line in finding["lines"]:  # type: ignore[attr-defined]
                console.print(f"  {line}", markup=False, highlight=False)
    if found:
        raise typer.Exit(1)
