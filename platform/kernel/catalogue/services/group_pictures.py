"""Pictures of categories, collections and brands: names in storage of files of the library."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from kernel.catalogue import fields as checks
from kernel.catalogue.errors import InvalidPicture, InvalidProduct
from kernel.common.ids import InvalidId, parse_public_id
from kernel.media.choices import AssetKind, AssetState
from kernel.media.errors import InvalidAsset, UnknownAsset
from kernel.media.models import Asset
from kernel.media.names import asset_id_of
from kernel.media.selectors import asset_with, name_for
from kernel.media.services import keep_picture, render_asset

CATEGORY_USE: Final = "catalogue.category"
COLLECTION_USE: Final = "catalogue.collection"
BRAND_USE: Final = "catalogue.brand"
_WIDTH: Final = 960
_LONGEST: Final = 300
_line = checks.line(_LONGEST)


def keep_group_picture(content: bytes, *, name: str = "") -> str:
    """Keep a picture in the library, and return the name that a category or collection takes.

    Raises:
        InvalidPicture: the content is no picture that can be shown, or too large.
        StorageFull: the shop has no room for it.
    """
    try:
        return _name(render_asset(keep_picture(content, name=name or "picture").pk))
    except InvalidAsset as refusal:
        raise InvalidPicture(str(refusal), **refusal.fields) from refusal


def checked_picture(value: object, field: str) -> str:
    """Return the name in storage for what somebody chose as a picture.

    It may be the id of a file of the library, a name in storage that answers hold, or an
    address on the web.

    Raises:
        InvalidProduct: it names no picture of the shop.
    """
    text = str(_line(value, field))
    if not text or text.startswith(("http://", "https://")):
        return text
    key, is_name = asset_id_of(text), True
    try:
        if key is None:
            key, is_name = parse_public_id("ast", text), False
        asset = asset_with(key)
        found = _name(render_asset(asset.pk) if asset.state == AssetState.WAITING else asset)
    except (InvalidId, UnknownAsset, InvalidPicture):
        raise _unknown(field) from None
    if is_name and text not in {asset.file, *asset.renditions.values()}:
        raise _unknown(field)
    return text if is_name else found


def _name(asset: Asset | None) -> str:
    if asset is None or asset.state != AssetState.READY or asset.kind != AssetKind.IMAGE:
        raise InvalidPicture(_("The picture is damaged."))
    return name_for(asset, _WIDTH)


def _unknown(field: str) -> InvalidProduct:
    return InvalidProduct(_("There is no such picture in the library."), field=field)
