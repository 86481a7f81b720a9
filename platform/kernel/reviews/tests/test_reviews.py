"""What members say of what they received, and what staff make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.storage import default_storage

from kernel.audit.models import AuditEntry
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.joining import erase, merge
from kernel.orders.models import OrderLine
from kernel.reviews.choices import ReviewPart, ReviewState
from kernel.reviews.errors import (
    AppendedBefore,
    InvalidReview,
    InvalidReviewPolicy,
    NotReceived,
    OwnReview,
    ReviewedBefore,
    UnknownLine,
    UnknownReview,
)
from kernel.reviews.models import HelpfulVote, Review, ReviewPicture, SilentOrder
from kernel.reviews.policy import Policy, set_policy, words_in
from kernel.reviews.scores import counted, kept
from kernel.reviews.selectors import (
    open_lines,
    pictures_of,
    published_of,
    searched,
    summary_of,
)
from kernel.reviews.services import (
    Stars,
    append,
    hide,
    praise_silent,
    publish_review,
    render_picture,
    reply,
    vote,
    withdraw_vote,
    write,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import together
from testkit.factories.orders import TESTER, make_member, make_variant, orders_in, place
from testkit.factories.reviews import make_photo, make_received, make_review
from testkit.tenants import open_test_tenant

NOW = utc_now()
GOOD = Stars(5, 4, 5)
in_tenant_a = pytest.mark.usefixtures("in_tenant_a")


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


def owner(line: OrderLine) -> UUID:
    found = line.order.member_id
    assert found is not None
    return found


def writer(row: Review) -> UUID:
    assert row.member_id is not None
    return row.member_id


def choose(*, waits: bool = False, words: tuple[str, ...] = (), default_days: int = 0) -> None:
    set_policy(Policy(waits, words, default_days), actor=TESTER)


@in_tenant_a
def test_only_a_received_line_of_ones_own_can_be_reviewed_and_only_once() -> None:
    member = make_member()
    [unsent] = orders_in(place((make_variant().pk, 1), member_id=member.pk))
    waiting = OrderLine.objects.get(order=unsent)
    line = make_received(member=member)

    with pytest.raises(NotReceived):
        write(waiting.pk, GOOD, member_id=member.pk, now=NOW)
    with pytest.raises(UnknownLine):
        write(line.pk, GOOD, member_id=make_member().pk, now=NOW)
    assert [each.pk for each in open_lines(member.pk)] == [line.pk]
    row = write(line.pk, GOOD, member_id=member.pk, now=NOW, text="Good tea.")
    with pytest.raises(ReviewedBefore):
        write(line.pk, Stars(1, 1, 1), member_id=member.pk, now=NOW)

    assert list(Review.objects.all()) == [row]
    assert (row.author, open_lines(member.pk)) == ("兰***兰", [])
    assert summary_of(line.product_id).averages == {
        "goods": "5.0",
        "delivery": "4.0",
        "service": "5.0",
    }


def test_one_of_many_reviews_that_come_at_the_same_time_is_kept(shop: TenantRef) -> None:
    line = make_received()

    def attempt() -> str:
        try:
            write(line.pk, GOOD, member_id=owner(line), now=NOW)
        except DomainError as refusal:
            return refusal.code
        return "done"

    outcomes = together([attempt] * 4)

    assert sorted(outcomes) == ["done", *["reviews.reviewed_before"] * 3]
    assert kept(line.product_id) == counted(line.product_id)
    assert kept(line.product_id)["count"] == 1


@in_tenant_a
def test_the_score_equals_the_published_reviews_after_moderation() -> None:
    variant = make_variant()
    choose(words=("rotten",))
    rows = [make_review(variant_id=variant.pk, goods=stars) for stars in (5, 4, 1, 2)]
    waiting = make_review(variant_id=variant.pk, goods=1, text="ROTTEN!")
    product_id = waiting.product_id

    def shown() -> tuple[int, str]:
        assert kept(product_id) == counted(product_id)
        found = summary_of(product_id)
        assert found.count == published_of(product_id).count() == sum(found.stars.values())
        return found.count, found.average

    assert (waiting.state, waiting.found, shown()) == ("waiting", ["rotten"], (4, "3.0"))
    publish_review(waiting.pk, actor=TESTER, now=NOW)
    publish_review(waiting.pk, actor=TESTER, now=NOW)
    assert shown() == (5, "2.6")
    for row in (rows[2], rows[3], waiting):
        hide(row.pk, reason="Not about the goods", actor=TESTER, now=NOW)
    hide(rows[2].pk, reason="again", actor=TESTER, now=NOW)

    assert shown() == (2, "4.5")
    assert [row.pk for row in published_of(product_id)] == [rows[1].pk, rows[0].pk]
    assert [row.pk for row in published_of(product_id, stars=4)] == [rows[1].pk]
    assert AuditEntry.objects.filter(action="review.hidden").count() == 3
    assert AuditEntry.objects.filter(action="review.published").count() == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("加我的微 信，有返现", ["微信"]),
        ("加 V X：１２３", []),
        ("Ｒｅｆｕｎｄ scam.", ["refund scam"]),
        ("a grape", []),
        ("That was rape, they said", ["rape"]),
    ],
)
def test_words_are_found_whatever_stands_between_letters_but_not_inside_others(
    text: str, found: list[str]
) -> None:
    assert words_in(text, ["微信", "rape", "refund scam"]) == found


@in_tenant_a
def test_what_is_appended_waits_by_itself_and_an_answer_is_replaced() -> None:
    choose(words=("微信",))
    row = make_review()

    with pytest.raises(UnknownReview):
        append(row.pk, member_id=make_member().pk, text="Later", now=NOW)
    append(row.pk, member_id=writer(row), text="加微信", now=NOW)
    with pytest.raises(AppendedBefore):
        append(row.pk, member_id=writer(row), text="Once more", now=NOW)
    assert [each.pk for each in searched(state="waiting")] == [row.pk]
    publish_review(row.pk, part=ReviewPart.ADDITION, actor=TESTER, now=NOW)
    reply(row.pk, "Thank you!", actor=TESTER, now=NOW)
    reply(row.pk, "Thank you, again!", actor=TESTER, now=NOW)

    row.refresh_from_db()
    assert (row.state, row.addition_state) == (ReviewState.PUBLISHED, ReviewState.PUBLISHED)
    assert (row.reply, row.found) == ("Thank you, again!", ["微信"])
    assert kept(row.product_id)["count"] == 1
    assert not searched(kind="unanswered").exists()


@in_tenant_a
def test_a_member_finds_a_review_helpful_once_and_never_his_own() -> None:
    row, voter = make_review(), make_member()

    for _turn in range(2):
        vote(row.pk, member_id=voter.pk, now=NOW)
    with pytest.raises(OwnReview):
        vote(row.pk, member_id=writer(row), now=NOW)

    assert HelpfulVote.objects.count() == 1
    assert vote(row.pk, member_id=make_member().pk, now=NOW).helpful == 2
    assert withdraw_vote(row.pk, member_id=voter.pk).helpful == 1
    hide(row.pk, reason="", actor=TESTER, now=NOW)
    with pytest.raises(UnknownReview):
        vote(row.pk, member_id=make_member().pk, now=NOW)


@in_tenant_a
def test_pictures_are_told_by_their_content_and_shown_without_what_cameras_wrote() -> None:
    line = make_received()
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"

    for wrong in ([script], [make_photo()] * 7, [b"GIF89a" + script]):
        with pytest.raises(InvalidReview):
            write(line.pk, GOOD, member_id=owner(line), now=NOW, pictures=wrong)
    assert not Review.objects.exists()
    row = write(line.pk, GOOD, member_id=owner(line), now=NOW, pictures=[make_photo()])
    [picture] = ReviewPicture.objects.filter(review=row)
    original = picture.file
    assert pictures_of([row]) == {}
    render_picture(picture.pk)
    render_picture(picture.pk)

    picture.refresh_from_db()
    with default_storage.open(picture.renditions["480"]) as file:
        content = file.read()
    assert content[8:12] == b"WEBP"
    assert b"Maker of cameras" not in content
    assert (picture.file, bool(original)) == ("", True)
    assert len(pictures_of([row])[row.pk]) == 1
    assert summary_of(row.product_id).pictured == 1


@in_tenant_a
def test_who_says_nothing_is_taken_for_content_once_the_time_is_over() -> None:
    unnoted = make_received()
    choose(default_days=7)
    silent, written = make_received(now=NOW), make_received(now=NOW)
    write(written.pk, Stars(2, 2, 2), member_id=owner(written), now=NOW)
    later = NOW + timedelta(days=8)

    assert praise_silent(now=NOW + timedelta(days=6)) == 0
    assert praise_silent(now=later) == 2

    [row] = Review.objects.filter(is_default=True)
    assert (row.line_id, row.goods, row.text) == (silent.pk, 5, "")
    assert kept(silent.product_id) == counted(silent.product_id)
    assert not Review.objects.filter(line=unnoted).exists()
    assert not SilentOrder.objects.exists()
    make_received(now=NOW)
    choose(default_days=0)
    assert praise_silent(now=later) == 1
    assert Review.objects.count() == 2


@in_tenant_a
def test_who_goes_leaves_no_name_and_who_is_merged_votes_once() -> None:
    row, kept_member, absorbed = make_review(), make_member(), make_member()
    for voter in (kept_member, absorbed):
        vote(row.pk, member_id=voter.pk, now=NOW)
    own = make_review(member=absorbed)

    merge(kept_member.pk, absorbed.pk, actor=TESTER, now=NOW)
    erase(writer(row), now=NOW)

    row.refresh_from_db()
    own.refresh_from_db()
    assert (row.author, row.text, row.helpful) == ("", "Fresh and fragrant.", 1)
    assert own.member_id == kept_member.pk
    assert HelpfulVote.objects.get().member_id == kept_member.pk


@in_tenant_a
@pytest.mark.parametrize("words", [("!!",), ("x" * 41,)])
def test_choices_that_cannot_be_kept_change_nothing(words: tuple[str, ...]) -> None:
    choose(words=("fine",), default_days=3)

    with pytest.raises(InvalidReviewPolicy):
        choose(words=words)
    with pytest.raises(InvalidReviewPolicy):
        choose(default_days=366)

    assert set_policy(Policy(False, ("fine", "fine "), 3), actor=TESTER).words == ["fine"]
