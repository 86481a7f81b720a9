"""What writers do with their own reviews, what they get for them, films, and guests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.ledger.choices import AssetKind
from kernel.ledger.selectors import balance
from kernel.ledger.services import Owner, adjust, ensure_asset
from kernel.notifications.kinds import kind_of
from kernel.orders.events import OrderDelivered
from kernel.reviews.errors import InvalidReview, InvalidReviewPolicy, UnknownReview
from kernel.reviews.guests import guest_path
from kernel.reviews.models import HelpfulVote, Review, ReviewPicture
from kernel.reviews.policy import Policy, set_policy
from kernel.reviews.scores import counted, kept
from kernel.reviews.selectors import open_lines
from kernel.reviews.services import (
    Stars,
    hide,
    publish_review,
    render_picture,
    vote,
    withdraw,
    write,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_member
from testkit.factories.reviews import make_film, make_photo, make_received, make_review
from testkit.web import store

NOW = utc_now()
GOOD = Stars(5, 4, 5)
in_tenant_a = pytest.mark.usefixtures("in_tenant_a")


def points_for_reviews(*, waits: bool = False) -> None:
    ensure_asset("points", AssetKind.POINTS, {"zh-hans": "积分", "en": "Points"}, 0)
    set_policy(Policy(waits, (), 0, "points", 10, 5), actor=TESTER)


def points_of(member_id: UUID | None) -> int:
    return balance(Owner("member", member_id), "points")


@in_tenant_a
def test_a_review_brings_points_once_and_they_go_with_it_as_far_as_they_are_left() -> None:
    points_for_reviews()
    member = make_member()
    line = make_received(member=member)
    row = write(line.pk, GOOD, member_id=member.pk, now=NOW, pictures=[make_photo()])
    given = points_of(member.pk)
    owner = Owner("member", member.pk)
    adjust(owner, "points", -12, key="spent", reason="spent", actor=TESTER)

    withdraw(row.pk, member_id=member.pk, now=NOW)
    left = points_of(member.pk)
    write(line.pk, GOOD, member_id=member.pk, now=NOW)

    assert (given, left, points_of(member.pk)) == (15, 0, 0)


@in_tenant_a
def test_points_come_when_a_waiting_review_is_published_and_not_again_after_hiding() -> None:
    points_for_reviews(waits=True)
    row = make_review()
    waiting = points_of(row.member_id)

    for act in (publish_review, hide, publish_review):
        more: Any = {"reason": ""} if act is hide else {}
        act(row.pk, actor=TESTER, now=NOW, **more)

    assert (waiting, points_of(row.member_id)) == (0, 10)


@in_tenant_a
def test_points_for_reviews_ask_for_something_that_can_be_given() -> None:
    with pytest.raises(InvalidReviewPolicy) as refused:
        set_policy(Policy(False, (), 0, "nothing", 10, 0), actor=TESTER)

    assert refused.value.fields["field"] == "points_asset"


@in_tenant_a
def test_a_member_deletes_his_own_review_with_all_that_belongs_to_it() -> None:
    member = make_member()
    line = make_received(member=member)
    row = write(
        line.pk, GOOD, member_id=member.pk, now=NOW, pictures=[make_photo()], video=make_film()
    )
    picture = ReviewPicture.objects.get()
    render_picture(picture.pk)
    vote(row.pk, member_id=make_member().pk, now=NOW)

    with pytest.raises(UnknownReview):
        withdraw(row.pk, member_id=make_member().pk, now=NOW)
    withdraw(row.pk, member_id=member.pk, now=NOW)

    assert not Review.objects.exists()
    assert not ReviewPicture.objects.exists()
    assert not HelpfulVote.objects.exists()
    assert kept(line.product_id) == counted(line.product_id)
    assert [each.pk for each in open_lines(member.pk)] == [line.pk]


@in_tenant_a
def test_a_film_is_kept_without_where_it_was_taken() -> None:
    line = make_received()

    row = write(line.pk, GOOD, member_id=line.order.member_id, now=NOW, video=make_film())

    with default_storage.open(row.video) as file:
        content = file.read()
    assert b"121.4737" in make_film()
    assert b"121.4737" not in content
    assert (len(content), content[-8:]) == (len(make_film()), b"pictures")


@in_tenant_a
@pytest.mark.parametrize(
    "content",
    [
        b"<script>alert(1)</script>",
        make_film()[:60],
        make_film() + b"PK\x03\x04<script>",
        make_film().replace(b"ftyp", b"html"),
        b"\x00\x00\x00\x01ftyp" + b"\xff" * 40,
    ],
    ids=["no film", "cut off", "something hangs on", "another beginning", "larger than itself"],
)
def test_what_is_no_film_is_refused(content: bytes) -> None:
    line = make_received()

    with pytest.raises(InvalidReview) as refused:
        write(line.pk, GOOD, member_id=line.order.member_id, now=NOW, video=content)

    assert refused.value.fields["field"] == "video"
    assert not Review.objects.exists()


def test_a_guest_reviews_by_the_link_of_a_letter_and_nobody_else_does(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        line, owned = make_received(is_guest=True), make_received()
        path = guest_path(line.order_id)
        other = guest_path(owned.order_id)
        kind = kind_of("review.asked")
        assert kind is not None
        event = OrderDelivered(
            order_id=line.order_id, group_id=uuid7(), number=line.order.number, member_id=None,
            seller_id=None, currency="CNY", total_minor=1,
        )  # fmt: skip
        [telling] = kind.tells(event)
    told = {"goods": "4", "delivery": "5", "service": "5", "text": "好茶"}
    film = SimpleUploadedFile("a.mp4", make_film())
    asks: Any = {"content_type": "application/json"}
    api, token = "/api/v1/store/reviews/guest/", path.split("/")[3]

    with store(tenant_a) as shop:
        page = shop.get(path)
        shown = shop.get(page["Location"])
        sent = shop.post(page["Location"], {**told, "video": film})
        again = shop.post(api, {**told, "line": line.public_id, "token": token}, **asks)
        forged = shop.post(api, {**told, "line": line.public_id, "token": "x"}, **asks)
        foreign = shop.get(other)
        thanks = shop.get(page["Location"]).content.decode()
    with store(tenant_b) as elsewhere:
        away = elsewhere.get(path)

    assert telling.email == "guest@example.com"
    assert telling.link.startswith("/reviews/of/")
    assert (page.status_code, shown.status_code, sent.status_code) == (302, 200, 302)
    assert (again.status_code, again.json()["code"]) == (409, "reviews.reviewed_before")
    assert (forged.status_code, foreign.status_code, away.status_code) == (404, 404, 404)
    assert "<video" in thanks
    with tenant_context(tenant_a):
        row = Review.objects.get()
        assert (row.member_id, row.text, row.goods, bool(row.video)) == (None, "好茶", 4, True)
