"""Files are taken in: looked at, kept once, and prepared in the background."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish
from kernel.common.time import utc_now
from kernel.media.choices import AssetKind, AssetState, Origin
from kernel.media.errors import InvalidAsset, StorageFull
from kernel.media.events import AssetAdded
from kernel.media.kinds import SVG, FileType, type_of
from kernel.media.models import Asset, Watermark
from kernel.media.names import display_name, new_stem
from kernel.media.pictures import inspect
from kernel.media.scanning import check_clean
from kernel.media.services.checking import checked_alt, folder_with
from kernel.media.services.quota import change_room, check_room, take_room
from kernel.media.vectors import clean_drawing

_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about a file before anything is kept of it.

    Attributes:
        content: what is kept; of a drawing what is left of it.
        digest: of the file as it came.
    """

    type: FileType
    content: IO[bytes]
    size: int
    digest: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """A file of the library.

    Attributes:
        is_new: whether nothing had this content before.
    """

    asset: Asset
    is_new: bool


def look_at(file: IO[bytes], *, name: str, size: int, only_pictures: bool = False) -> Looked:
    """Find out what a file is; takes long for a large one, so nothing should be locked.

    Raises:
        InvalidAsset: nothing that is kept, or not what it says.
        ScanFailed: it could not be looked through for viruses.
    """
    if not size:
        raise InvalidAsset(_("The file is empty."), reason="empty")
    found = type_of(file, name=name, size=size)
    if only_pictures and (found is SVG or found.kind != AssetKind.IMAGE):
        raise InvalidAsset(_("A JPEG, PNG, WebP, AVIF or GIF picture is expected."), reason="kind")
    check_clean(file)
    digest = _digest(file)
    if found is SVG:
        clean, width, height = clean_drawing(file.read())
        return Looked(found, BytesIO(clean), len(clean), digest, width, height)
    if found.kind != AssetKind.IMAGE:
        return Looked(found, file, size, digest)
    facts = inspect(file.read())
    file.seek(0)
    return Looked(found, file, size, digest, facts.width, facts.height)


def add_file(
    file: IO[bytes],
    *,
    name: str,
    size: int,
    actor: Actor,
    folder_id: UUID | None = None,
    alt: str = "",
) -> Added:
    """Take a file into the library; what has the same content is that file.

    Raises:
        InvalidAsset, ScanFailed: as `look_at`.
        InvalidMedia: the alternative text cannot be used.
        UnknownFolder: there is no such folder.
        StorageFull: the shop has no room for it.
    """
    return keep(
        look_at(file, name=name, size=size), name=name, actor=actor, folder_id=folder_id, alt=alt
    )


@transaction.atomic
def keep(
    looked: Looked, *, name: str, actor: Actor, folder_id: UUID | None = None, alt: str = ""
) -> Added:
    """Take a file into the library that was looked at; errors as `add_file`."""
    text, folder = checked_alt(alt), folder_with(folder_id)
    added = _keep(
        looked,
        name=name,
        origin=Origin.LIBRARY,
        added_by=str(actor)[:300],
        alt=text,
        folder=folder,
    )
    if added.is_new:
        if added.asset.state == AssetState.WAITING:
            prepare_later(added.asset.pk)
        after = {"name": added.asset.name, "bytes": looked.size}
        record(action="media.added", actor=actor, obj=added.asset, after=after)
    return added


@transaction.atomic
def keep_picture(
    content: bytes, *, name: str, origin: Origin = Origin.LIBRARY, added_by: str = "", alt: str = ""
) -> Asset:
    """Keep a picture for something that will show it.

    Whoever does says so with `note_use`, and has it drawn with `render_asset`.

    Raises:
        InvalidAsset: the content is no picture that can be shown, or too large.
        StorageFull: the shop has no room for it.
    """
    looked = look_at(BytesIO(content), name=name, size=len(content), only_pictures=True)
    return _keep(looked, name=name, origin=origin, added_by=added_by[:300], alt=alt).asset


def prepare_later(asset_id: UUID) -> None:
    """Have a picture drawn in the background, once the transaction commits."""
    publish(AssetAdded(asset_id=asset_id), aggregate=f"asset:{asset_id.hex}")


def _keep(looked: Looked, *, name: str, origin: Origin, **told: Any) -> Added:
    known = _known(looked.digest, name=name, origin=origin)
    if known is not None:
        return Added(known, is_new=False)
    if origin == Origin.LIBRARY:
        check_room(looked.size)
    new = uuid7()
    is_drawn_anew = looked.type.kind == AssetKind.IMAGE and looked.type is not SVG
    asset = Asset(
        id=new,
        kind=looked.type.kind,
        origin=origin,
        name=display_name(name, looked.type.extension),
        media_type=looked.type.media_type,
        digest=looked.digest,
        bytes=looked.size,
        width=looked.width,
        height=looked.height,
        state=AssetState.WAITING if is_drawn_anew else AssetState.READY,
        is_marked=is_drawn_anew and origin == Origin.LIBRARY and _is_automatic(),
        created_at=utc_now(),
        **told,
    )
    asset.file = default_storage.save(
        f"{new_stem(new)}.{looked.type.extension}", File(looked.content)
    )
    Asset.objects.bulk_create([asset], ignore_conflicts=True)
    if not Asset.objects.filter(pk=new).exists():
        # Somebody brought the same content a moment ago.
        default_storage.delete(asset.file)
        found = _known(looked.digest, name=name, origin=origin)
        return Added(found or asset, is_new=False)
    _take_room(asset)
    return Added(asset, is_new=True)


def _is_automatic() -> bool:
    """Tell whether the shop has its watermark drawn into what is added; one query."""
    return Watermark.objects.filter(is_automatic=True, asset__isnull=False).exists()


def _take_room(asset: Asset) -> None:
    if asset.origin == Origin.SENT:
        # A buyer who shows what is wrong with the goods is not turned away.
        change_room(asset.bytes)
        return
    try:
        take_room(asset.bytes)
    except StorageFull:
        default_storage.delete(asset.file)
        raise


def _known(digest: str, *, name: str, origin: Origin) -> Asset | None:
    """Return what has a content already; it comes out of the trash, and becomes the shop's own."""
    asset = Asset.objects.select_for_update(no_key=True).filter(digest=digest).first()
    if asset is None:
        return None
    if asset.state == AssetState.FAILED:
        raise InvalidAsset(_("The picture is damaged."), reason="damaged")
    is_own_now = origin == Origin.LIBRARY and asset.origin == Origin.SENT
    if is_own_now:
        asset.origin = origin
        asset.name = display_name(name, asset.name.rpartition(".")[2])
    if is_own_now or asset.trashed_at is not None:
        asset.trashed_at = None
        asset.save(update_fields=["origin", "name", "trashed_at"])
    return asset


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
