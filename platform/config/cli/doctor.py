"""`stoa doctor`: says what is wrong with this machine, or with the books, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer
from rich.table import Table

from config.cli import books, output, runtime
from config.cli.output import JsonOption, console, print_json

if TYPE_CHECKING:
    from config.dev.health import Finding
    from kernel.tenancy.context import TenantRef

app = typer.Typer(help="Check this machine, or the books; each fault comes with what mends it.")

_FAULT: Final = 1

TenantOption: TypeAlias = Annotated[
    str | None, typer.Option("--tenant", help="The tenant, ten_… or a host name.")
]
EveryOption: TypeAlias = Annotated[bool, typer.Option("--all", help="Every tenant.")]


@app.callback(invoke_without_command=True)
def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """Check this machine, and the books of every tenant where an installation runs."""
    if context.invoked_subcommand is not None:
        return
    from config.dev.health import CHECKS

    findings = [*(check() for check in CHECKS), *_summary()]
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


def _summary() -> Iterator[Finding]:
    """Yield a line for each kind of books; none where no installation runs or it is not whole."""
    from config.dev.health import Finding
    from testkit.servers.errors import ServerRefused

    try:
        runtime.django()
        refs = list(_reached())
    except ServerRefused:
        return
    for book in books.BOOKS:
        wrong = sum(bool(books.found_in(ref, book)) for ref in refs)
        yield Finding(
            check=f"books: {book}",
            passed=not wrong,
            found=f"right in {len(refs) - wrong} of {len(refs)} shops",
            mend=f"stoa doctor {book} --all" if wrong else "",
        )


def _reached() -> Iterator[TenantRef]:
    """Yield every tenant; none where the database does not answer, which its own check tells."""
    from django.db import DatabaseError

    try:
        yield from books.tenants(None)
    except DatabaseError:
        return


@app.command()
def stock(
    tenant: TenantOption = None, every: EveryOption = False, as_json: JsonOption = False
) -> None:
    """Prove that what is kept of each stock item is the sum of its movements and promises."""
    _examine("stock", tenant, every=every, as_json=as_json)


@app.command()
def relations(
    tenant: TenantOption = None, every: EveryOption = False, as_json: JsonOption = False
) -> None:
    """Prove that the table of who stands below whom follows from the sponsors."""
    _examine("relations", tenant, every=every, as_json=as_json)


@app.command()
def orders(
    tenant: TenantOption = None, every: EveryOption = False, as_json: JsonOption = False
) -> None:
    """Prove that the timeline of each order explains its figures."""
    _examine("orders", tenant, every=every, as_json=as_json)


def _begin(tenant: str | None, *, every: bool) -> None:
    if every == (tenant is not None):
        raise typer.BadParameter("name a --tenant, or say --all")
    runtime.django()


def _examine(book: str, tenant: str | None, *, every: bool, as_json: bool) -> None:
    _begin(tenant, every=every)
    found = {ref.public_id: books.found_in(ref, book) for ref in books.tenants(tenant)}
    wrong = [{"tenant": name, **row} for name, rows in found.items() for row in rows]
    if as_json:
        print_json(
            [{"tenant": t, "clean": not rows, "findings": rows} for t, rows in found.items()]
        )
    else:
        if wrong:
            output.print_rows(wrong, columns=books.COLUMNS)
        clean = sum(not rows for rows in found.values())
        console.print(f"{book}: right in {clean} of {len(found)} shops")
    if wrong:
        raise typer.Exit(_FAULT)


@app.command()
def ledger(
    tenant: TenantOption = None, every: EveryOption = False, as_json: JsonOption = False
) -> None:
    """Prove that each asset adds up to zero and each balance is the sum of its postings."""
    _begin(tenant, every=every)
    reports = [_audited(ref) for ref in books.tenants(tenant)]
    if as_json:
        print_json(reports)
    else:
        _print_reports(reports)
    if any(report["findings"] for report in reports):
        raise typer.Exit(_FAULT)


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
        output.print_rows(wrong, columns=books.COLUMNS)
    postings = sum(report["counts"]["postings"] for report in reports)
    clean = sum(report["clean"] for report in reports)
    console.print(f"{clean} of {len(reports)} ledgers are right; {postings} postings were added up")
