"""Comparisons of a page in the console: what they came to, begun and ended."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from themes.comparing.reading import (
    LEAST_BUYERS,
    LEAST_DAYS,
    LEAST_VISITORS,
    Standing,
    standings_of,
)
from themes.comparing.services import begin, end, may_be_compared
from themes.desk import draft_of, page_with, title_of
from themes.editor.facts import EDIT, PUBLISH
from themes.editor.passes import Pass, canvas_address
from themes.editor.shown import around, sample_params
from themes.errors import UnknownComparison, UnknownPage
from themes.models import LONGEST_NAME, Outcome, Page

_TEMPLATE: Final = "themes/design/comparison.html"
_HALF: Final = 50
_UNPROCESSABLE: Final = 422


class BeginForm(forms.Form):
    """What is asked before a page is shown in two ways."""

    share = forms.IntegerField(
        label=gettext_lazy("Of a hundred visitors, so many see the draft"),
        min_value=1,
        max_value=99,
        initial=_HALF,
    )
    note = forms.CharField(
        label=gettext_lazy("What is different (for you and your colleagues)"),
        max_length=LONGEST_NAME,
        required=False,
    )
    rev = forms.IntegerField(widget=forms.HiddenInput)


@require_safe
@staff_page(EDIT)
def comparison(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Show the comparisons of a page."""
    row = page_with(page)
    if not may_be_compared(row):
        raise UnknownPage
    form = BeginForm(initial={"rev": draft_of(row).rev, "share": _HALF})
    return render(request, _TEMPLATE, _told(request, row, form))


@require_POST
@staff_page(PUBLISH)
def start(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Show a page in two ways from now on."""
    row, form = page_with(page), BeginForm(request.POST)
    if form.is_valid():
        try:
            begin(page, actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("From now on visitors see one or the other."))
            return redirect(_path(row))
    return render(request, _TEMPLATE, _told(request, row, form), status=_UNPROCESSABLE)


def _told(request: StaffRequest, row: Page, form: BeginForm) -> dict[str, Any]:
    standings = standings_of(row, now=utc_now())
    going_on = next((each for each in standings if each.row.ended_at is None), None)
    return {
        "page": row,
        "title": title_of(row),
        "form": form,
        "going_on": going_on,
        "addresses": _addresses(row, going_on) if going_on else {},
        "over": [each for each in standings if each.row.ended_at is not None],
        "may_publish": request.person.may(PUBLISH),
        "has_draft": draft_of(row).rev > 0,
        "least": {"days": LEAST_DAYS, "visitors": LEAST_VISITORS, "buyers": LEAST_BUYERS},
    }


def _addresses(row: Page, standing: Standing) -> dict[str, str]:
    """Return where the second version can be looked at by itself."""
    version = UUID(standing.row.release.manifest[str(row.pk)])
    params, language = sample_params(around(row)), current_tenant().locale
    return {"second": canvas_address(Pass("version", row.pk, version), params, language=language)}


@require_POST
@staff_page(PUBLISH)
def finish(request: StaffRequest, page: UUID, comparison: UUID) -> HttpResponseBase:
    """Let one of both stay."""
    told = request.POST.get("outcome", "")
    outcome = Outcome(told) if told in {Outcome.FIRST, Outcome.SECOND} else Outcome.OPEN
    try:
        end(page, comparison, outcome=outcome, actor=request.actor)
    except UnknownComparison as refusal:
        messages.error(request, str(refusal))
    else:
        second = _("The second version is live for everybody now.")
        first = _("Everybody sees the first version again.")
        messages.success(request, second if outcome == Outcome.SECOND else first)
    return redirect(_path(page_with(page)))


def _path(row: Page) -> str:
    return f"/design/pages/{row.pk}/comparison/"
