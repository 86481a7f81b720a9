"""Pictures of products: files of the library, shown as WebP in three widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.catalogue.choices import PictureState
from kernel.catalogue.errors import InvalidPicture, InvalidProduct, NotFound
from kernel.catalogue.events import PictureAdded
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.services.changes import finish_change, locked_product, tell
from kernel.catalogue.texts import checked_names, checked_text
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish
from kernel.media.choices import AssetKind, AssetState
from kernel.media.errors import InvalidAsset
from kernel.media.models import Asset
from kernel.media.names import asset_id_of
from kernel.media.selectors import asset_with
from kernel.media.services import (
    draw,
    drop_uses,
    finish_drawing,
    keep_picture,
    note_use,
    prepare_later,
)

MOST_PICTURES: Final = 250
_LONGEST_ALT: Final = 500
_LONGEST_URL: Final = 2_000
PICTURE_USE: Final = "catalogue.picture"


@transaction.atomic
def add_picture(
    product_id: UUID, content: bytes, *, actor: Actor, alt: str = "", name: str = ""
) -> Picture:
    """Add a picture at the end; its renditions are made in the background.

    It is in the library from then on, under `name`; what has the same content is that file.

    Raises:
        NotFound: there is no such product.
        InvalidPicture: the content is no picture that can be shown, or too large.
        InvalidProduct: the alternative text cannot be used, or too many pictures.
        StorageFull: the shop has no room for it.
    """
    text = checked_text(alt, field="alt", longest=_LONGEST_ALT)
    product = locked_product(product_id)
    picture = _new(product, alt=text)
    store_original(picture, content, name=name)
    finish_change(product, changed=("pictures",), actor=actor, after={"added": picture.public_id})
    return picture


def expect_picture(product: Product, *, source_url: str, alt: str = "") -> Picture:
    """Note a picture that somebody will fetch, at the end; the same address twice is one picture.

    Runs inside the caller's transaction, on a locked product.

    Raises:
        InvalidProduct: the address or the text cannot be used, or too many pictures.
    """
    url = checked_text(source_url, field="source_url", longest=_LONGEST_URL, needed=True)
    text = checked_text(alt, field="alt", longest=_LONGEST_ALT)
    known = Picture.objects.filter(product=product, source_url=url).first()
    return known or _new(product, alt=text, source_url=url)


def expected_pictures(product: Product, texts: Mapping[str, str]) -> dict[str, Picture]:
    """Return pictures of a new product that somebody will fetch; nothing is written.

    Args:
        product: not written yet.
        texts: alternative texts by address, in order.

    Returns:
        By the address as it was given; two that come to the same are one picture.

    Raises:
        InvalidProduct: an address or a text cannot be used, or too many pictures.
    """
    return further_pictures(product, [], texts)[0]


def further_pictures(
    product: Product, present: Sequence[Picture], texts: Mapping[str, str]
) -> tuple[dict[str, Picture], list[Picture]]:
    """Return pictures of a product by address, and those of them that are new; nothing is written.

    Args:
        product: locked.
        present: all pictures that it has.
        texts: alternative texts by address; they count for new pictures alone.

    Raises:
        InvalidProduct: an address or a text cannot be used, or too many pictures.
    """
    by_url = {item.source_url: item for item in present if item.source_url}
    end = max((item.position + 1 for item in present), default=0)
    found: dict[str, Picture] = {}
    added: list[Picture] = []
    for address, alt in texts.items():
        url = checked_text(address, field="source_url", longest=_LONGEST_URL, needed=True)
        text = checked_text(alt, field="alt", longest=_LONGEST_ALT)
        if url not in by_url:
            by_url[url] = Picture(
                id=uuid7(), product=product, alt=text, source_url=url, position=end + len(added)
            )
            added.append(by_url[url])
        found[address] = by_url[url]
    if len(present) + len(added) > MOST_PICTURES:
        raise InvalidProduct(_("There are too many pictures."), field="pictures")
    return found, added


def store_original(picture: Picture, content: bytes, *, name: str = "") -> None:
    """Keep the content of a picture in the library, and have its renditions made.

    Runs inside the caller's transaction.

    Raises:
        InvalidPicture: the content is no picture that can be shown, or too large.
        StorageFull: the shop has no room for it.
    """
    called = name or urlsplit(picture.source_url).path or picture.product.handle
    try:
        asset = keep_picture(content, name=called, alt=picture.alt)
        _show(picture, asset.id)
    except InvalidAsset as refusal:
        raise InvalidPicture(str(refusal), **refusal.fields) from refusal


@transaction.atomic
def add_library_picture(
    product_id: UUID, asset_id: UUID, *, actor: Actor, alt: str = ""
) -> Picture:
    """Add a picture of the library at the end.

    Raises:
        NotFound: there is no such product.
        UnknownAsset: there is no such file.
        InvalidPicture: it is no picture that can be shown.
        InvalidProduct: the alternative text cannot be used, or too many pictures.
    """
    text = checked_text(alt, field="alt", longest=_LONGEST_ALT)
    asset = asset_with(asset_id)
    if asset.kind != AssetKind.IMAGE or (not asset.renditions and asset.state == AssetState.READY):
        raise InvalidPicture(_("A JPEG, PNG, WebP, AVIF or GIF picture is expected."))
    product = locked_product(product_id)
    picture = _new(product, alt=text or asset.alt, alts=asset.alts)
    try:
        _show(picture, asset.id)
    except InvalidAsset as refusal:
        raise InvalidPicture(str(refusal)) from refusal
    finish_change(product, changed=("pictures",), actor=actor, after={"added": picture.public_id})
    return picture


def _show(picture: Picture, asset_id: UUID) -> None:
    asset = note_use(PICTURE_USE, picture.id, asset_id)
    take_over(picture, asset)
    picture.save()
    if picture.state == PictureState.WAITING:
        publish(PictureAdded(picture_id=picture.id), aggregate=f"picture:{picture.id.hex}")


def take_over(picture: Picture, asset: Asset) -> None:
    """Let a picture name the files of the library; its row is not saved."""
    states = {
        AssetState.WAITING: PictureState.WAITING,
        AssetState.READY: PictureState.READY,
        AssetState.FAILED: PictureState.FAILED,
    }
    picture.state = states[AssetState(asset.state)]
    picture.fault = InvalidPicture.code if asset.state == AssetState.FAILED else ""
    picture.file, picture.renditions = asset.file, dict(asset.renditions)
    picture.width, picture.height = asset.width, asset.height


@transaction.atomic
def render_picture(picture_id: UUID) -> None:
    """Make the renditions of a picture; done again, they are the same. Gone, nothing is done."""
    waiting = Picture.objects.filter(pk=picture_id).first()
    key = asset_id_of(waiting.file) if waiting else None
    if waiting is None or key is None or waiting.state == PictureState.READY:
        return
    drawn = draw(key)
    # Locked after the slow part, and in the order in which a picture is taken away.
    product = locked_product(waiting.product_id)
    asset = finish_drawing(drawn)
    picture = Picture.objects.select_for_update().filter(pk=picture_id, file=waiting.file).first()
    if picture is None or asset is None:
        return
    take_over(picture, asset)
    picture.save(update_fields=["file", "renditions", "state", "fault", "width", "height"])
    tell(product, changed=("pictures",))


@transaction.atomic
def change_picture(
    picture_id: UUID, *, actor: Actor, alt: str, alts: Mapping[str, str] | None = None
) -> Picture:
    """Say what a picture shows.

    Raises:
        NotFound: there is no such picture.
        InvalidProduct: a text cannot be used.
    """
    text = checked_text(alt, field="alt", longest=_LONGEST_ALT)
    texts = None if alts is None else checked_names(alts, field="alts")
    picture = _picture(picture_id)
    product = locked_product(picture.product_id)
    before = {"alt": picture.alt, "alts": picture.alts}
    picture.alt, picture.alts = text, picture.alts if texts is None else texts
    after = {"alt": picture.alt, "alts": picture.alts}
    if after != before:
        picture.save(update_fields=["alt", "alts"])
        finish_change(product, changed=("pictures",), actor=actor, before=before, after=after)
    return picture


@transaction.atomic
def order_pictures(product_id: UUID, picture_ids: Sequence[UUID], *, actor: Actor) -> None:
    """Put the pictures of a product in order; the first one stands for it in lists.

    Raises:
        NotFound: there is no such product.
        InvalidProduct: these are not exactly its pictures.
    """
    product = locked_product(product_id)
    pictures = {item.id: item for item in Picture.objects.filter(product=product)}
    if len(picture_ids) != len(pictures) or set(picture_ids) != set(pictures):
        raise InvalidProduct(_("Exactly the pictures of the product are expected."), field="order")
    for position, key in enumerate(picture_ids):
        pictures[key].position = position
    Picture.objects.bulk_update(pictures.values(), ["position"])
    finish_change(product, changed=("pictures",), actor=actor)


@transaction.atomic
def remove_picture(picture_id: UUID, *, actor: Actor) -> None:
    """Take a picture away; its file stays in the library.

    Raises:
        NotFound: there is no such picture.
    """
    picture = _picture(picture_id)
    product = locked_product(picture.product_id)
    public, key = picture.public_id, asset_id_of(picture.file)
    if key is not None and picture.state == PictureState.WAITING:
        prepare_later(key)
    drop_uses(PICTURE_USE, [picture.id])
    picture.delete()
    finish_change(product, changed=("pictures",), actor=actor, before={"removed": public})


def _new(
    product: Product, *, alt: str, source_url: str = "", alts: Mapping[str, str] | None = None
) -> Picture:
    rows = Picture.objects.filter(product=product)
    if rows.count() >= MOST_PICTURES:
        raise InvalidProduct(_("There are too many pictures."), field="pictures")
    last = rows.aggregate(last=Max("position"))["last"]
    return Picture.objects.create(
        id=uuid7(),
        product=product,
        alt=alt,
        alts=dict(alts or {}),
        source_url=source_url,
        position=0 if last is None else last + 1,
    )


def _picture(picture_id: UUID) -> Picture:
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture is None:
        raise NotFound(kind="picture")
    return picture
