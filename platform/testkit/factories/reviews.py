"""Things that arrived, and what was said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

from django.db import transaction
from PIL import Image

from kernel.common.time import utc_now
from kernel.fulfilment.services import receive_order
from kernel.members.models import Member
from kernel.orders.models import Order, OrderLine
from kernel.orders.statuses import refresh
from kernel.reviews.models import Review
from kernel.reviews.services import Stars, write
from testkit.factories.orders import TESTER, make_member, make_variant, orders_in, pay, place


def make_received(
    *,
    member: Member | None = None,
    variant_id: UUID | None = None,
    now: datetime | None = None,
    is_guest: bool = False,
) -> OrderLine:
    """Let something that a member, or a guest, bought arrive."""
    moment = now or utc_now()
    buyer_id = None if is_guest else (member or make_member()).pk
    group = place((variant_id or make_variant().pk, 1), member_id=buyer_id, now=moment)
    pay(group, now=moment)
    [order] = orders_in(group)
    ship_everything(order, now=moment)
    receive_order(order.pk, actor=TESTER, now=moment)
    return OrderLine.objects.select_related("order").get(order=order)


@transaction.atomic
def ship_everything(order: Order, *, now: datetime) -> None:
    """Let all goods of an order leave, without parcels."""
    for line in OrderLine.objects.filter(order=order):
        line.fulfilled_quantity = line.quantity
        line.save()
    refresh([order.pk], now=now)


def make_review(
    *,
    member: Member | None = None,
    variant_id: UUID | None = None,
    goods: int = 5,
    text: str = "Fresh and fragrant.",
    pictures: Sequence[bytes] = (),
    is_anonymous: bool = False,
) -> Review:
    """Let a member review something."""
    line = make_received(member=member, variant_id=variant_id)
    buyer_id = line.order.member_id
    assert buyer_id is not None  # noqa: S101  it was bought by a member
    return write(
        line.pk,
        Stars(goods, 4, 5),
        member_id=buyer_id,
        now=utc_now(),
        text=text,
        pictures=pictures,
        is_anonymous=is_anonymous,
    )


def make_film() -> bytes:
    """Return an MP4 of no pictures, as a telephone makes one: with where it was taken."""

    def box(kind: bytes, content: bytes = b"") -> bytes:
        return (len(content) + 8).to_bytes(4, "big") + kind + content

    where = box(b"udta", box(b"\xa9xyz", b"+31.2304+121.4737/"))
    moov = box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"tkhd") + where) + where)
    return box(b"ftyp", b"isom\x00\x00\x02\x00isommp41") + moov + box(b"mdat", b"pictures")


def make_photo(width: int = 64, height: int = 48) -> bytes:
    """Return a photograph, as a camera makes one: with where it was taken."""
    image, out = Image.new("RGB", (width, height), (40, 110, 70)), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()
