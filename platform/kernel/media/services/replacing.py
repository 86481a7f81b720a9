"""A file gets another content: everything that shows it shows the new one."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.media.choices import AssetKind, AssetState
from kernel.media.errors import InvalidAsset, SameContent, StorageFull
from kernel.media.kinds import SVG
from kernel.media.models import Asset
from kernel.media.names import display_name, new_stem, renamed
from kernel.media.selectors import asset_with
from kernel.media.services.adding import Looked, look_at
from kernel.media.services.changing import locked_asset
from kernel.media.services.files import drop_cuts, leave, names_of
from kernel.media.services.quota import change_room, check_room, take_room
from kernel.media.services.rendering import Pair, pair_of, put
from kernel.media.services.telling import tell


def replace_asset(asset_id: UUID, file: IO[bytes], *, name: str, size: int, actor: Actor) -> Asset:
    """Give a file another content of the same kind; whoever shows it is told at once.

    The old content stays for some hours, for pages that were kept. What is said of the
    file stays, but its focal point goes back to the middle.

    Raises:
        UnknownAsset: there is no such file.
        InvalidAsset: as `look_at`, or of another kind.
        SameContent: another file has it.
        StorageFull: the shop has no room for it.
    """
    before = asset_with(asset_id)
    looked = look_at(file, name=name, size=size)
    if looked.type.kind != before.kind:
        raise InvalidAsset(_("Another kind of file is expected."), reason="kind")
    if looked.digest == before.digest:
        return before
    check_room(looked.size)
    made = None
    if looked.type.kind == AssetKind.IMAGE and looked.type is not SVG:
        made = pair_of(before, looked.content.read())
    return _replace(asset_id, looked, made, name=name, actor=actor)


@transaction.atomic
def _replace(
    asset_id: UUID, looked: Looked, made: Pair | None, *, name: str, actor: Actor
) -> Asset:
    asset = locked_asset(asset_id)
    other = Asset.objects.filter(digest=looked.digest).exclude(pk=asset.pk).first()
    if other is not None:
        raise SameContent(asset=other.public_id, name=other.name)
    old_file, old, size = asset.file, dict(asset.renditions), asset.bytes
    files, digest = names_of(asset), asset.digest
    if made is None:
        _put_plain(asset, looked)
    else:
        put(asset, made)
    asset.digest, asset.focus_x, asset.focus_y = looked.digest, 500, 500
    asset.save()
    _take_room(asset, looked.size)
    change_room(asset.bytes - looked.size - size - drop_cuts(asset))
    leave(files)
    tell(asset, renamed(old_file, old, asset.file, asset.renditions))
    record(
        action="media.replaced",
        actor=actor,
        obj=asset,
        before={"digest": digest, "bytes": size},
        after={"digest": asset.digest, "bytes": asset.bytes, "from": display_name(name, "")[:-1]},
    )
    return asset


def _take_room(asset: Asset, size: int) -> None:
    try:
        take_room(size)
    except StorageFull:
        # Others took the room in the meantime; the row goes back to its old files.
        for name in names_of(asset):
            default_storage.delete(name)
        raise


def _put_plain(asset: Asset, looked: Looked) -> None:
    stem = new_stem(asset.id)
    asset.file = default_storage.save(f"{stem}.{looked.type.extension}", File(looked.content))
    asset.renditions, asset.master, asset.bytes = {}, "", looked.size
    asset.name = display_name(asset.name, looked.type.extension)
    asset.media_type = looked.type.media_type
    asset.width, asset.height = looked.width, looked.height
    asset.state = AssetState.READY
