"""``stoa outbox``: events that wait, and those that could not be delivered."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final, TypeAlias

import typer

from config.cli import output, runtime
from config.cli.output import JsonOption, YesOption

app = typer.Typer(no_args_is_help=True, help="Events that wait or could not be delivered.")

TenantOption: TypeAlias = Annotated[str, typer.Option("--tenant", help="The tenant, ten_….")]
_COLUMNS: Final = ("id", "name", "aggregate", "state", "attempts", "created_at", "next_attempt_at")


@app.command("list")
def list_waiting(
    tenant: TenantOption,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List events that wait or are given up, oldest first."""
    _print(tenant, dead_only=False, limit=limit, as_json=as_json)


@app.command()
def dead(
    tenant: TenantOption,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List events that were given up, with their last error."""
    _print(tenant, dead_only=True, limit=limit, as_json=as_json)


@app.command()
def replay(
    tenant: TenantOption,
    event: Annotated[str | None, typer.Argument(help="The event, evt_…; all without it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Try given-up events again."""
    runtime.django()
    from kernel.common.ids import parse_public_id
    from kernel.common.outbox.services import replay_all_dead_letters, replay_dead_letter
    from kernel.tenancy.context import tenant_context

    with tenant_context(runtime.tenant_named(tenant)):
        if event is None:
            count = replay_all_dead_letters()
        else:
            replay_dead_letter(event_id=parse_public_id("evt", event))
            count = 1
    _done({"replayed": count}, as_json=as_json)


@app.command()
def discard(
    tenant: TenantOption,
    event: Annotated[str, typer.Argument(help="The event, evt_….")],
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Close a given-up event undelivered, so that its successors go on."""
    runtime.django()
    from kernel.common.ids import parse_public_id
    from kernel.common.outbox.services import discard_dead_letter
    from kernel.common.time import utc_now
    from kernel.tenancy.context import tenant_context

    output.confirm(f"Discard {event}? Its handlers will never see it.", yes=yes)
    with tenant_context(runtime.tenant_named(tenant)):
        discard_dead_letter(event_id=parse_public_id("evt", event), now=utc_now())
    _done({"discarded": event}, as_json=as_json)


def _print(tenant: str, *, dead_only: bool, limit: int, as_json: bool) -> None:
    runtime.django()
    from kernel.common.outbox.selectors import EventState, list_events
    from kernel.tenancy.context import tenant_context

    states: tuple[EventState, ...] = ("dead",) if dead_only else ("waiting", "dead")
    with tenant_context(runtime.tenant_named(tenant)):
        lines = list_events(states=states, limit=limit)
    columns = (*_COLUMNS, "last_error") if dead_only else _COLUMNS
    output.print_rows([asdict(line) for line in lines], columns=columns, as_json=as_json)


def _done(result: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        output.print_json(result)
    else:
        output.console.print(*(f"{key}: {value}" for key, value in result.items()))
