"""Room for files: counted when they come, never beyond what the shop's plan gives."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from kernel.common.time import utc_now
from kernel.media.errors import StorageFull
from kernel.media.models import Room
from kernel.modules.ports import entitlements
from kernel.quotas.meters import Meter
from kernel.tenancy.context import current_tenant

FEATURE: Final = "media"
LIMIT: Final = "bytes"


def room_limit() -> int:
    """Return how many bytes the shop may keep: what its plan says, else what everybody has."""
    decision = entitlements().decide(current_tenant().id, FEATURE, utc_now())
    usual: int = settings.STOA_MEDIA_BYTES
    return decision.limits.get(LIMIT, usual) if decision.allowed else usual


def room_taken() -> int:
    """Return how many bytes are kept, or spoken for by uploads."""
    return Room.objects.filter(pk=1).values_list("bytes", flat=True).first() or 0


def check_room(size: int) -> None:
    """Refuse early what would not fit; nothing is taken.

    Raises:
        StorageFull: it would not.
    """
    limit = room_limit()
    if room_taken() + size > limit:
        raise StorageFull(bytes=size, limit=limit)


def take_room(size: int) -> None:
    """Take room; the row is locked until the transaction ends, so do it late.

    Raises:
        StorageFull: there is none.
    """
    limit = room_limit()
    fitting = Room.objects.filter(pk=1, bytes__lte=limit - size)
    if fitting.update(bytes=F("bytes") + size):
        return
    Room.objects.bulk_create([Room(pk=1)], ignore_conflicts=True)
    if not fitting.update(bytes=F("bytes") + size):
        raise StorageFull(bytes=size, limit=limit)


def change_room(size: int) -> None:
    """Count what was made of a file, or give room back; this is never refused."""
    if size:
        Room.objects.bulk_create([Room(pk=1)], ignore_conflicts=True)
        Room.objects.filter(pk=1).update(bytes=Greatest(F("bytes") + size, Value(0)))


def _usual() -> int:
    usual: int = settings.STOA_MEDIA_BYTES
    return usual


def _counted(_start: datetime | None, _end: datetime | None) -> int:
    return room_taken()


METER: Final = Meter(
    code=FEATURE,
    label=_("Room for files"),
    at_limit=_("Nothing more can be uploaded; what is there stays and is shown."),
    counted=_counted,
    usual=_usual,
    key=LIMIT,
    is_bytes=True,
)
