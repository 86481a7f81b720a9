"""`stoa grant …`: rights of tenants to modules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from config.cli import runtime
from config.cli.output import JsonOption, print_json, print_rows

if TYPE_CHECKING:
    from kernel.audit.actor import Actor
    from tenants.models import Grant

app = typer.Typer(no_args_is_help=True, help="Rights of tenants to modules.")

FeatureArgument: TypeAlias = Annotated[str, typer.Argument(help="The module's code.")]
TenantOption: TypeAlias = Annotated[
    str, typer.Option("--tenant", "-t", help="Id (ten_…) or host name.")
]
_COLUMNS: Final = ("feature", "edition", "starts_at", "ends_at", "off_at", "source")
_FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def _actor() -> Actor:
    from kernel.audit.actor import Actor

    return Actor.system("stoa grant")


@app.command()
def give(
    feature: FeatureArgument,
    tenant: TenantOption,
    *,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=_FORMATS, help="Read-only from then on (UTC); no end when left out."
        ),
    ] = None,
    off: Annotated[
        datetime | None,
        typer.Option("--off", formats=_FORMATS, help="Off from then on (UTC); two weeks later."),
    ] = None,
    edition: Annotated[str, typer.Option("--edition")] = "",
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help="What the right is limited to, bytes=50000000000 for media."),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", help="What it is given for; the same gives it once.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Give a tenant the right to a module."""
    runtime.django()
    from kernel.common.ids import uuid7
    from tenants.services import grants

    if off is not None and until is None:
        raise typer.BadParameter("--off needs --until")
    given = grants.give(
        runtime.tenant_named(tenant).id,
        feature,
        source_type="operator",
        source_id=source or uuid7().hex,
        actor=_actor(),
        ends_at=_utc(until),
        off_at=_utc(off),
        edition=edition,
        limits=_limits(limit or []),
    )
    print_rows([_row(given)], columns=_COLUMNS, as_json=as_json)


@app.command("list")
def list_grants(tenant: TenantOption, *, as_json: JsonOption = False) -> None:
    """List the rights of a tenant that still count for something."""
    runtime.django()
    from kernel.common.time import utc_now
    from tenants.services import grants

    found = grants.grants_of(runtime.tenant_named(tenant).id, now=utc_now())
    print_rows(map(_row, found), columns=_COLUMNS, as_json=as_json)


@app.command()
def revoke(
    feature: FeatureArgument,
    tenant: TenantOption,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Stands in the audit log.")] = "",
    as_json: JsonOption = False,
) -> None:
    """End all rights of a tenant to a module, now."""
    runtime.django()
    from tenants.services import grants

    ended = grants.revoke(runtime.tenant_named(tenant).id, feature, actor=_actor(), reason=reason)
    if as_json:
        print_json({"ended": ended})
    else:
        print_rows([{"ended": ended}], columns=("ended",))


def _limits(told: list[str]) -> dict[str, int]:
    """Return limits by name, ``name=number`` each."""
    found = {}
    for text in told:
        name, _equals, number = text.partition("=")
        if not name.isidentifier() or not (number.isascii() and number.isdigit()):
            raise typer.BadParameter(f"--limit takes name=number, not {text!r}")
        found[name] = int(number)
    return found


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _row(grant: Grant) -> dict[str, Any]:
    return {
        "feature": grant.feature,
        "edition": grant.edition,
        "starts_at": grant.starts_at,
        "ends_at": grant.ends_at,
        "off_at": grant.off_at,
        "source": f"{grant.source_type}:{grant.source_id}",
    }
