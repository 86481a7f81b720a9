"""Begins work on many shops, stops it, and has what was refused tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from channel_center.bulk.choices import BRINGS, FOR_OPERATOR, BulkAction, BulkState, ItemState
from channel_center.bulk.errors import BulkOver, InvalidBulk, NothingChosen, UnknownBulk
from channel_center.bulk.models import BulkItem, BulkRun
from channel_center.operations.choices import Urgency
from channel_center.operations.services.upgrading import RINGS
from channel_center.services.channels import tenants_of
from channel_center.snapshots.errors import UnknownTemplate
from channel_center.snapshots.services.copying import copied_version
from channel_center.snapshots.services.templates import usable_templates
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import public_context
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.tasks import enqueue
from tenants.choices import HoldLevel

MOST: Final = 5_000
"""Shops in one piece of work."""
LONGEST_HOURS: Final = 1_440
_LONGEST: Final = {"reason": 300, "text_zh": 400, "text_en": 400}
_LEVELS: Final = (HoldLevel.WARNED, HoldLevel.READ_ONLY, HoldLevel.CLOSED)


@public_context()
@transaction.atomic
def begin(
    action: str,
    tenant_ids: Sequence[UUID],
    told: Mapping[str, object],
    *,
    channel_id: UUID | None,
    actor: Actor,
) -> BulkRun:
    """Have the same done to many shops by a worker, one after the other.

    Args:
        action: one of `BulkAction`.
        tenant_ids: the shops, all of whoever asks.
        told: what the action needs to know.
        channel_id: who asks; None for the operator.
        actor: who asks, and who is said to have done it.

    Raises:
        NothingChosen: no shop, or too many.
        UnknownTenant: one of them is another's.
        InvalidBulk: ``field`` says what cannot be used.
    """
    wanted = list(dict.fromkeys(tenant_ids))
    if not 1 <= len(wanted) <= MOST:
        raise NothingChosen
    if action not in BulkAction.values or (action in FOR_OPERATOR and channel_id is not None):
        raise InvalidBulk(field="action")
    kept = _CHECKS[BulkAction(action)](told, channel_id)
    if tenants_of(channel_id).filter(pk__in=wanted).count() != len(wanted):
        raise UnknownTenant
    run = BulkRun.objects.create(
        channel_id=channel_id,
        action=action,
        told=kept,
        actor={"kind": actor.kind, "id": actor.id, "name": actor.name, "ip": actor.ip},
    )
    BulkItem.objects.bulk_create([BulkItem(run=run, tenant_id=each) for each in wanted], 500)
    record(
        action="bulk.begun",
        actor=actor,
        obj=("bulk_run", run.public_id),
        after={"action": action, "shops": len(wanted), **kept},
    )
    _have_done(run.pk)
    return run


@public_context()
@transaction.atomic
def stop(run_id: UUID, *, channel_id: UUID | None, actor: Actor) -> int:
    """Let what is under way finish and begin nothing more; return how many shops are left out.

    Raises:
        UnknownBulk: there is none, or it is another's.
        BulkOver: it has ended.
    """
    run = _locked(run_id, channel_id)
    if run.state != BulkState.RUNNING:
        raise BulkOver
    now = utc_now()
    # Rows that a worker holds are done by the time they can be changed, and stay so.
    left = run.items.filter(state=ItemState.WAITING).update(state=ItemState.LEFT, ended_at=now)
    run.state, run.finished_at = BulkState.STOPPED, now
    run.save(update_fields=["state", "finished_at"])
    record(
        action="bulk.stopped",
        actor=actor,
        obj=("bulk_run", run.public_id),
        after={"action": run.action, "left": left},
    )
    return left


@public_context()
@transaction.atomic
def try_again(run_id: UUID, *, channel_id: UUID | None, actor: Actor) -> int:
    """Open again what was not done or left out; return in how many shops.

    Raises:
        UnknownBulk: there is none, or it is another's.
        NothingChosen: all of it was done.
    """
    run = _locked(run_id, channel_id)
    undone = run.items.filter(state__in=[ItemState.REFUSED, ItemState.LEFT])
    number = undone.update(state=ItemState.WAITING, why={}, attempts=0, job_id=None, ended_at=None)
    if not number:
        raise NothingChosen
    run.state, run.finished_at = BulkState.RUNNING, None
    run.save(update_fields=["state", "finished_at"])
    record(
        action="bulk.tried_again",
        actor=actor,
        obj=("bulk_run", run.public_id),
        after={"action": run.action, "shops": number},
    )
    _have_done(run.pk)
    return number


def _have_done(run_id: UUID) -> None:
    from channel_center.bulk.tasks import work

    transaction.on_commit(lambda: enqueue(work, run=str(run_id)))


def _locked(run_id: UUID, channel_id: UUID | None) -> BulkRun:
    row = BulkRun.objects.select_for_update()
    found = row.filter(pk=run_id, channel_id=channel_id).first()
    if found is None:
        raise UnknownBulk
    return found


def _text(told: Mapping[str, object], name: str) -> str:
    text = str(told.get(name, "")).strip()
    if not text or len(text) > _LONGEST[name] or "\x00" in text:
        raise InvalidBulk(field=name)
    return text


def _number(told: Mapping[str, object], name: str) -> int:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidBulk(field=name)
    return value


def _hold(told: Mapping[str, object], _channel_id: UUID | None) -> dict[str, Any]:
    level = _number(told, "level")
    if level not in _LEVELS:
        raise InvalidBulk(field="level")
    return {"level": level, "reason": _text(told, "reason")}


def _lift(_told: Mapping[str, object], _channel_id: UUID | None) -> dict[str, Any]:
    return {}


def _module(told: Mapping[str, object], _channel_id: UUID | None) -> dict[str, Any]:
    code = str(told.get("module", ""))
    if manifest_of(code) is None:
        raise InvalidBulk(field="module")
    return {"module": code}


def _template(told: Mapping[str, object], channel_id: UUID | None) -> dict[str, Any]:
    try:
        key = UUID(str(told.get("template", "")))
    except ValueError as error:
        raise InvalidBulk(field="template") from error
    row = usable_templates(channel_id).filter(pk=key).first()
    if row is None:
        raise InvalidBulk(field="template")
    return {"template": str(row.pk), "name": row.name}


def _announce(told: Mapping[str, object], _channel_id: UUID | None) -> dict[str, Any]:
    urgency = told.get("urgency", "")
    if urgency not in Urgency.values:
        raise InvalidBulk(field="urgency")
    hours = _number(told, "hours")
    if not 1 <= hours <= LONGEST_HOURS:
        raise InvalidBulk(field="hours")
    texts = {name: _text(told, name) for name in ("text_zh", "text_en")}
    return {**texts, "urgency": urgency, "hours": hours}


def _ring(told: Mapping[str, object], _channel_id: UUID | None) -> dict[str, Any]:
    ring = _number(told, "ring")
    if ring not in RINGS:
        raise InvalidBulk(field="ring")
    return {"ring": ring}


def _pages(told: Mapping[str, object], channel_id: UUID | None) -> dict[str, Any]:
    try:
        version = copied_version(UUID(str(told.get("version", ""))), channel_id=channel_id)
    except (ValueError, UnknownTemplate) as error:
        raise InvalidBulk(field="version") from error
    return {
        "version": str(version.pk),
        "name": version.note,
        "from": version.taken_from,
        "replaces": told.get("replaces") is True,
    }


def _take_back(told: Mapping[str, object], channel_id: UUID | None) -> dict[str, Any]:
    try:
        key = UUID(str(told.get("run", "")))
    except ValueError as error:
        raise InvalidBulk(field="run") from error
    row = BulkRun.objects.filter(pk=key, channel_id=channel_id, action__in=BRINGS).first()
    if row is None or row.state == BulkState.RUNNING:
        raise InvalidBulk(field="run")
    return {"run": str(row.pk), "name": str(row.told.get("name", ""))}


_CHECKS: Final[
    Mapping[BulkAction, Callable[[Mapping[str, object], UUID | None], dict[str, Any]]]
] = {
    BulkAction.HOLD: _hold,
    BulkAction.LIFT: _lift,
    BulkAction.MODULE_ON: _module,
    BulkAction.MODULE_OFF: _module,
    BulkAction.TEMPLATE: _template,
    BulkAction.ANNOUNCE: _announce,
    BulkAction.RING: _ring,
    BulkAction.PAGES: _pages,
    BulkAction.TAKE_BACK: _take_back,
}
