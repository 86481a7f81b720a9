"""`stoa tenant …`: open tenants and lead them through their lives."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli import runtime
from config.cli.output import JsonOption, console, print_json, print_rows

if TYPE_CHECKING:
    from kernel.audit.actor import Actor
    from tenants.choices import DomainKind
    from tenants.models import Job

app = typer.Typer(no_args_is_help=True, help="Open tenants and lead them through their lives.")

TenantArgument = Annotated[str, typer.Argument(help="Id (ten_…), host name, or name.")]
HostOption = Annotated[str, typer.Option("--host", help="Host name of the storefront.")]
ConsoleOption = Annotated[str, typer.Option("--console-host", help="Host name of the console.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="For staff and the audit log.")]
BackgroundOption = Annotated[
    bool, typer.Option("--background", help="Leave the work to the workers.")
]
COLUMNS = ("id", "name", "kind", "state", "level", "hosts")


def _actor() -> Actor:
    from kernel.audit.actor import Actor

    return Actor.system("stoa tenant")


def _hosts(host: str, console_host: str) -> dict[DomainKind, str]:
    from tenants.choices import DomainKind

    found = {DomainKind.STORE: host}
    if console_host:
        found[DomainKind.CONSOLE] = console_host
    return found


def _end(job: Job, *, background: bool, as_json: bool) -> Job:
    """Do the job here, or say where it waits."""
    from config.following import follow, read
    from config.tenant_rows import job_row

    ended = read(job.pk) if background else follow(job.pk)
    if as_json:
        print_json(job_row(ended))
    else:
        console.print(f"{ended.kind} {ended.state}: {ended.public_id}", highlight=False)
    return ended


def _secret(file: Path | None) -> str:
    """Read a passphrase or key from a file: an argument would stand in the process list."""
    return file.read_text().strip() if file is not None else ""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name, up to 120 characters.")],
    host: HostOption,
    *,
    console_host: ConsoleOption = "",
    owner_email: Annotated[str, typer.Option(help="First person of the staff.")] = "",
    owner_password_file: Annotated[Path | None, typer.Option(help="Its password.")] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="For trying out, for ever.")] = False,
    locale: Annotated[str, typer.Option(help="zh-hans or en.")] = "zh-hans",
    zone: Annotated[str, typer.Option(help="Time zone.")] = "Asia/Shanghai",
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "CNY",
    from_pool: Annotated[
        bool, typer.Option("--from-pool", help="Refuse when no schema is ready.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Open a tenant; it answers when this returns."""
    runtime.django()
    from config.tenant_rows import find, row
    from kernel.access.services import hash_password
    from tenants.choices import TenantKind
    from tenants.services.lifecycle import Opening, open_tenant

    password = _secret(owner_password_file)
    opening = Opening(
        name=name,
        hosts=_hosts(host, console_host),
        owner_email=owner_email,
        owner_password_hash=hash_password(password) if password else "",
        kind=TenantKind.SANDBOX if sandbox else TenantKind.LIVE,
        locale=locale,
        zone=zone,
        currency=currency,
    )
    ref = open_tenant(opening, actor=_actor(), may_make_schema=not from_pool)
    shown = row(find(ref.public_id))
    if as_json:
        print_json(shown)
    else:
        print_rows([shown], columns=COLUMNS)


