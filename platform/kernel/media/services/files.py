"""Files in storage that go when nothing names them any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction

from kernel.common.time import utc_now
from kernel.media.limits import LEFT_TIME
from kernel.media.models import Asset, Cut, LeftFile
from kernel.tenancy.context import bind_context
from kernel.tenancy.schedules import ask

SWEEPING: Final = "media.sweeping"
_NOW: Final = timedelta(0)


def names_of(asset: Asset) -> set[str]:
    """Return the names in storage of a file and of what was made of it."""
    return {name for name in (asset.file, asset.master, *asset.renditions.values()) if name}


def delete_later(names: Iterable[str]) -> None:
    """Delete files once the transaction commits."""
    for name in set(names):
        transaction.on_commit(bind_context(partial(default_storage.delete, name)), robust=True)


def leave(names: Iterable[str]) -> None:
    """Let files go when pages that were kept do not lead to them any more."""
    due = utc_now() + LEFT_TIME
    rows = [LeftFile(file=name, due_at=due) for name in set(names)]
    if rows:
        LeftFile.objects.bulk_create(rows, ignore_conflicts=True)
        ask(SWEEPING, due)


def drop_cuts(asset: Asset) -> int:
    """Forget the frames that a picture was brought into; return how many bytes they were."""
    cuts = list(Cut.objects.filter(asset=asset))
    Cut.objects.filter(pk__in=[each.pk for each in cuts]).delete()
    leave(each.file for each in cuts)
    return sum(each.bytes for each in cuts)
