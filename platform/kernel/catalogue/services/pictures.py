"""Pictures of products: kept as they came, shown as WebP in three widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.catalogue.choices import PictureState
from kernel.catalogue.errors import InvalidPicture, InvalidProduct, NotFound
from kernel.catalogue.events import PictureAdded
from kernel.catalogue.images import inspect, renditions_of
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.services.changes import finish_change, locked_product, tell
from kernel.catalogue.texts import checked_names, checked_text
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish
from kernel.tenancy.context import bind_context

MOST_PICTURES: Final = 250
_LONGEST_ALT: Final = 500
_LONGEST_URL: Final = 2_000


@transaction.atomic
def add_picture(product_id: UUID, content: bytes, *, actor: Actor, alt: str = "") -> Picture:
    """Add a picture at the end; its renditions are made in the background.

    Raises:
        NotFound: there is no such product.
        InvalidPicture: the content is no picture that can be shown, or too large.
        InvalidProduct: the alternative text cannot be used, or too many pictures.
    """
    text = checked_text(alt, field="alt", longest=_LONGEST_ALT)
    inspect(content)
    product = locked_product(product_id)
    picture = _new(product, alt=text)
    store_original(picture, content)
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


def store_original(picture: Picture, content: bytes) -> None:
    """Keep the content of a picture, and have its renditions made.

    Runs inside the caller's transaction.

    Raises:
        InvalidPicture: the content is no picture that can be shown, or too large.
    """
    facts = inspect(content)
    name = f"catalogue/{picture.product_id.hex}/{picture.id.hex}.{facts.extension}"
    picture.file = default_storage.save(name, ContentFile(content))
    picture.width, picture.height = facts.width, facts.height
    picture.state, picture.fault = PictureState.WAITING, ""
    picture.save()
    publish(PictureAdded(picture_id=picture.id), aggregate=f"picture:{picture.id.hex}")


@transaction.atomic
def render_picture(picture_id: UUID) -> None:
    """Make the renditions of a picture; done again, they are the same. Gone, nothing is done."""
    waiting = Picture.objects.filter(pk=picture_id).first()
    if waiting is None or not waiting.file or waiting.state == PictureState.READY:
        return
    with default_storage.open(waiting.file) as file:
        content = file.read()
    try:
        made, fault = renditions_of(content), ""
    except InvalidPicture as refusal:
        made, fault = {}, refusal.code
    # Locked after the slow part, and in the order in which a picture is taken away.
    product = locked_product(waiting.product_id)
    picture = Picture.objects.select_for_update().filter(pk=picture_id, file=waiting.file).first()
    if picture is None:
        return
    stem = picture.file.rpartition(".")[0]
    picture.renditions = {
        str(width): default_storage.save(f"{stem}-{width}.webp", ContentFile(data))
        for width, data in made.items()
    }
    picture.state, picture.fault = (PictureState.READY if made else PictureState.FAILED), fault
    picture.save(update_fields=["renditions", "state", "fault"])
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
    """Take a picture away; its files go once that is final.

    Raises:
        NotFound: there is no such picture.
    """
    picture = _picture(picture_id)
    product = locked_product(picture.product_id)
    files = [name for name in (picture.file, *picture.renditions.values()) if name]
    public = picture.public_id
    picture.delete()
    finish_change(product, changed=("pictures",), actor=actor, before={"removed": public})
    for name in files:
        transaction.on_commit(bind_context(partial(default_storage.delete, name)), robust=True)


def _new(product: Product, *, alt: str, source_url: str = "") -> Picture:
    rows = Picture.objects.filter(product=product)
    if rows.count() >= MOST_PICTURES:
        raise InvalidProduct(_("There are too many pictures."), field="pictures")
    last = rows.aggregate(last=Max("position"))["last"]
    return Picture.objects.create(
        id=uuid7(),
        product=product,
        alt=alt,
        source_url=source_url,
        position=0 if last is None else last + 1,
    )


def _picture(picture_id: UUID) -> Picture:
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture is None:
        raise NotFound(kind="picture")
    return picture
