"""Pictures: known by their content, shown in three widths."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from kernel.catalogue.errors import InvalidPicture, InvalidProduct
from kernel.catalogue.models import Picture
from kernel.catalogue.selectors import product_page
from kernel.catalogue.services import (
    add_picture,
    change_picture,
    order_pictures,
    remove_picture,
)
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.media.selectors import searched
from testkit.factories.catalogue import ACTOR, make_product, picture_bytes

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 30,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_is_shown_as_webp_in_three_widths() -> None:
    product = make_product(title="Shirt")

    content = picture_bytes(width=2000, height=1000, form="JPEG")
    add_picture(product.id, content, actor=ACTOR, alt="A blue shirt")
    deliver_pending(clock=utc_now, limit=20)

    picture = product_page(product.handle, now=utc_now()).pictures[0]
    assert (picture.alt, picture.width, picture.height) == ("A blue shirt", 2000, 1000)
    sizes = {}
    for width, name in picture.renditions.items():
        with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as image:
            sizes[width] = (image.format, image.size)
    assert sizes == {
        480: ("WEBP", (480, 240)),
        960: ("WEBP", (960, 480)),
        1600: ("WEBP", (1600, 800)),
    }
    assert "-960.webp" in picture.url(800)
    assert "-1600.webp" in picture.url(5000)


def test_renditions_are_upright_and_say_nothing_of_where_they_were_taken() -> None:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    Image.new("RGB", (40, 20), "red").save(out, "JPEG", exif=exif)
    product = make_product()

    add_picture(product.id, out.getvalue(), actor=ACTOR)
    deliver_pending(clock=utc_now, limit=20)

    picture = Picture.objects.get()
    with default_storage.open(picture.renditions["480"]) as file:
        image = Image.open(BytesIO(file.read()))
    assert (image.size, dict(image.getexif())) == ((20, 40), {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"GIF89a<script>alert(1)</script>",
        b"%PDF-1.4",
        picture_bytes(form="BMP"),
        bomb(),
        b"\xff\xd8" + b"x" * 21 * 1024 * 1024,
    ],
    ids=["empty", "svg", "script", "pdf", "bmp", "bomb", "large"],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(content: bytes) -> None:
    product = make_product()

    with pytest.raises(InvalidPicture):
        add_picture(product.id, content, actor=ACTOR)

    assert not Picture.objects.exists()


def test_a_picture_that_breaks_off_is_marked_as_failed() -> None:
    product = make_product()
    content = picture_bytes(width=800, height=800, form="JPEG")

    add_picture(product.id, content[: len(content) // 2], actor=ACTOR)
    deliver_pending(clock=utc_now, limit=20)

    picture = Picture.objects.get()
    assert (picture.state, picture.fault) == ("failed", "catalogue.invalid_picture")


def test_pictures_are_ordered_described_and_taken_away() -> None:
    product = make_product()
    first, second = (
        add_picture(product.id, picture_bytes(colour=each), actor=ACTOR) for each in ("red", "blue")
    )

    order_pictures(product.id, [second.id, first.id], actor=ACTOR)
    change_picture(second.id, alt="Back", alts={"zh-hans": "背面"}, actor=ACTOR)
    hidden = product_page(product.handle, now=utc_now()).pictures
    deliver_pending(clock=utc_now, limit=20)
    shown = product_page(product.handle, now=utc_now(), language="zh-hans").pictures
    remove_picture(first.id, actor=ACTOR)

    assert [item.id for item in shown] == [second.id, first.id]
    assert (len(hidden), shown[0].alt) == (0, "背面")
    assert Picture.objects.get().id == second.id
    assert [each.name for each in searched(is_unused=True)] == [f"{product.handle}.png"]
    with pytest.raises(InvalidProduct):
        order_pictures(product.id, [first.id], actor=ACTOR)
