"""The watermark that stands in a picture."""

from __future__ import annotations

from django.core.files.storage import default_storage

from kernel.media.choices import AssetKind, AssetState, Corner, Origin
from kernel.media.marks import Mark
from kernel.media.models import Asset, Watermark
from kernel.media.pictures import prepared


def watermark() -> Watermark:
    """Return the shop's watermark, or what holds while nothing was chosen; one query."""
    return Watermark.objects.filter(pk=1).select_related("asset").first() or Watermark()


def mark_for(asset: Asset) -> Mark | None:
    """Return what is to be drawn into a picture; None where nothing is."""
    row = watermark() if asset.is_marked else None
    if row is None or row.asset is None or row.asset_id == asset.pk:
        return None
    # Never a mark in the mark itself.
    with default_storage.open(row.asset.master or row.asset.file) as file:
        return Mark(file.read(), Corner(row.corner), row.share, row.opacity)


def sample() -> bytes | None:
    """Draw the shop's watermark into its newest picture, small; None where there is none.

    Returns:
        A WebP file, 960 pixels wide at most.
    """
    row = watermark()
    if row.asset is None:
        return None
    rows = Asset.objects.filter(
        origin=Origin.LIBRARY, state=AssetState.READY, kind=AssetKind.IMAGE, trashed_at=None
    )
    newest = rows.exclude(renditions={}).exclude(pk=row.asset.pk).order_by("-id").first()
    if newest is None:
        return None
    newest.is_marked = True
    with default_storage.open(newest.master or newest.renditions["960"]) as file:
        return prepared(file.read(), mark=mark_for(newest)).renditions[960]
