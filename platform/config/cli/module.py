"""`stoa module …`: what modules there are, in which tenants they are on, and new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from config.cli import runtime
from config.cli.output import JsonOption, console, print_json, print_rows

if TYPE_CHECKING:
    from kernel.audit.actor import Actor
    from tenants.services.modules import ModuleStatus

app = typer.Typer(no_args_is_help=True, help="Modules: list, switch, write new ones.")

CodeArgument: TypeAlias = Annotated[str, typer.Argument(help="The module's code.")]
TenantOption: TypeAlias = Annotated[
    str, typer.Option("--tenant", "-t", help="Id (ten_…) or host name.")
]
_COLUMNS: Final = ("code", "name", "version", "tier", "requires", "conflicts", "tenants")
_STATUS_COLUMNS: Final = ("code", "name", "state", "right", "until", "stands_in_the_way")


def _actor() -> Actor:
    from kernel.audit.actor import Actor

    return Actor.system("stoa module")


@app.command("list")
def list_modules(*, as_json: JsonOption = False) -> None:
    """List the modules that this installation carries."""
    runtime.django()
    from kernel.modules.registry import manifests
    from kernel.tenancy.ports import directory

    rows = [
        {
            "code": manifest.code,
            "name": f"{manifest.name.zh} {manifest.name.en}",
            "version": manifest.version,
            "tier": manifest.tier,
            "category": manifest.category,
            "requires": list(manifest.requires),
            "conflicts": list(manifest.conflicts),
            "package": manifest.package,
            "tenants": len(list(directory().enabled_for(manifest.code))),
        }
        for manifest in manifests().values()
    ]
    print_rows(_flat(rows, as_json=as_json), columns=_COLUMNS, as_json=as_json)


@app.command()
def status(tenant: TenantOption, *, as_json: JsonOption = False) -> None:
    """Show each module as it stands in a tenant."""
    runtime.django()
    from kernel.common.time import utc_now
    from tenants.services.modules import statuses

    found = statuses(runtime.tenant_named(tenant).id, now=utc_now())
    rows = [_status_row(item) for item in found]
    print_rows(_flat(rows, as_json=as_json), columns=_STATUS_COLUMNS, as_json=as_json)


@app.command()
def enable(code: CodeArgument, tenant: TenantOption, *, as_json: JsonOption = False) -> None:
    """Switch a module on in a tenant; its tables are made."""
    runtime.django()
    from tenants.services import modules

    modules.enable(runtime.tenant_named(tenant).id, code, actor=_actor())
    _tell(code, tenant, as_json=as_json)


@app.command()
def disable(code: CodeArgument, tenant: TenantOption, *, as_json: JsonOption = False) -> None:
    """Switch a module off in a tenant; its data stays."""
    runtime.django()
    from tenants.services import modules

    modules.disable(runtime.tenant_named(tenant).id, code, actor=_actor())
    _tell(code, tenant, as_json=as_json)


@app.command()
def uninstall(
    code: CodeArgument,
    tenant: TenantOption,
    *,
    confirm: Annotated[
        str, typer.Option("--confirm", help="The tenant's name, typed out, instead of asking.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Put a switched-off module's data into an archive, then drop its tables."""
    runtime.django()
    from config.following import follow
    from tenants.services import requests

    found = runtime.tenant_named(tenant)
    name = confirm or typer.prompt(f"Type the tenant's name to drop the data of {code}")
    job = requests.uninstall(found.id, code, confirmation=code, tenant_name=name, actor=_actor())
    ended = follow(job.pk)
    told = {"code": code, "tenant": found.public_id, "archive": ended.data["path"]}
    if as_json:
        print_json(told)
    else:
        print_rows([told], columns=("code", "tenant", "archive"))


@app.command()
def new(
    code: Annotated[str, typer.Argument(help="Code of the new module, such as gift_wrap.")],
    *,
    zh: Annotated[str, typer.Option("--zh", help="Its name in Chinese.")] = "",
    en: Annotated[str, typer.Option("--en", help="Its name in English.")] = "",
    into: Annotated[
        Path | None, typer.Option("--into", help="Folder of modules; `apps` when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a small module that works and passes the conformance suite."""
    from config.scaffold import write_module

    written = write_module(code, zh=zh, en=en, into=into)
    if as_json:
        print_json({"code": code, "files": [str(path) for path in written]})
        return
    for path in written:
        console.print(f"wrote {path}", highlight=False)
    console.print(f"next: pytest {written[0].parent}; then read apps/README.md", highlight=False)


def _tell(code: str, tenant: str, *, as_json: bool) -> None:
    from kernel.common.time import utc_now
    from tenants.services.modules import statuses

    found = statuses(runtime.tenant_named(tenant).id, now=utc_now())
    rows = [_status_row(item) for item in found if item.manifest.code == code]
    print_rows(_flat(rows, as_json=as_json), columns=_STATUS_COLUMNS, as_json=as_json)


def _status_row(found: ModuleStatus) -> dict[str, Any]:
    state = "on" if found.enabled else "off, data kept" if found.installed else "off"
    others = {
        "needs": found.missing,
        "needed by": found.needed_by,
        "excluded by": found.excluded_by,
    }
    return {
        "code": found.manifest.code,
        "name": f"{found.manifest.name.zh} {found.manifest.name.en}",
        "state": state,
        "enabled": found.enabled,
        "installed": found.installed,
        "right": found.decision.mode,
        "reason": found.decision.reason,
        "until": found.decision.valid_until,
        "stands_in_the_way": [
            f"{word} {other.code}" for word, modules in others.items() for other in modules
        ],
    }


def _flat(rows: list[dict[str, Any]], *, as_json: bool) -> list[dict[str, Any]]:
    """Join lists for people; scripts get them as they are."""
    if as_json:
        return rows
    return [
        {key: ", ".join(value) if isinstance(value, list) else value for key, value in row.items()}
        for row in rows
    ]
