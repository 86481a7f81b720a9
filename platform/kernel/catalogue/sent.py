"""Pictures that people send along: checked by their content, shown as WebP.

What cameras wrote is in no file that is shown. As it came a picture waits for its
renditions, under a name that nobody is told. They lie in the library, out of the staff's
sight, and go with what they were sent for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kernel.common.errors import DomainError
from kernel.media.choices import AssetState, Origin
from kernel.media.errors import InvalidAsset
from kernel.media.models import Asset
from kernel.media.names import asset_id_of
from kernel.media.pictures import Prepared, inspect, prepared
from kernel.media.services import drop_uses, finish_drawing, keep_picture, note_use, render_asset
from kernel.media.services.rendering import Drawn, Pair

MOST_PICTURES: Final = 6
LARGEST_PICTURE: Final = 10 * 1024 * 1024


def contents_of(files: Iterable[Any], *, refusal: type[DomainError]) -> list[bytes]:
    """Read uploaded pictures; what a form sends for no file is none.

    Raises:
        refusal: too many, or one too large to be read.
    """
    found = [cast("UploadedFile[Any]", each) for each in files if each.size]
    _check_sizes([each.size or 0 for each in found], refusal)
    return [each.read() for each in found]


def check_pictures(contents: Sequence[bytes], *, refusal: type[DomainError]) -> None:
    """Check what somebody sends along.

    Raises:
        refusal: too many, one too large, or no picture.
    """
    _check_sizes([len(each) for each in contents], refusal)
    for content in contents:
        try:
            inspect(content)
        except InvalidAsset as wrong:
            raise refusal(str(wrong), field="pictures") from wrong


def _check_sizes(sizes: Sequence[int], refusal: type[DomainError]) -> None:
    if len(sizes) > MOST_PICTURES:
        text = _("At most %(number)s pictures can be added.") % {"number": MOST_PICTURES}
        raise refusal(text, field="pictures")
    if max(sizes, default=0) > LARGEST_PICTURE:
        raise refusal(_("A picture may have at most 10 MB."), field="pictures")


def keep_sent(use: str, owner_id: UUID, content: bytes, *, refusal: type[DomainError]) -> str:
    """Keep a picture that was checked; return the name under which it waits.

    Args:
        use: the kind of its use, as registered in `kernel.media.uses`.
        owner_id: the row that will show it.
        content: the picture.
        refusal: what is raised when it is known to be damaged, or holds a virus.
    """
    return _kept(use, owner_id, content, refusal).file


def drawn(content: bytes, *, refusal: type[DomainError]) -> Prepared:
    """Draw a picture for `keep_drawn`; takes long, so nothing should be locked meanwhile.

    Raises:
        refusal: it is damaged.
    """
    try:
        return prepared(content)
    except InvalidAsset as wrong:
        raise refusal(str(wrong), field="pictures") from wrong


def keep_drawn(
    use: str, owner_id: UUID, content: bytes, made: Prepared, *, refusal: type[DomainError]
) -> dict[str, str]:
    """Keep a picture that is shown at once; return names of WebP files by width.

    As `keep_sent`, with what `drawn` made of the content.
    """
    asset = _kept(use, owner_id, content, refusal)
    if asset.state == AssetState.WAITING:
        asset = finish_drawing(Drawn(asset.pk, asset.file, Pair(made))) or asset
    return {str(width): str(file) for width, file in asset.renditions.items()}


def _kept(use: str, owner_id: UUID, content: bytes, refusal: type[DomainError]) -> Asset:
    try:
        asset = keep_picture(content, name=f"{owner_id.hex}.jpg", origin=Origin.SENT)
        return note_use(use, owner_id, asset.pk)
    except InvalidAsset as wrong:
        raise refusal(str(wrong), field="pictures") from wrong


def rendered(name: str) -> dict[str, str]:
    """Make a picture fit to be shown; return names of WebP files by width, none if damaged.

    Takes long, so nothing should be locked meanwhile.
    """
    key = asset_id_of(name)
    asset = render_asset(key) if key else None
    if asset is None or asset.state != AssetState.READY:
        return {}
    return {str(width): str(file) for width, file in asset.renditions.items()}


def drop_sent(use: str, owner_ids: Collection[UUID]) -> None:
    """Let pictures go with what they were sent for, unless something else shows them."""
    drop_uses(use, owner_ids)
