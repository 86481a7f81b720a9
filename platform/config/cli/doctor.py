"""`stoa doctor`: says what is wrong with this machine, or with the books, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table

from config.cli import output, runtime
from config.cli.output import JsonOption, console, print_json

if TYPE_CHECKING:
    from kernel.tenancy.context import TenantRef

app = typer.Typer(help="Check this machine, or the books; each fault comes with what mends it.")

_FAULT: Final = 1
_COLUMNS: Final = ("tenant", "check", "subject", "expected", "found")


@app.callback(invoke_without_command=True)
def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """Check this machine; each fault comes with what mends it."""
    if context.invoked_subcommand is not None:
        return
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
        raise typer.Exit(_FAULT)


@app.command()
def ledger(
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="The tenant, ten_… or a host name.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every tenant that has books.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove that each asset adds up to zero and each balance is the sum of its postings."""
    if every == (tenant is not None):
        raise typer.BadParameter("name a --tenant, or say --all")
    runtime.django()
    reports = [_audited(ref) for ref in _tenants(tenant)]
    if as_json:
        print_json(reports)
    else:
        _print_reports(reports)
    if any(report["findings"] for report in reports):
        raise typer.Exit(_FAULT)


def _tenants(named: str | None) -> Iterator[TenantRef]:
    from kernel.tenancy.context import public_context
    from kernel.tenancy.ports import directory

    if named is not None:
        yield runtime.tenant_named(named)
        return
    with public_context():
        refs = [directory().by_id(tenant_id) for tenant_id in directory().all_ids()]
    yield from refs


def _audited(tenant: TenantRef) -> dict[str, Any]:
    from kernel.ledger.services.checks import counted, verify
    from kernel.tenancy.context import tenant_context

    with tenant_context(tenant):
        findings = [asdict(finding) for finding in verify()]
        counts = asdict(counted())
    return {
        "tenant": tenant.public_id,
        "clean": not findings,
        "counts": counts,
        "findings": findings,
    }


def _print_reports(reports: list[dict[str, Any]]) -> None:
    wrong = [
        {"tenant": report["tenant"], **finding}
        for report in reports
        for finding in report["findings"]
    ]
    if wrong:
        output.print_rows(wrong, columns=_COLUMNS)
    postings = sum(report["counts"]["postings"] for report in reports)
    clean = sum(report["clean"] for report in reports)
    console.print(f"{clean} of {len(reports)} ledgers are right; {postings} postings were added up")
