"""``stoa audit``: read, export and verify the log of a tenant or of the installation."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from config.cli import output, runtime
from config.cli.output import JsonOption

if TYPE_CHECKING:
    from kernel.audit.models import AuditEntry

app = typer.Typer(no_args_is_help=True, help="The audit log: read, export, verify.")

TenantOption: TypeAlias = Annotated[
    str | None, typer.Option("--tenant", help="The tenant, ten_…; the installation without it.")
]
_SHOWN: Final = ("sequence", "occurred_at", "actor", "action", "object", "reason")
_COLUMNS: Final = (
    "sequence", "occurred_at", "actor_type", "actor_id", "actor_name", "acting_as", "action",
    "object_type", "object_id", "before", "after", "reason", "ip", "request_id",
    "previous_hash", "hash",
)  # fmt: skip
_BROKEN: Final = 1
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@app.command()
def verify(
    tenant: TenantOption = None,
    expect: Annotated[
        str | None, typer.Option(help="sequence:hash noted earlier; shows a log cut at its end.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check every hash; exit status 1 names the first entry that is wrong.

    A tenant's log is held against its last nightly seal as well.
    """
    with _scope(tenant):
        from kernel.audit.sealing import last_seal
        from kernel.audit.services import verify_chain

        sealed = last_seal()[0] if tenant is not None else None
        report = verify_chain(expected_head=_head(expect) or sealed)
    if as_json:
        output.print_json({**asdict(report), "intact": report.intact})
    elif report.intact:
        output.console.print(
            f"{report.checked} entries, intact. Head {report.head_sequence}:{report.head_hash}"
        )
    else:
        output.errors.print(f"Entry {report.broken_at} is wrong: {report.fault}", style="bold red")
    if not report.intact:
        raise typer.Exit(_BROKEN)


@app.command("list")
def list_entries(
    tenant: TenantOption = None,
    action: str = "",
    actor: str = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """List entries, newest first."""
    with _scope(tenant):
        from kernel.audit.selectors import AuditFilter, find_entries

        rows = [
            {
                **_row(entry),
                "actor": f"{entry.actor_name or entry.actor_id}"
                + (f" as {entry.acting_as}" if entry.acting_as else ""),
                "object": f"{entry.object_type} {entry.object_id}".strip(),
            }
            for entry in find_entries(AuditFilter(action=action, actor_id=actor), limit=limit)
        ]
    output.print_rows(rows, columns=_SHOWN, as_json=as_json)


@app.command()
def export(
    tenant: TenantOption = None,
    to: Annotated[Path | None, typer.Option(help="A file; standard output without it.")] = None,
) -> None:
    """Write all entries as CSV, safe to open in a spreadsheet."""
    with _scope(tenant):
        from kernel.audit.selectors import AuditFilter, find_entries

        lines = (_cells(_row(entry)) for entry in find_entries(AuditFilter()))
        if to is None:
            _write(lines, sys.stdout)
            return
        # The byte order mark makes spreadsheets read Chinese as UTF-8.
        with to.open("w", encoding="utf-8-sig", newline="") as file:
            _write(lines, file)


def guarded(value: str) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _scope(tenant: str | None) -> AbstractContextManager[object]:
    runtime.django()
    from kernel.tenancy.context import public_context, tenant_context

    return public_context() if tenant is None else tenant_context(runtime.tenant_named(tenant))


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    sequence, _colon, digest = text.partition(":")
    if not sequence.isdecimal() or not digest:
        raise typer.BadParameter("--expect wants sequence:hash")
    return int(sequence), digest


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _COLUMNS}


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [guarded(_text(row[name])) for name in _COLUMNS]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _write(lines: Iterator[list[str]], file: Any) -> None:
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows(lines)
