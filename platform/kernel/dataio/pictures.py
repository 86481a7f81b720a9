"""Pictures that imports asked for: fetched one by one, with a list of those that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.catalogue.choices import PictureState
from kernel.catalogue.errors import InvalidPicture
from kernel.catalogue.models import Picture
from kernel.catalogue.services import store_original
from kernel.dataio.errors import PictureRefused
from kernel.dataio.models import ImportPicture
from kernel.media.errors import StorageFull


def fetch_pictures(
    import_id: UUID,
    *,
    fetch: Callable[[str], bytes],
    clock: Callable[[], datetime],
    until: datetime | None = None,
) -> bool:
    """Fetch what waits; return whether nothing waits any more.

    Each picture is committed by itself, and its address is asked outside of any
    transaction. What failed once is not asked again until somebody says so.
    """
    waiting = ImportPicture.objects.filter(
        source=import_id, picture__file="", picture__state=PictureState.WAITING
    ).order_by("id")
    for key, url in list(waiting.values_list("picture_id", "picture__source_url")):
        if until is not None and clock() >= until:
            return False
        try:
            content = fetch(url)
        except PictureRefused as refusal:
            _fail(key, str(refusal.fields.get("reason", "")))
        else:
            _keep(key, content)
    return True


def retry_pictures(import_id: UUID) -> int:
    """Let failed pictures be asked for again; return how many."""
    failed = ImportPicture.objects.filter(
        source=import_id, picture__file="", picture__state=PictureState.FAILED
    ).values("picture_id")
    return Picture.objects.filter(pk__in=failed).update(state=PictureState.WAITING, fault="")


def failed_pictures(import_id: UUID) -> list[Picture]:
    """Return pictures that could not be had, with their products; one query."""
    rows = ImportPicture.objects.select_related("picture__product").filter(
        source=import_id, picture__state=PictureState.FAILED
    )
    return [row.picture for row in rows.order_by("id")]


def _fail(picture_id: UUID, reason: str) -> None:
    Picture.objects.filter(pk=picture_id, file="").update(
        state=PictureState.FAILED, fault=f"fetch_{reason}"[:80]
    )


def _keep(picture_id: UUID, content: bytes) -> None:
    with transaction.atomic():
        picture = Picture.objects.select_for_update().filter(pk=picture_id, file="").first()
        if picture is None:
            return
        try:
            store_original(picture, content)
        except InvalidPicture:
            _fail(picture_id, "no_picture")
        except StorageFull:
            _fail(picture_id, "no_room")
