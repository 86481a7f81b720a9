"""Files go for good."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.media.models import Asset, AssetUse, Cut
from kernel.media.services.files import delete_later, names_of
from kernel.media.services.quota import change_room


def purge(assets: Sequence[Asset]) -> None:
    """Delete files that are locked and that nothing shows; runs in the caller's transaction."""
    keys = [each.pk for each in assets]
    if not keys:
        return
    cuts = list(Cut.objects.filter(asset__in=keys))
    AssetUse.objects.filter(asset__in=keys).delete()
    Asset.objects.filter(pk__in=keys).delete()
    size = sum(each.bytes for each in assets) + sum(each.bytes for each in cuts)
    change_room(-size)
    for asset in assets:
        delete_later(names_of(asset))
    delete_later(each.file for each in cuts)
