"""Whoever shows a file learns under which names its new content is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from kernel.media.models import Asset, AssetUse
from kernel.media.uses import use_kind


def tell(asset: Asset, names: Mapping[str, str]) -> None:
    """Tell all that show a file the new name for each old one."""
    owners: dict[str, set[UUID]] = defaultdict(set)
    rows = AssetUse.objects.filter(asset=asset)
    for kind, owner in rows.values_list("kind", "owner_id"):
        owners[kind].add(owner)
    for code in sorted(owners):
        if (found := use_kind(code)) is not None:
            found.rename(owners[code], names)
