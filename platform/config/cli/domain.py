"""`stoa domain …`: host names of tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli import runtime
from config.cli.output import JsonOption, print_rows

if TYPE_CHECKING:
    from kernel.audit.actor import Actor
    from tenants.models import Domain

app = typer.Typer(no_args_is_help=True, help="Host names of tenants.")

TenantArgument = Annotated[str, typer.Argument(help="Id (ten_…), host name, or name.")]
NameArgument = Annotated[str, typer.Argument(help="The host name, in any script.")]
COLUMNS = ("domain", "shown", "kind", "state", "primary", "redirects", "record", "value", "alias")


def _actor() -> Actor:
    from kernel.audit.actor import Actor

    return Actor.system("stoa domain")


def _row(domain: Domain) -> dict[str, Any]:
    from tenants.brands import alias_target
    from tenants.domains import shown
    from tenants.services.domains import PROOF_LABEL

    pending = domain.state != "verified"
    return {
        "domain": domain.domain,
        "shown": shown(domain.domain),
        "kind": domain.kind,
        "state": domain.state,
        "primary": domain.is_primary,
        "redirects": domain.redirects,
        "record": f"{PROOF_LABEL}.{domain.domain} TXT" if pending else "",
        "value": domain.proof if pending else "",
        "alias": f"{domain.proof[:20]}.{alias_target(domain.tenant.brand)}" if pending else "",
        "checked": domain.checked_at,
    }


def _print(tenant: str, *, as_json: bool) -> None:
    from config.tenant_rows import find
    from kernel.tenancy.context import public_context

    with public_context():
        domains = list(find(tenant).domains.order_by("kind", "-is_primary", "domain"))
    print_rows(map(_row, domains), columns=COLUMNS, as_json=as_json)


@app.command()
def add(
    tenant: TenantArgument,
    name: NameArgument,
    *,
    for_console: Annotated[
        bool, typer.Option("--console", help="Serves the console, not the storefront.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bind a host name; shows what to enter into the DNS."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.choices import DomainKind
    from tenants.services.domains import add_domain

    found = find(tenant)
    kind = DomainKind.CONSOLE if for_console else DomainKind.STORE
    add_domain(found.pk, name, kind=kind, actor=_actor())
    _print(found.public_id, as_json=as_json)


@app.command("list")
def list_domains(tenant: TenantArgument, *, as_json: JsonOption = False) -> None:
    """List a tenant's host names."""
    runtime.django()
    _print(tenant, as_json=as_json)


@app.command()
def verify(tenant: TenantArgument, name: NameArgument, *, as_json: JsonOption = False) -> None:
    """Look for the proof in the DNS."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services.domains import verify_domain

    found = find(tenant)
    verify_domain(found.pk, name, actor=_actor())
    _print(found.public_id, as_json=as_json)


@app.command()
def primary(
    tenant: TenantArgument,
    name: NameArgument,
    *,
    redirect_others: Annotated[
        bool, typer.Option("--redirect-others", help="The others send visitors to it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a proven name the primary one of its kind."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services.domains import make_primary

    found = find(tenant)
    make_primary(found.pk, name, actor=_actor(), redirect_others=redirect_others)
    _print(found.public_id, as_json=as_json)


@app.command()
def remove(tenant: TenantArgument, name: NameArgument, *, as_json: JsonOption = False) -> None:
    """Unbind a host name that is not the primary one."""
    runtime.django()
    from config.tenant_rows import find
    from tenants.services.domains import remove_domain

    found = find(tenant)
    remove_domain(found.pk, name, actor=_actor())
    _print(found.public_id, as_json=as_json)
