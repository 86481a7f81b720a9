"""A member reviews what arrived, appends to it later, and finds others' reviews helpful."""

from __future__ import annotations

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
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.orders.models import OrderLine
from kernel.reviews.choices import ReviewState
from kernel.reviews.errors import InvalidReview
from kernel.reviews.limits import VOTED, WRITTEN
from kernel.reviews.models import AXES, STARS, Review
from kernel.reviews.selectors import pictures_of, review_with, reviews_of_lines, voted_for
from kernel.reviews.services import Stars, append, vote, withdraw_vote, write
from kernel.reviews.services.pictures import LARGEST_PICTURE, MOST_PICTURES
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
    found = _line(line, member.pk)
    row = reviews_of_lines([found.pk]).get(found.pk)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            WRITTEN.check(f"member:{member.pk}")
            _keep(request, found, row, member.pk)
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect("review", line=line)
    inputs: dict[str, Json] = {"review": _shown(request, found, row, refusal)}
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


def _keep(request: HttpRequest, line: OrderLine, row: Review | None, member_id: UUID) -> None:
    asked = request.POST
    text = asked.get("text", "").replace("\x00", "")
    files = [each for each in request.FILES.getlist("pictures") if each.size]
    if any((each.size or 0) > LARGEST_PICTURE for each in files):
        raise InvalidReview(_("A picture may have at most 10 MB."), field="pictures")
    if len(files) > MOST_PICTURES:
        text = _("At most %(number)s pictures can be added.") % {"number": MOST_PICTURES}
        raise InvalidReview(text, field="pictures")
    pictures = [each.read() for each in files]
    if row is not None:
        append(row.pk, member_id=member_id, text=text, now=utc_now(), pictures=pictures)
        return
    stars = {axis: asked.get(axis, "") for axis in AXES}
    write(
        line.pk,
        Stars(**{axis: int(each) if each in _STARS else 0 for axis, each in stars.items()}),
        member_id=member_id,
        now=utc_now(),
        text=text,
        pictures=pictures,
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
        "may_append": row.appended_at is None,
    }
