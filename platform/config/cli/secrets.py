"""``stoa secrets``: root keys and the rotation of what tenants keep sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli import runtime
from config.cli.output import JsonOption, errors, print_json, print_rows

if TYPE_CHECKING:
    from kernel.tenancy.context import TenantRef

app = typer.Typer(no_args_is_help=True, help="Root keys, and what tenants keep sealed with them.")

TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="One tenant (ten_…) instead of all.")
]


@app.command("new-key")
def new_key(
    where: Annotated[
        Path | None, typer.Option("--directory", help="Default: STOA_SECRETS_KEYS_DIR.")
    ] = None,
) -> None:
    """Add a root key. Processes seal with it after their next start; then run `rotate`."""
    from kernel.common.secrets.local_ring import write_new_key

    target = where or _configured_directory()
    if target is None:
        errors.print("Name a directory, or set STOA_SECRETS_KEYS_DIR.", style="bold red")
        raise typer.Exit(2)
    typer.echo(str(write_new_key(target, now=datetime.now(UTC))))


@app.command("rotate")
def rotate(*, tenant: TenantOption = None, as_json: JsonOption = False) -> None:
    """Reseal every secret with the current root key; safe to stop and run again."""
    runtime.django()
    from rich.progress import track

    from kernel.common.secrets.services import INSTALLATION, rotate_secrets

    rotated = 0
    unreadable: list[dict[str, str]] = []
    places = list(_places(tenant))
    for place in track(places, description="Resealing", console=errors, disable=as_json):
        with _inside(place):
            done = rotate_secrets()
        rotated += done.rotated
        name = place.public_id if place is not None else INSTALLATION
        unreadable += [{"tenant": name, "purpose": each} for each in done.unreadable]
    number = sum(place is not None for place in places)
    if as_json:
        print_json({"tenants": number, "rotated": rotated, "unreadable": unreadable})
    else:
        typer.echo(f"{rotated} secrets of {number} tenants resealed.")
        if unreadable:
            print_rows(unreadable, columns=("tenant", "purpose"), title="These do not open")
    if unreadable:
        raise typer.Exit(1)


@app.command("status")
def status(*, tenant: TenantOption = None, as_json: JsonOption = False) -> None:
    """Count secrets by root key: a key may be retired when nothing hangs on it."""
    runtime.django()
    from kernel.common.secrets.services import default_sealer, rows_by_key

    current = default_sealer().current_key_id()
    totals = {current: 0}
    places = list(_places(tenant))
    for place in places:
        with _inside(place):
            for key_id, rows in rows_by_key().items():
                totals[key_id] = totals.get(key_id, 0) + rows
    number = sum(place is not None for place in places)
    if as_json:
        print_json({"current": current, "tenants": number, "secrets": totals})
        return
    print_rows(
        [
            {"root_key": key_id, "secrets": rows, "current": "yes" if key_id == current else ""}
            for key_id, rows in sorted(totals.items())
        ],
        columns=("root_key", "secrets", "current"),
    )


def _configured_directory() -> Path | None:
    from config import environment

    text = environment.text("STOA_SECRETS_KEYS_DIR", "")
    return Path(text) if text else None


def _inside(place: TenantRef | None) -> AbstractContextManager[object]:
    from kernel.tenancy.context import public_context, tenant_context

    return public_context() if place is None else tenant_context(place)


def _places(tenant: str | None) -> Iterator[TenantRef | None]:
    """Yield the one tenant, or the installation (None) and then every tenant."""
    if tenant is None:
        yield None
    yield from _tenants(tenant)


def _tenants(public_id: str | None) -> Iterator[TenantRef]:
    from kernel.common.ids import parse_public_id
    from kernel.tenancy.context import public_context
    from kernel.tenancy.ports import directory

    answers = directory()
    with public_context():
        if public_id is None:
            wanted = list(answers.all_ids())
        else:
            wanted = [parse_public_id("ten", public_id)]
        refs = [answers.by_id(tenant_id) for tenant_id in wanted]
    yield from refs
