"""`stoa doctor`: says what is wrong with this machine and how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.table import Table

from config.cli.output import JsonOption, console, print_json

app = typer.Typer(help="Check this machine; each fault comes with what mends it.")


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check this machine; each fault comes with what mends it."""
    from config.dev.health import CHECKS

    findings = [check() for check in CHECKS]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        table = Table()
        for heading in ("", "check", "found", "mend"):
            table.add_column(heading, overflow="fold")
        marks = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[dim]·[/]"}
        for finding in findings:
            table.add_row(
                marks[finding.passed], finding.check, finding.found, f"[bold]{finding.mend}[/]"
            )
        console.print(table)
    if any(finding.passed is False for finding in findings):
        raise typer.Exit(1)
