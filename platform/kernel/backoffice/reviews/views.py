"""Reviews: looked for, published, hidden, answered; how they are handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import NarrowForm, identified, inner_path, narrowed_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.reviews.choices import ReviewPart, ReviewState
from kernel.reviews.models import STARS, Review
from kernel.reviews.policy import MOST_DAYS, MOST_POINTS, Policy, current_policy, set_policy
from kernel.reviews.selectors import KINDS, pictures_of, searched, video_link
from kernel.reviews.services import hide, publish_review, reply

VIEW: Final = "reviews.view"
MANAGE: Final = "reviews.manage"
_ALL: Final = ("", gettext_lazy("All"))


class ReviewFilter(NarrowForm):
    """Which reviews the list shows."""

    text = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("Words, order, product or SKU")
    )
    state = forms.ChoiceField(
        required=False, label=gettext_lazy("State"), choices=[_ALL, *ReviewState.choices]
    )
    stars = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Stars"),
        choices=[_ALL, *((str(each), "★" * each) for each in reversed(STARS))],
    )
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"), choices=[_ALL, *KINDS])


class ReviewPolicyForm(forms.Form):
    """The choices; words one to a line."""

    waits = forms.BooleanField(
        required=False,
        label=gettext_lazy("Every review waits until somebody has looked at it"),
        help_text=gettext_lazy("Otherwise it is published at once, unless it has a word below."),
    )
    words = forms.CharField(
        required=False,
        max_length=50_000,
        label=gettext_lazy("Words that make a review wait"),
        help_text=gettext_lazy("One to a line."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    default_days = forms.IntegerField(
        label=gettext_lazy("Days until a silent buyer's review is good by default"),
        help_text=gettext_lazy("0 for never. Such reviews are marked as what they are."),
        min_value=0,
        max_value=MOST_DAYS,
        localize=False,
    )
    points_asset = forms.ChoiceField(
        required=False, label=gettext_lazy("What is given for a published review")
    )
    points = forms.IntegerField(
        required=False,
        label=gettext_lazy("How much"),
        min_value=0,
        max_value=MOST_POINTS,
        localize=False,
    )
    points_pictured = forms.IntegerField(
        required=False,
        label=gettext_lazy("More for pictures or a video"),
        help_text=gettext_lazy("Once for each thing bought; taken back with the review."),
        min_value=0,
        max_value=MOST_POINTS,
        localize=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Asset.objects.filter(kind=AssetKind.POINTS, is_active=True).order_by("code")
        choices = [("", _("Nothing")), *((row.code, asset_name(row)) for row in rows)]
        cast("forms.ChoiceField", self.fields["points_asset"]).choices = choices


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the reviews, the newest first."""
    page, context = narrowed_page(request, ReviewFilter(request.GET), _narrowed)
    rows: Sequence[Review] = list(page)
    pictures = pictures_of(rows, for_staff=True)
    context["rows"] = [
        (row, _stars(row), pictures.get(row.pk, []), video_link(row)) for row in rows
    ]
    context["here"] = request.get_full_path()
    return render(request, "backoffice/reviews/list.html", context)


@require_POST
@staff_page(MANAGE)
def publish(request: StaffRequest, review: str) -> HttpResponseBase:
    """Show a review, or what was appended to it, to everybody."""
    key, part = identified("rev", review), _part(request)
    try:
        publish_review(key, part=part, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is published."))
    return _back(request)


@require_POST
@staff_page(MANAGE)
def conceal(request: StaffRequest, review: str) -> HttpResponseBase:
    """Show a review, or what was appended to it, to nobody any more."""
    key, part, reason = identified("rev", review), _part(request), request.POST.get("reason", "")
    try:
        hide(key, part=part, reason=reason, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is hidden."))
    return _back(request)


@require_POST
@staff_page(MANAGE)
def answer(request: StaffRequest, review: str) -> HttpResponseBase:
    """Answer a review in the shop's name."""
    key, text = identified("rev", review), request.POST.get("reply", "")
    try:
        reply(key, text, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The answer was saved."))
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def policy(request: StaffRequest) -> HttpResponseBase:
    """Change how reviews are handled; what is there stays as it is."""
    present = current_policy()
    initial = {**asdict(present), "words": "\n".join(present.words)}
    form = ReviewPolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        chosen = Policy(
            waits=told["waits"],
            words=told["words"].splitlines(),
            default_days=told["default_days"],
            points_asset=told["points_asset"],
            points=told["points"] or 0,
            points_pictured=told["points_pictured"] or 0,
        )
        try:
            set_policy(chosen, actor=request.actor)
        except DomainError as refusal:
            form.add_error(str(refusal.fields["field"]), str(refusal))
        else:
            messages.success(request, _("Saved. It holds for reviews from now on."))
            return redirect("/reviews/policy/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/reviews/policy.html", {"form": form}, status=status)


def _narrowed(wanted: dict[str, Any]) -> QuerySet[Review]:
    return searched(**wanted)


def _part(request: StaffRequest) -> ReviewPart:
    is_addition = request.POST.get("part") == ReviewPart.ADDITION
    return ReviewPart.ADDITION if is_addition else ReviewPart.REVIEW


def _stars(row: Review) -> str:
    return "★" * row.goods + "☆" * (len(STARS) - row.goods)


def _back(request: StaffRequest) -> HttpResponseBase:
    wanted = inner_path(request.POST.get("next"))
    return redirect(wanted if wanted.startswith("/reviews/") else "/reviews/")
