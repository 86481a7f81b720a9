"""Pictures of a shop's look that were chosen from its media library.

A look keeps a copy, for it is shown where nobody asks the shop's own storage: before
anybody is signed in, and in letters. The library knows of the use all the same: a file
that the look was made of is not deleted, and replacing it renews the look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.branding.errors import InvalidBrand
from kernel.branding.pictures import LARGEST_UPLOAD, MOST_PIXELS, keep_picture
from kernel.media.choices import AssetKind, AssetState
from kernel.media.models import Asset, AssetUse
from kernel.media.selectors import asset_with
from kernel.media.services import set_assets
from kernel.media.uses import Place

USE: Final = "brand"
TITLES: Final[Mapping[str, str | Promise]] = {
    "logo_url": gettext_lazy("Logo"),
    "favicon_url": gettext_lazy("Icon of the browser's tab"),
    "console_logo_url": gettext_lazy("Logo of the console"),
    "console_favicon_url": gettext_lazy("Icon of the console"),
}
_OWNERS: Final = {field: UUID(int=number) for number, field in enumerate(TITLES, start=1)}
_PATH: Final = "/brand/"


def picture_from(asset_id: UUID, *, field: str) -> str:
    """Keep a copy of a picture of the library and return its path, as `keep_picture` does.

    What is too large is taken in a smaller form; a watermark is not in it.

    Raises:
        UnknownAsset: there is no such file.
        InvalidBrand: it is no picture, not ready, or too large in every form.
    """
    asset = asset_with(asset_id)
    if asset.kind != AssetKind.IMAGE or asset.state != AssetState.READY or asset.trashed_at:
        raise InvalidBrand(_("A picture that is ready is expected."), field=field)
    refused: InvalidBrand | None = None
    for name in _forms(asset):
        with default_storage.open(name) as file:
            content = file.read(LARGEST_UPLOAD + 1)
        try:
            return keep_picture(content, field=field)
        except InvalidBrand as refusal:
            refused = refused or refusal
    raise refused or InvalidBrand(_("A picture that is ready is expected."), field=field)


def note_pictures(chosen: Mapping[str, UUID | None]) -> None:
    """Note of which files the look is made: None for a field that is made of none."""
    for field, asset_id in chosen.items():
        set_assets(USE, _OWNERS[field], [asset_id] if asset_id else [])


def places(owners: Collection[UUID]) -> Mapping[UUID, Place]:
    """Return what shows files of the library, for those who would delete one."""
    return {
        owner: Place(str(TITLES[field]), _PATH)
        for field, owner in _OWNERS.items()
        if owner in owners
    }


def renewed(owners: Collection[UUID]) -> dict[str, str]:
    """Return the fields of a look whose file has another content, with their new paths.

    A content that no look can be made of leaves the look as it is.
    """
    fields = {owner: field for field, owner in _OWNERS.items() if owner in owners}
    found = {}
    for use in AssetUse.objects.filter(kind=USE, owner_id__in=list(fields)):
        field = fields[use.owner_id]
        try:
            found[field] = picture_from(use.asset_id, field=field)
        except InvalidBrand:
            continue
    return found


def _forms(asset: Asset) -> Iterator[str]:
    """Yield the names of a picture in storage, the largest that may do first."""
    if max(asset.width, asset.height) <= MOST_PIXELS:
        yield asset.master or asset.file
    if not asset.master:
        wide = sorted(asset.renditions.items(), key=lambda pair: -int(pair[0]))
        yield from (name for width, name in wide if int(width) <= MOST_PIXELS)
