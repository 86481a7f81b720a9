"""Pictures are drawn anew, in the widths in which pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel.media.choices import AssetState
from kernel.media.errors import InvalidAsset
from kernel.media.models import Asset
from kernel.media.names import display_name, new_stem
from kernel.media.pictures import Prepared, prepared
from kernel.media.services.files import delete_later
from kernel.media.services.quota import change_room
from kernel.media.services.stamping import mark_for

_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture as it is shown, and without the watermark that stands in it.

    Attributes:
        plain: None where none stands in it.
    """

    shown: Prepared
    plain: Prepared | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn of a picture; nothing where nothing had to be, or it is damaged.

    Attributes:
        came_as: the file that was drawn; empty when there was nothing to do.
    """

    asset_id: UUID
    came_as: str = ""
    made: Pair | None = None
    fault: str = ""


def render_asset(asset_id: UUID) -> Asset | None:
    """Make a picture fit to be shown, and return it; done again nothing is done.

    Takes long, so nothing should be locked meanwhile. Of a damaged picture no file stays.
    """
    return finish_drawing(draw(asset_id))


def draw(asset_id: UUID) -> Drawn:
    """Draw a picture that waits for it; nothing is written, and nothing locked."""
    waiting = Asset.objects.filter(pk=asset_id, state=AssetState.WAITING).first()
    if waiting is None:
        return Drawn(asset_id)
    with default_storage.open(waiting.file) as file:
        content = file.read()
    try:
        return Drawn(asset_id, waiting.file, pair_of(waiting, content))
    except InvalidAsset as refusal:
        return Drawn(asset_id, waiting.file, fault=str(refusal.fields["reason"])[:80])


def pair_of(asset: Asset, content: bytes) -> Pair:
    """Prepare the content of a picture, with the watermark where it is wanted.

    Raises:
        InvalidAsset: the content cannot be read to its end.
    """
    plain, mark = prepared(content), mark_for(asset)
    return Pair(plain) if mark is None else Pair(prepared(plain.content, mark=mark), plain)


@transaction.atomic
def finish_drawing(drawn: Drawn) -> Asset | None:
    """Keep what was drawn, unless somebody was faster; return the file as it is then."""
    asset = Asset.objects.select_for_update(no_key=True).filter(pk=drawn.asset_id).first()
    if asset is None or not drawn.came_as or asset.file != drawn.came_as:
        return asset
    before, came_as = asset.bytes, asset.file
    if drawn.made is None:
        asset.state, asset.fault, asset.file, asset.bytes = AssetState.FAILED, drawn.fault, "", 0
    else:
        put(asset, drawn.made)
    asset.save()
    change_room(asset.bytes - before)
    delete_later([came_as])
    return asset


def put(asset: Asset, pair: Pair) -> None:
    """Put a prepared picture into storage, and its names into its row, which is not saved."""
    made, stem = pair.shown, new_stem(asset.id)
    asset.file = default_storage.save(f"{stem}.{made.extension}", ContentFile(made.content))
    asset.bytes, asset.master = len(made.content), ""
    if pair.plain is not None:
        # Under a stem of its own: whoever sees the one shall not guess the other.
        name = f"{new_stem(asset.id)}.{pair.plain.extension}"
        asset.master = default_storage.save(name, ContentFile(pair.plain.content))
        asset.bytes += len(pair.plain.content)
    names: dict[int, str] = {}
    for width, data in made.renditions.items():
        # What is the same file for several widths is kept once.
        if id(data) not in names:
            names[id(data)] = default_storage.save(f"{stem}-{width}.webp", ContentFile(data))
            asset.bytes += len(data)
    asset.renditions = {str(width): names[id(data)] for width, data in made.renditions.items()}
    asset.name = display_name(asset.name, made.extension)
    asset.media_type = _TYPES[made.extension]
    asset.width, asset.height = made.width, made.height
    asset.state, asset.fault = AssetState.READY, ""
