"""Imports: received, mapped, checked, applied; each can go on after any interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any, Final
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Min
from django.utils.translation import get_language, override

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.texts import checked_text
from kernel.common.ids import uuid7
from kernel.common.outbox.codec import encode
from kernel.dataio.bringing import COUNTS, actor_of, bring_in, line_of, within_limits
from kernel.dataio.choices import ImportKind, ImportState
from kernel.dataio.errors import NotAllowed, UnknownImport, UnreadableFile, WrongState
from kernel.dataio.formats import Group, generic, kind_of, read_groups
from kernel.dataio.models import Import, ImportFault, ImportPicture
from kernel.dataio.resources import (
    PRODUCTS,
    Resource,
    checked_choices,
    proposed,
    resource_of,
)
from kernel.dataio.tables import LARGEST_FILE, Shape, rows_of, shape_of
from kernel.modules.gate import require_module
from kernel.tenancy.schedules import ask

BATCH: Final = 100
MOST_FAULTS: Final = 10_000
RESUME: Final = "dataio.resume"
_STUCK_AFTER: Final = timedelta(minutes=10)
_RUNNING: Final = (ImportState.CHECKING, ImportState.APPLYING)


def receive_file(
    file: IO[bytes],
    *,
    name: str,
    size: int,
    actor: Actor,
    kind: str | None = None,
    resource: Resource | None = None,
) -> Import:
    """Keep a file, find out what it is, and propose how to read it.

    Args:
        file: as it was sent.
        name: of the file.
        size: in bytes.
        actor: who sends it.
        kind: where products come from; found out when it is not said.
        resource: what its rows are, when they are not products.

    Raises:
        UnreadableFile: no table, or too large; nothing is kept.
    """
    if size > LARGEST_FILE:
        raise UnreadableFile(reason="too_large")
    shown = checked_text(name[-200:], field="name", longest=200) or "file"
    shape = shape_of(file)
    chosen, mapping, options = _proposal(shape.columns, kind, resource)
    new = uuid7()
    file.seek(0)
    kept = default_storage.save(f"dataio/{new.hex}", File(file))
    with transaction.atomic():
        row = Import.objects.create(
            id=new,
            resource=resource.code if resource is not None else PRODUCTS,
            kind=chosen,
            file=kept,
            file_name=shown,
            encoding=shape.encoding,
            delimiter=shape.delimiter,
            columns=list(shape.columns),
            mapping=mapping,
            options=options,
            actor=encode(actor),
        )
        record(action="import.received", actor=actor, obj=row, after={"file": shown})
    return row


def _proposal(
    columns: Sequence[str], kind: str | None, resource: Resource | None
) -> tuple[ImportKind, dict[str, str], dict[str, str]]:
    """Return where a table comes from, the column of each field, and the usual options."""
    if resource is not None:
        usual = {each.code: str(each.default) for each in resource.options if each.default}
        return ImportKind.GENERIC, proposed(resource, columns), usual
    chosen = ImportKind(kind) if kind in ImportKind.values else kind_of(columns)
    return chosen, generic.proposed(columns) if chosen == ImportKind.GENERIC else {}, {}


@transaction.atomic
def choose(
    import_id: UUID,
    *,
    actor: Actor,
    mapping: Mapping[str, object] | None = None,
    publish: bool | None = None,
    with_stock: bool | None = None,
    options: Mapping[str, object] | None = None,
) -> Import:
    """Say how a file is read and what becomes of its rows.

    Raises:
        UnknownImport: there is no such import.
        WrongState: it is running or done.
        InvalidMapping: the columns do not fit.
    """
    row = _locked(import_id)
    if row.state not in {ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED}:
        raise WrongState(state=row.state)
    if (resource := resource_of(row.resource)) is not None:
        given = (
            row.mapping if mapping is None else mapping,
            row.options if options is None else options,
        )
        row.mapping, row.options = checked_choices(resource, *given, row.columns)
    elif mapping is not None and row.kind == ImportKind.GENERIC:
        row.mapping = generic.checked_mapping(mapping, row.columns)
    row.publish = row.publish if publish is None else publish
    row.with_stock = row.with_stock if with_stock is None else with_stock
    row.state = ImportState.UPLOADED
    row.save(update_fields=["mapping", "options", "publish", "with_stock", "state"])
    after = {"mapping": row.mapping, "publish": row.publish, "options": row.options}
    record(action="import.chosen", actor=actor, obj=row, after=after)
    return row


def preview(import_id: UUID, *, count: int = 10) -> list[Group]:
    """Return the first products, or other rows, as they would be read.

    Raises:
        UnknownImport: there is no such import.
        UnreadableFile: the file breaks off before.
    """
    row = _import(import_id)
    with _groups(row) as groups:
        return list(islice(groups, count))


@transaction.atomic
def start(import_id: UUID, *, rehearse: bool, actor: Actor, now: datetime) -> Import:
    """Begin to check an import (nothing is kept of it) or to apply it.

    Raises:
        UnknownImport: there is no such import.
        WrongState: it is running or done.
        InvalidMapping: the columns do not fit.
        ModuleNotEntitled, ModuleOff: the module whose rows these are may not be written to.
    """
    row = _locked(import_id)
    if row.state in {*_RUNNING, ImportState.DONE}:
        raise WrongState(state=row.state)
    if (resource := resource_of(row.resource)) is not None:
        if resource.module:
            require_module(resource.module, writing=True)
        checked_choices(resource, row.mapping, row.options, row.columns)
    elif row.kind == ImportKind.GENERIC:
        generic.checked_mapping(row.mapping, row.columns)
    ImportFault.objects.filter(source=row).delete()
    for name in (*COUNTS, "position", "line"):
        setattr(row, name, 0)
    row.state = ImportState.CHECKING if rehearse else ImportState.APPLYING
    row.fault, row.touched_at, row.actor = "", now, encode(actor)
    row.language = get_language() or ""
    row.save()
    ask(RESUME, now + _STUCK_AFTER)
    record(action="import.started", actor=actor, obj=row, after={"state": row.state})
    return row


def run(import_id: UUID, *, clock: Callable[[], datetime], until: datetime | None = None) -> bool:
    """Go on with a running import; return whether it came to its end.

    Rows are brought in by the batch: all that a batch does and the place where
    the next one begins are committed together, so that after a kill at any point
    it goes on where it was. What is refused is undone alone.

    Args:
        import_id: one that was started; any other is left alone.
        clock: tells the time.
        until: no batch begins after it.
    """
    row = _import(import_id)
    if row.state not in _RUNNING:
        return True
    try:
        with override(row.language or get_language()), within_limits(row), _groups(row) as groups:
            remaining = islice(groups, row.position, None)
            while batch := list(islice(remaining, BATCH)):
                if until is not None and clock() >= until:
                    return False
                if not _run_batch(row, batch, now=clock()):
                    return False
    except (UnreadableFile, NotAllowed) as refusal:
        _stop(row, refusal, now=clock())
        return True
    _finish(row, now=clock())
    return True


def stuck_imports(*, now: datetime) -> list[UUID]:
    """Return imports that somebody began and nobody goes on with."""
    rows = Import.objects.filter(state__in=_RUNNING, touched_at__lt=now - _STUCK_AFTER)
    return list(rows.values_list("id", flat=True))


def ask_to_resume() -> None:
    """Have imports looked after again when the next of those under way may be stuck."""
    with transaction.atomic():
        touched = Import.objects.filter(state__in=_RUNNING).aggregate(at=Min("touched_at"))["at"]
        ask(RESUME, touched and touched + _STUCK_AFTER)


def _run_batch(row: Import, batch: list[Group], *, now: datetime) -> bool:
    """Bring in a batch; False when somebody else goes on with this import."""
    with transaction.atomic():
        current = (
            Import.objects.select_for_update(skip_locked=True)
            .filter(pk=row.pk, position=row.position, state=row.state)
            .first()
        )
        if current is None:
            return False
        brought = bring_in(row, batch, now=now)
        ImportFault.objects.bulk_create(brought.faults[: max(0, MOST_FAULTS - row.failed)])
        ImportPicture.objects.bulk_create(
            [ImportPicture(source=row, picture_id=key) for key in brought.pictures],
            ignore_conflicts=True,
        )
        for name in COUNTS:
            setattr(row, name, getattr(row, name) + brought.counts[name])
        row.position += len(batch)
        row.line, row.touched_at = line_of(batch[-1]), now
        row.save(update_fields=[*COUNTS, "position", "line", "touched_at"])
    return True


@contextmanager
def _groups(row: Import) -> Iterator[Iterator[Group]]:
    shape = Shape(row.encoding, row.delimiter, tuple(row.columns))
    with default_storage.open(row.file) as file, closing(rows_of(file, shape)) as rows:
        yield read_groups(
            row.kind,
            rows,
            columns=row.columns,
            mapping=row.mapping,
            resource=resource_of(row.resource),
            options=row.options,
        )


@transaction.atomic
def _stop(row: Import, refusal: UnreadableFile | NotAllowed, *, now: datetime) -> None:
    ImportFault.objects.create(
        source=row,
        line=int(str(refusal.fields.get("line", 0))),
        code=refusal.code,
        text=str(refusal)[:300],
        detail=refusal.fields,
    )
    fault = str(refusal.fields.get("reason", ""))
    Import.objects.filter(pk=row.pk, state=row.state).update(
        state=ImportState.FAILED, fault=fault, failed=F("failed") + 1, finished_at=now
    )


@transaction.atomic
def _finish(row: Import, *, now: datetime) -> None:
    is_check = row.state == ImportState.CHECKING
    done = ImportState.CHECKED if is_check else ImportState.DONE
    changed = Import.objects.filter(pk=row.pk, state=row.state).update(
        state=done, finished_at=now, touched_at=now
    )
    if changed:
        after: dict[str, Any] = {name: getattr(row, name) for name in COUNTS}
        record(action=f"import.{done}", actor=actor_of(row), obj=row, after=after, now=now)


def _import(import_id: UUID) -> Import:
    row = Import.objects.filter(pk=import_id).first()
    if row is None:
        raise UnknownImport
    return row


def _locked(import_id: UUID) -> Import:
    row = Import.objects.select_for_update().filter(pk=import_id).first()
    if row is None:
        raise UnknownImport
    return row
