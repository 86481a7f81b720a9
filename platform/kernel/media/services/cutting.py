"""Pictures are brought into frames when somebody asks, once for each frame."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel.media.choices import AssetKind, AssetState, Fit
from kernel.media.errors import UnknownAsset
from kernel.media.kinds import SVG
from kernel.media.links import Frame
from kernel.media.models import Asset, Cut
from kernel.media.names import new_stem
from kernel.media.pictures import WIDTHS, cut
from kernel.media.selectors import name_for
from kernel.media.services.quota import change_room

SIDES: Final = (96, 160, 320, 480, 640, 960, 1200, 1600)
"""Lengths of frames, in pixels; others would let anybody fill the storage."""
_WHOLE: Final = 1000


def cut_of(asset_id: UUID, frame: Frame) -> str:
    """Return the name of a file with a picture in a frame; made when nobody asked before.

    Raises:
        UnknownAsset: there is no such picture, or no such frame.
    """
    if frame.width not in SIDES or frame.height not in SIDES:
        raise UnknownAsset
    asset = Asset.objects.filter(pk=asset_id, state=AssetState.READY, kind=AssetKind.IMAGE).first()
    if asset is None:
        raise UnknownAsset
    if asset.media_type == SVG.media_type:
        return asset.file
    if frame.fit == Fit.WIDE:
        return name_for(asset, min((each for each in WIDTHS if each >= frame.width), default=0))
    known = Cut.objects.filter(asset=asset, frame=str(frame))
    return known.values_list("file", flat=True).first() or _make(asset, frame)


def _make(asset: Asset, frame: Frame) -> str:
    with default_storage.open(_source(asset, frame)) as file:
        content = file.read()
    focus = asset.focus_x / _WHOLE, asset.focus_y / _WHOLE
    data = cut(content, frame, focus=focus)
    name = default_storage.save(f"{new_stem(asset.id)}-{frame}", ContentFile(data))
    with transaction.atomic():
        same = Asset.objects.select_for_update(no_key=True).filter(pk=asset.pk, file=asset.file)
        row = Cut(asset=asset, frame=str(frame), file=name, bytes=len(data))
        if same.exists():
            Cut.objects.bulk_create([row], ignore_conflicts=True)
        kept = Cut.objects.filter(asset=asset, frame=str(frame)).first()
        if kept is not None and kept.file == name:
            change_room(len(data))
            return name
    default_storage.delete(name)
    if kept is None:
        raise UnknownAsset
    return kept.file


def _source(asset: Asset, frame: Frame) -> str:
    """Return the smallest file that has enough pixels for a frame."""
    for key in sorted(asset.renditions, key=int):
        share = min(int(key), asset.width) / asset.width
        if share * asset.width >= frame.width and share * asset.height >= frame.height:
            return str(asset.renditions[key])
    return asset.file
