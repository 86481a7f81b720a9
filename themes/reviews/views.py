"""A member reviews what arrived, appends to it later, and finds others' reviews helpful."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kernel.catalogue.models import Product
from kernel.catalogue.sent import MOST_PICTURES, contents_of
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.orders.models import OrderLine
from kernel.reviews.choices import ReviewState
from kernel.reviews.errors import InvalidReview, ReviewedBefore
from kernel.reviews.guests import lines_of_guest
from kernel.reviews.limits import VOTED, WRITTEN
from kernel.reviews.models import AXES, STARS, Review
from kernel.reviews.selectors import pictures_of, review_with, reviews_of_lines, voted_for
from kernel.reviews.sent import film_of
from kernel.reviews.services import Stars, append, vote, withdraw, withdraw_vote, write
from kernel.reviews.services.writing import LONGEST_TEXT
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.reviews.shown import review_data
from themes.same_origin import same_origin_only
from themes.shop.cards import href_of
from themes.shop.thumbs import kept_thumb, thumbs_of

_BEST: Final = "5"
_STARS: Final = frozenset(str(each) for each in STARS)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, line: str) -> HttpResponse:
    """Show the form for something that arrived; once reviewed, what was said of it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    return _answer(request, _line(line, member.pk), member.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_guest(request: HttpRequest, token: str, line: str = "") -> HttpResponse:
    """Let a buyer without an account review what arrived, one thing after the other."""
    try:
        lines = lines_of_guest(token)
    except DomainError as refusal:
        raise Http404 from refusal
    if not line:
        [first, *_rest] = [each for each, is_done in lines if not is_done] or [lines[0][0]]
        return redirect("review-of-guest", token=token, line=first.public_id)
    found = next((each for each, _is_done in lines if each.public_id == line), None)
    if found is None:
        raise Http404
    return _answer(request, found, None, [each for each, is_done in lines if not is_done])


def _answer(
    request: HttpRequest,
    found: OrderLine,
    member_id: UUID | None,
    waiting: Sequence[OrderLine] = (),
) -> HttpResponse:
    row = reviews_of_lines([found.pk]).get(found.pk)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            WRITTEN.check(f"member:{member_id}" if member_id else f"order:{found.order_id}")
            _keep(request, found, row, member_id)
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect(request.path)
    shown = _shown(request, found, row, refusal)
    shown["is_guest"] = member_id is None
    others = [each for each in waiting if each.pk != found.pk]
    shown["more"] = f"../{others[0].public_id}/" if others else ""
    inputs: dict[str, Json] = {"review": shown}
    return serve(request, "review", inputs=inputs, status=status)


@never_cache
@same_origin_only
@require_POST
def helpful(request: HttpRequest) -> HttpResponse:
    """Find a review helpful, or no longer; strangers sign in first and press again."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    try:
        VOTED.check(f"member:{member.pk}")
        row = review_with(parse_public_id("rev", request.POST.get("review", "")))
        if voted_for(member.pk, [row]):
            withdraw_vote(row.pk, member_id=member.pk)
        elif row.member_id != member.pk:
            vote(row.pk, member_id=member.pk, now=utc_now())
    except DomainError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            raise Http404 from error
        raise
    handle = Product.objects.filter(pk=row.product_id).values_list("handle", flat=True).first()
    return redirect(f"{href_of(handle)}#reviews" if handle else "home")


def _line(text: str, member_id: UUID) -> OrderLine:
    try:
        key = parse_public_id("oli", text)
    except InvalidId as refusal:
        raise Http404 from refusal
    lines = OrderLine.objects.select_related("order")
    found = lines.filter(pk=key, order__member_id=member_id, delivered_quantity__gt=0).first()
    if found is None:
        raise Http404
    return found


def _keep(
    request: HttpRequest, line: OrderLine, row: Review | None, member_id: UUID | None
) -> None:
    asked = request.POST
    if row is not None and member_id is None:
        raise ReviewedBefore
    if row is not None and member_id is not None and asked.get("act") == "withdraw":
        withdraw(row.pk, member_id=member_id, now=utc_now())
        return
    text = asked.get("text", "").replace("\x00", "")
    pictures = contents_of(request.FILES.getlist("pictures"), refusal=InvalidReview)
    if row is not None and member_id is not None:
        append(row.pk, member_id=member_id, text=text, now=utc_now(), pictures=pictures)
        return
    stars = {axis: asked.get(axis, "") for axis in AXES}
    write(
        line.pk,
        Stars(**{axis: int(each) if each in _STARS else 0 for axis, each in stars.items()}),
        member_id=member_id,
        guest_order=None if member_id else line.order_id,
        now=utc_now(),
        text=text,
        pictures=pictures,
        video=film_of(request.FILES.get("video")),
        is_anonymous="is_anonymous" in asked,
    )


def _shown(
    request: HttpRequest, line: OrderLine, row: Review | None, refusal: str
) -> dict[str, Json]:
    language, kept = get_language() or "", line.snapshot
    titles = kept.get("i18n") or {}
    labels = {"goods": _("Goods"), "delivery": _("Delivery"), "service": _("Service")}
    return {
        "title": str(titles.get(language) or kept.get("title", "")),
        "variant": str(kept.get("variant", "")),
        "picture": kept_thumb(kept) or thumbs_of([line.product_id]).get(line.product_id, ""),
        "order": line.order.number,
        "refusal": refusal,
        "axes": [
            {
                "code": axis,
                "label": labels[axis],
                "chosen": request.POST.get(axis, _BEST),
                "values": [str(each) for each in reversed(STARS)],
            }
            for axis in AXES
        ],
        "text": request.POST.get("text", "")[:LONGEST_TEXT],
        "longest": LONGEST_TEXT,
        "most": MOST_PICTURES,
        "is_anonymous": "is_anonymous" in request.POST,
        "own": _own(row, language) if row is not None else None,
    }


def _own(row: Review, language: str) -> dict[str, Json]:
    pictures = pictures_of([row], for_staff=True).get(row.pk, [])
    said = {
        ReviewState.PUBLISHED: _("Your review is published. Thank you!"),
        ReviewState.WAITING: _("Thank you! Your review is shown once the shop has looked at it."),
        ReviewState.HIDDEN: _("The shop does not show this review."),
    }
    return {
        **review_data(row, pictures, language),
        "addition": row.addition,
        "said": said[ReviewState(row.state)],
        "may_append": row.appended_at is None and row.member_id is not None,
    }
