"""The trash: what lies there can come back for a while; what is shown does not get there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, Min, OuterRef

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.media.choices import Origin
from kernel.media.errors import AssetInUse, NotInTrash, UnknownAsset
from kernel.media.limits import TRASH_TIME
from kernel.media.models import Asset, AssetUse, LeftFile, Upload
from kernel.media.selectors import uses_of
from kernel.media.services.files import SWEEPING
from kernel.media.services.purging import purge
from kernel.media.services.quota import change_room
from kernel.tenancy.schedules import ask

_AT_ONCE: Final = 200
_NAMED: Final = 20


@transaction.atomic
def trash_assets(asset_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Put files into the trash, all or none.

    Raises:
        UnknownAsset: one is not there.
        AssetInUse: something shows one of them; its uses are named.
    """
    rows = _locked(asset_ids)
    used = uses_of([row.pk for row in rows])
    for row in rows:
        if found := used.get(row.pk):
            named = [each.as_data() for each in found[:_NAMED]]
            raise AssetInUse(asset=row.public_id, name=row.name, uses=named, total=len(found))
    for row in rows:
        if row.trashed_at is None:
            Asset.objects.filter(pk=row.pk).update(trashed_at=now)
            record(action="media.trashed", actor=actor, obj=row, before={"name": row.name})
    ask(SWEEPING, now + TRASH_TIME)


@transaction.atomic
def restore_assets(asset_ids: Sequence[UUID], *, actor: Actor) -> None:
    """Take files out of the trash.

    Raises:
        UnknownAsset: one is not there.
    """
    for row in _locked(asset_ids):
        if row.trashed_at is not None:
            Asset.objects.filter(pk=row.pk).update(trashed_at=None)
            record(action="media.restored", actor=actor, obj=row, after={"name": row.name})


@transaction.atomic
def purge_assets(asset_ids: Sequence[UUID], *, actor: Actor) -> None:
    """Delete files from the trash for good.

    Raises:
        UnknownAsset: one is not there.
        NotInTrash: one does not lie in the trash.
    """
    rows = _locked(asset_ids)
    if any(row.trashed_at is None for row in rows):
        raise NotInTrash
    for row in rows:
        record(action="media.purged", actor=actor, obj=row, before={"name": row.name})
    purge(rows)


@transaction.atomic
def empty_trash(*, actor: Actor) -> int:
    """Delete everything in the trash for good, some hundred at once; return how many."""
    rows = Asset.objects.filter(trashed_at__isnull=False, origin=Origin.LIBRARY).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:_AT_ONCE])
    purge_assets(keys, actor=actor)
    return len(keys)


def sweep(*, now: datetime) -> None:
    """Delete what is due; what a schedule calls.

    Old trash, uploads that nobody finished, files that were replaced, and what buyers sent
    to things that are gone.
    """
    while _sweep_assets(now):
        pass
    while _sweep_uploads(now):
        pass
    while _sweep_files(now):
        pass
    with transaction.atomic():
        trashed = Asset.objects.aggregate(at=Min("trashed_at"))["at"]
        moments = [
            trashed + TRASH_TIME if trashed else None,
            Upload.objects.aggregate(at=Min("expires_at"))["at"],
            LeftFile.objects.aggregate(at=Min("due_at"))["at"],
        ]
        ask(SWEEPING, min((each for each in moments if each), default=None))


@transaction.atomic
def _sweep_assets(now: datetime) -> int:
    due = Asset.objects.select_for_update(skip_locked=True)
    used = AssetUse.objects.filter(asset=OuterRef("pk"))
    rows = list(due.filter(trashed_at__lte=now - TRASH_TIME).order_by("pk")[:_AT_ONCE])
    rows += list(due.filter(~Exists(used), origin=Origin.SENT).order_by("pk")[:_AT_ONCE])
    purge(rows)
    return len(rows)


@transaction.atomic
def _sweep_uploads(now: datetime) -> int:
    rows = list(
        Upload.objects.select_for_update(skip_locked=True)
        .filter(expires_at__lte=now)
        .order_by("pk")[:_AT_ONCE]
    )
    for row in rows:
        default_storage.delete(row.file)
    Upload.objects.filter(pk__in=[row.pk for row in rows]).delete()
    change_room(-sum(row.bytes for row in rows))
    return len(rows)


@transaction.atomic
def _sweep_files(now: datetime) -> int:
    due = LeftFile.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
    names = list(due.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    for name in names:
        default_storage.delete(name)
    LeftFile.objects.filter(pk__in=names).delete()
    return len(names)


def _locked(asset_ids: Sequence[UUID]) -> list[Asset]:
    wanted = set(asset_ids)
    rows = Asset.objects.select_for_update().filter(pk__in=wanted, origin=Origin.LIBRARY)
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise UnknownAsset
    return found
