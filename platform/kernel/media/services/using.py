"""What shows files: noted by those who do, so that nothing that is shown is deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.media.choices import AssetState, Origin
from kernel.media.errors import InvalidAsset, UnknownAsset
from kernel.media.models import Asset, AssetUse
from kernel.media.names import asset_id_of
from kernel.media.services.purging import purge


@transaction.atomic
def note_use(kind: str, owner_id: UUID, asset_id: UUID) -> Asset:
    """Note that something shows a file; a file in the trash comes out of it.

    Raises:
        UnknownAsset: there is no such file.
        InvalidAsset: it is damaged.
    """
    asset = Asset.objects.select_for_update(no_key=True).filter(pk=asset_id).first()
    if asset is None:
        raise UnknownAsset
    if asset.state == AssetState.FAILED:
        raise InvalidAsset(_("The picture is damaged."), reason="damaged")
    if asset.trashed_at is not None:
        asset.trashed_at = None
        asset.save(update_fields=["trashed_at"])
    row = AssetUse(asset=asset, kind=kind, owner_id=owner_id)
    AssetUse.objects.bulk_create([row], ignore_conflicts=True)
    return asset


@transaction.atomic
def set_uses(kind: str, owner_id: UUID, names: Iterable[str]) -> None:
    """Note which files something shows, by their names in storage; it shows no others.

    Names that are no file of the library are left out.
    """
    set_assets(kind, owner_id, {key for name in names if (key := asset_id_of(name)) is not None})


@transaction.atomic
def set_assets(kind: str, owner_id: UUID, wanted: Collection[UUID]) -> None:
    """Note which of the shop's own files something shows; it shows no others.

    What is no file of the shop is left out.
    """
    rows = AssetUse.objects.filter(kind=kind, owner_id=owner_id)
    present = set(rows.values_list("asset_id", flat=True))
    new = set(wanted) - present
    known = Asset.objects.filter(pk__in=new, origin=Origin.LIBRARY) if new else ()
    for key in sorted(row.pk for row in known if row.state != AssetState.FAILED):
        note_use(kind, owner_id, key)
    _drop(rows.filter(asset__in=present - set(wanted)).values_list("pk", flat=True))


@transaction.atomic
def drop_uses(kind: str, owner_ids: Collection[UUID]) -> None:
    """Note that some things show nothing any more; what buyers sent goes with its last use."""
    rows = AssetUse.objects.filter(kind=kind, owner_id__in=list(owner_ids))
    _drop(rows.values_list("pk", flat=True))


def _drop(keys: Iterable[int]) -> None:
    rows = AssetUse.objects.filter(pk__in=list(keys))
    touched = sorted(set(rows.values_list("asset_id", flat=True)))
    if not touched:
        return
    # In the order of the keys, and before it is asked what else shows them.
    locked = list(Asset.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    rows.delete()
    still = set(AssetUse.objects.filter(asset__in=touched).values_list("asset_id", flat=True))
    purge([each for each in locked if each.origin == Origin.SENT and each.pk not in still])