@app.command("list")
def list_tenants(
    *,
    state: Annotated[str, typer.Option(help="Only these.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List tenants; purged ones only when asked for."""
    runtime.django()
    from config.tenant_rows import row
    from kernel.tenancy.context import public_context
    from tenants.models import Tenant

    wanted = Tenant.objects.filter(state=state) if state else Tenant.objects.exclude(state="purged")
    with public_context():
        tenants = list(wanted.order_by("created_at"))
    print_rows((row(tenant) for tenant in tenants), columns=COLUMNS, as_json=as_json)


@app.command()
def show(tenant: TenantArgument, *, as_json: JsonOption = False) -> None:
    """Show all that the registry knows of a tenant."""
    runtime.django()
    from config.tenant_rows import details, find

    found = details(find(tenant))
    if as_json:
        print_json(found)
        return
    lists: dict[str, Any] = {key: found.pop(key) for key in ("domains", "holds", "jobs")}
    print_rows([{"": key, "value": value} for key, value in found.items()], columns=("", "value"))
    for title, rows in lists.items():
        if rows:
            print_rows(rows, columns=tuple(rows[0]), title=title)


@app.command()
def suspend(
    tenant: TenantArgument,
    *,
    reason: ReasonOption,
    until: Annotated[datetime | None, typer.Option(help="Ends by itself then, UTC.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Close a tenant's storefront; webhooks and refunds go on."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services.requests import suspend as place

    hold = place(
        find(tenant).pk,
        reason=reason,
        actor=_actor(),
        until=until.replace(tzinfo=UTC) if until else None,
    )
    _print_tenant(tenant, as_json=as_json, hold=str(hold.pk))


@app.command()
def hold(
    tenant: TenantArgument,
    *,
    level: Annotated[int, typer.Option(min=1, max=3, help="1 warn, 2 read-only, 3 close.")],
    kind: Annotated[str, typer.Option(help="billing, quota, abuse, compliance, …")] = "manual",
    reason: ReasonOption,
    until: Annotated[datetime | None, typer.Option(help="Ends by itself then, UTC.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a tenant back for one reason among others."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.choices import HoldKind, HoldLevel
    from tenants.services.states import place_hold

    if kind not in HoldKind.values:
        raise typer.BadParameter(", ".join(HoldKind.values), param_hint="--kind")
    placed = place_hold(
        find(tenant).pk,
        kind=kind,
        level=HoldLevel(level),
        reason=reason,
        actor=_actor(),
        until=until.replace(tzinfo=UTC) if until else None,
    )
    _print_tenant(tenant, as_json=as_json, hold=str(placed.pk))


@app.command()
def release(
    tenant: TenantArgument,
    *,
    hold_id: Annotated[str, typer.Option("--hold", help="One hold; else all by hand.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Release one hold, or all that were placed by hand; others stay."""
    runtime.django()
    from uuid import UUID

    from config.tenant_rows import find
    from tenants.services.requests import resume
    from tenants.services.states import release_hold

    if hold_id:
        release_hold(UUID(hold_id), actor=_actor())
    else:
        resume(find(tenant).pk, actor=_actor())
    _print_tenant(tenant, as_json=as_json)


@app.command("media-origin")
def media_origin(
    tenant: TenantArgument,
    origin: Annotated[
        str, typer.Argument(help="https://host of the delivery network; '' for none.")
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Let browsers fetch a tenant's pictures through a delivery network."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services.origins import set_media_origin

    kept = set_media_origin(find(tenant).pk, origin, actor=_actor())
    _print_tenant(tenant, as_json=as_json, media_origin=kept)


def _print_tenant(text: str, *, as_json: bool, **more: str) -> None:
    from config.tenant_rows import find, row

    shown = {**row(find(text)), **more}
    if as_json:
        print_json(shown)
    else:
        print_rows([shown], columns=(*COLUMNS, *more))


@app.command()
def archive(
    tenant: TenantArgument,
    *,
    reason: ReasonOption,
    background: BackgroundOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put a tenant into an encrypted archive and drop it from the database."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services import requests

    job = requests.archive(find(tenant).pk, reason=reason, actor=_actor())
    _end(job, background=background, as_json=as_json)


@app.command()
def restore(
    tenant: TenantArgument, *, background: BackgroundOption = False, as_json: JsonOption = False
) -> None:
    """Bring an archived tenant back."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services import requests

    job = requests.restore(find(tenant).pk, actor=_actor())
    _end(job, background=background, as_json=as_json)


@app.command()
def purge(
    tenant: TenantArgument,
    *,
    confirm: Annotated[str, typer.Option("--confirm", help="The tenant's name again.")] = "",
    background: BackgroundOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete an archived tenant for ever: its archive, its files, its names."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services import requests

    job = requests.purge(find(tenant).pk, confirmation=confirm, actor=_actor())
    _end(job, background=background, as_json=as_json)


@app.command()
def copy(
    tenant: TenantArgument,
    name: Annotated[str, typer.Argument(help="Name of the copy.")],
    host: HostOption,
    *,
    console_host: ConsoleOption = "",
    live: Annotated[bool, typer.Option("--live", help="Not a sandbox.")] = False,
    with_grants: Annotated[
        bool, typer.Option("--with-grants", help="Give it the original's rights to modules.")
    ] = False,
    background: BackgroundOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a new tenant with another's rows, files and modules."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.choices import TenantKind
    from tenants.services import requests

    job = requests.copy(
        find(tenant).pk,
        name=name,
        hosts=_hosts(host, console_host),
        kind=TenantKind.LIVE if live else TenantKind.SANDBOX,
        actor=_actor(),
        with_grants=with_grants,
    )
    _end(job, background=background, as_json=as_json)


@app.command()
def export(
    tenant: TenantArgument,
    target: Annotated[Path, typer.Argument(help="File to write.")],
    *,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Holds the passphrase that will open the archive.")
    ] = None,
    recipient: Annotated[str, typer.Option(help="An age recipient instead, age1…")] = "",
    as_json: JsonOption = False,
) -> None:
    """Write a tenant's archive to a file; the tenant keeps running."""
    runtime.django()
    from config.tenant_rows import find
    from kernel.tenancy.context import public_context
    from tenants.services import requests
    from tenants.services.steps.shared import archives

    job = requests.export(
        find(tenant).pk,
        actor=_actor(),
        passphrase=_secret(passphrase_file),
        recipient=recipient,
    )
    ended = _end(job, background=False, as_json=as_json)
    with public_context(), archives().open(ended.data["path"]) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="The archive.", exists=True, dir_okay=False)],
    host: HostOption,
    *,
    console_host: ConsoleOption = "",
    name: Annotated[str, typer.Option(help="Another name than the archive's.")] = "",
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Holds the passphrase, or AGE-SECRET-KEY-1….")
    ] = None,
    background: BackgroundOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take in a tenant that was exported, here or elsewhere."""
    runtime.django()
    from tenants.services import requests

    with source.open("rb") as file:
        job = requests.take_in(
            file,
            key=_secret(passphrase_file),
            hosts=_hosts(host, console_host),
            name=name,
            actor=_actor(),
        )
    _end(job, background=background, as_json=as_json)


@app.command()
def rename(
    tenant: TenantArgument,
    name: Annotated[str, typer.Argument(help="The new name.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Give a tenant another name; its host names stay."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services.lifecycle import rename as give_name

    found = find(tenant)
    give_name(found.pk, name, actor=_actor())
    _print_tenant(found.public_id, as_json=as_json)
