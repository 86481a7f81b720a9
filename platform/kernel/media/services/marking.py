"""The watermark of a shop: chosen once, drawn into pictures, and taken out of them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, TypedDict
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.media.choices import AssetKind, AssetState, Corner, Origin
from kernel.media.errors import InvalidMedia
from kernel.media.events import MarkAsked
from kernel.media.models import Asset, Watermark
from kernel.media.names import renamed
from kernel.media.pictures import prepared
from kernel.media.services.files import drop_cuts, leave, names_of
from kernel.media.services.quota import change_room
from kernel.media.services.rendering import Pair, put
from kernel.media.services.stamping import mark_for, watermark
from kernel.media.services.telling import tell
from kernel.media.services.using import set_assets
from kernel.media.uses import Place, UseKind

_ROW: Final = UUID(int=1)


def _places(_owners: Collection[UUID]) -> Mapping[UUID, Place]:
    return {_ROW: Place(_("Watermark"), "/library/watermark/")}


def _rename(_owners: Collection[UUID], _names: Mapping[str, str]) -> None:
    """Nothing is kept under the file's name: the watermark is read when it is drawn."""


USE: Final = UseKind("watermark", gettext_lazy("Watermark"), _places, _rename)


class WatermarkFields(TypedDict):
    """What is chosen of a watermark; shares and opacity in percent."""

    asset_id: UUID | None
    corner: str
    share: int
    opacity: int
    is_automatic: bool


@transaction.atomic
def set_watermark(told: WatermarkFields, *, actor: Actor) -> Watermark:
    """Choose the watermark; pictures that have one keep it as it was drawn.

    Raises:
        InvalidMedia: no picture of the library that is ready, or a figure out of bounds.
    """
    asset = None
    if told["asset_id"] is not None:
        asset = Asset.objects.filter(pk=told["asset_id"], origin=Origin.LIBRARY).first()
        if asset is None or not asset.renditions or asset.state != AssetState.READY:
            raise InvalidMedia(_("Choose a picture of the library."), field="asset")
    elif told["is_automatic"]:
        raise InvalidMedia(_("Choose a picture of the library."), field="asset")
    bounds = {"share": (5, 80), "opacity": (10, 100)}
    figures = {"share": told["share"], "opacity": told["opacity"]}
    for name, (least, most) in bounds.items():
        if not least <= figures[name] <= most:
            text = _("A number from %(least)s to %(most)s is expected.")
            raise InvalidMedia(text % {"least": least, "most": most}, field=name)
    if told["corner"] not in Corner.values:
        raise InvalidMedia(_("Choose one of the values offered."), field="corner")
    Watermark.objects.bulk_create([Watermark()], ignore_conflicts=True)
    row = Watermark.objects.select_for_update().get(pk=1)
    before = _told(row)
    row.asset, row.corner, row.is_automatic = asset, told["corner"], told["is_automatic"]
    row.share, row.opacity = told["share"], told["opacity"]
    row.save()
    set_assets(USE.code, _ROW, [asset.pk] if asset else [])
    if _told(row) != before:
        record(action="media.watermark", actor=actor, obj=row, before=before, after=_told(row))
    return row


@transaction.atomic
def mark_assets(asset_ids: Collection[UUID], *, is_marked: bool, actor: Actor) -> int:
    """Have the watermark drawn into pictures, or taken out of them, in the background.

    Returns:
        How many pictures it concerns; drawings and other files stay as they are.

    Raises:
        InvalidMedia: no watermark was chosen.
    """
    row = watermark()
    if is_marked and row.asset_id is None:
        raise InvalidMedia(_("Choose a watermark first."), field="asset")
    rows = Asset.objects.select_for_update(no_key=True).filter(
        pk__in=asset_ids, kind=AssetKind.IMAGE, origin=Origin.LIBRARY, state=AssetState.READY
    )
    wanted = [
        each
        for each in rows.order_by("pk")
        if each.renditions and each.is_marked != is_marked and each.pk != row.asset_id
    ]
    for each in wanted:
        each.is_marked = is_marked
        publish(MarkAsked(asset_id=each.pk), aggregate=f"asset:{each.pk.hex}")
        after = {"name": each.name, "watermark": is_marked}
        record(action="media.marked", actor=actor, obj=each, after=after)
    Asset.objects.bulk_update(wanted, ["is_marked"])
    return len(wanted)


def redraw(asset_id: UUID) -> None:
    """Draw a picture with or without its watermark, as it is wanted; done again nothing is done.

    Takes long, so nothing is locked meanwhile. Whoever shows the picture is told at once;
    the old files stay for some hours, for pages that were kept.
    """
    waiting = Asset.objects.filter(pk=asset_id, state=AssetState.READY).first()
    if waiting is None or waiting.is_marked == bool(waiting.master) or not waiting.renditions:
        return
    mark = mark_for(waiting)
    if waiting.is_marked and mark is None:
        return
    with default_storage.open(waiting.master or waiting.file) as file:
        plain = prepared(file.read())
    shown = plain if mark is None else prepared(plain.content, mark=mark)
    _exchange(waiting, Pair(shown, plain if mark else None))


@transaction.atomic
def _exchange(before: Asset, pair: Pair) -> None:
    asset = Asset.objects.select_for_update(no_key=True).filter(pk=before.pk).first()
    if asset is None or asset.file != before.file or asset.is_marked != before.is_marked:
        return
    old_file, old, size, files = asset.file, dict(asset.renditions), asset.bytes, names_of(asset)
    put(asset, pair)
    asset.save()
    change_room(asset.bytes - size - drop_cuts(asset))
    leave(files)
    tell(asset, renamed(old_file, old, asset.file, asset.renditions))


def _told(row: Watermark) -> dict[str, object]:
    return {
        "name": row.asset.name if row.asset else "",
        "corner": row.corner,
        "share": row.share,
        "opacity": row.opacity,
        "is_automatic": row.is_automatic,
    }
