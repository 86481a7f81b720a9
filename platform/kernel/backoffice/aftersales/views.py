"""The after-sales desk: cases found, looked at and decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.aftersales import services
from kernel.aftersales.choices import CaseKind, PayoutMeans, Verdict
from kernel.aftersales.errors import InvalidCase, UnknownCase
from kernel.aftersales.exports import case_rows
from kernel.aftersales.models import Case
from kernel.aftersales.selectors import CaseDetail, detail_of, lines_of, searched, staff_case
from kernel.backoffice.aftersales.forms import (
    AddressForm,
    ApprovalForm,
    CaseFilter,
    InspectionForm,
    OfferForm,
    ReplacementForm,
    TextForm,
    VerdictForm,
)
from kernel.backoffice.aftersales.shown import VIEW, desk_case, forms_for
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import narrowed_page
from kernel.catalogue.sent import contents_of
from kernel.common.errors import DomainError
from kernel.common.time import utc_now

MANAGE: Final = "aftersales.manage"
ARBITRATE: Final = "aftersales.arbitrate"
F = TypeVar("F", bound=forms.Form)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the cases, the newest first."""
    page, context = narrowed_page(request, CaseFilter(request.GET), _narrowed)
    rows: Sequence[Case] = list(page)
    lines = lines_of(rows)
    context["rows"] = [(row, lines[row.pk]) for row in rows]
    return render(request, "backoffice/aftersales/list.html", context)


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the cases that a filter leaves."""
    return case_rows(_narrowed(CaseFilter(query).wanted()))


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, number: str) -> HttpResponseBase:
    """Show one case."""
    return _draw(request, _detail(number, VIEW))


@require_POST
@staff_page(MANAGE)
def approve(request: StaffRequest, number: str) -> HttpResponseBase:
    """Grant what was asked for."""

    def act(case: Case, form: ApprovalForm) -> str:
        services.approve(
            case.pk,
            freight_minor=form.cleaned_data.get("freight"),
            address=form.address(),
            text=form.cleaned_data["text"],
            actor=request.actor,
            now=utc_now(),
        )
        return _("The case was approved.")

    return _decide(request, number, "approve", ApprovalForm, act)


@require_POST
@staff_page(MANAGE)
def offer(request: StaffRequest, number: str) -> HttpResponseBase:
    """Propose another settlement."""

    def act(case: Case, form: OfferForm) -> str:
        services.offer(
            case.pk,
            form.amounts(),
            kind=CaseKind(form.cleaned_data["kind"]),
            freight_minor=form.cleaned_data["freight"],
            text=form.cleaned_data["text"],
            actor=request.actor,
            now=utc_now(),
        )
        return _("The buyer sees the proposal.")

    return _decide(request, number, "offer", OfferForm, act)


@require_POST
@staff_page(MANAGE)
def reject(request: StaffRequest, number: str) -> HttpResponseBase:
    """Decline what was asked for."""

    def act(case: Case, form: TextForm) -> str:
        text = form.cleaned_data["text"]
        services.reject(case.pk, text=text, actor=request.actor, now=utc_now())
        return _("The case was declined.")

    return _decide(request, number, "reject", TextForm, act)


@require_POST
@staff_page(MANAGE)
def arrive(request: StaffRequest, number: str) -> HttpResponseBase:
    """Note that what was sent back is there."""
    case = _case(number, MANAGE)
    try:
        with services.as_seen(case.pk, _version(request)):
            services.note_arrival(case.pk, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The arrival was noted."))
    return _back(case)


@require_POST
@staff_page(MANAGE)
def inspect(request: StaffRequest, number: str) -> HttpResponseBase:
    """Say what came back as it should."""

    def act(case: Case, form: InspectionForm) -> str:
        place = form.cleaned_data["location"]
        services.inspect(
            case.pk,
            accepted=form.accepted(),
            restock=form.restocked(),
            location_id=place.pk if place else None,
            text=form.cleaned_data["text"],
            actor=request.actor,
            now=utc_now(),
        )
        return _("The inspection was saved.")

    return _decide(request, number, "inspect", InspectionForm, act)


@require_POST
@staff_page(MANAGE)
def replace(request: StaffRequest, number: str) -> HttpResponseBase:
    """Send what comes instead."""

    def act(case: Case, form: ReplacementForm) -> str:
        services.replace(case.pk, **form.cleaned_data, actor=request.actor, now=utc_now())
        return _("The replacement has left.")

    return _decide(request, number, "replace", ReplacementForm, act)


@require_POST
@staff_page(ARBITRATE)
def arbitrate(request: StaffRequest, number: str) -> HttpResponseBase:
    """Decide a dispute."""

    def act(case: Case, form: VerdictForm) -> str:
        services.arbitrate(
            case.pk,
            Verdict(form.cleaned_data["verdict"]),
            amounts=form.amounts(),
            freight_minor=form.cleaned_data["freight"] or None,
            text=form.cleaned_data["text"],
            actor=request.actor,
            now=utc_now(),
        )
        return _("The dispute is decided.")

    return _decide(request, number, "arbitrate", VerdictForm, act, permission=ARBITRATE)


@require_POST
@staff_page(MANAGE)
def pay(request: StaffRequest, number: str) -> HttpResponseBase:
    """Bring money on its way that did not find it."""
    case, means, now = _case(number, MANAGE), request.POST.get("means"), utc_now()
    try:
        with services.as_seen(case.pk, _version(request)):
            if means == PayoutMeans.WALLET:
                services.to_wallet(case.pk, actor=request.actor, now=now)
            elif means == PayoutMeans.HAND:
                reason = request.POST.get("reason", "")
                services.by_hand(case.pk, reason=reason, actor=request.actor, now=now)
            else:
                services.retry(case.pk, actor=request.actor, now=now)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return _back(case)


@require_POST
@staff_page(MANAGE)
def escalate(request: StaffRequest, number: str) -> HttpResponseBase:
    """Let the platform decide a dispute."""
    case = _case(number, MANAGE)
    try:
        text = request.POST.get("text", "")
        services.escalate(case.pk, text=text, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The platform decides this dispute now."))
    return _back(case)


@require_POST
@staff_page(MANAGE)
def say(request: StaffRequest, number: str) -> HttpResponseBase:
    """Write to the buyer, with pictures where they help."""
    case = _case(number, MANAGE)
    try:
        services.say(
            case.pk,
            request.POST.get("text", ""),
            pictures=contents_of(request.FILES.getlist("pictures"), refusal=InvalidCase),
            actor=request.actor,
            now=utc_now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The message was sent."))
    return _back(case)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def address(request: StaffRequest) -> HttpResponseBase:
    """Choose where buyers send goods back to."""
    form = AddressForm(
        request.POST if request.method == "POST" else None, initial=services.current_address()
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_address(form.cleaned_data, actor=request.actor)
        except DomainError as refusal:
            form.add_error(str(refusal.fields["field"]), str(refusal))
        else:
            messages.success(request, _("Saved. It holds for cases that are approved from now on."))
            return redirect("/after-sales/address/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/aftersales/address.html", {"form": form}, status=status)


def _version(request: StaffRequest) -> int | None:
    """Return which version of the case the page showed."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004


def _narrowed(wanted: dict[str, Any]) -> QuerySet[Case]:
    return searched(permission=VIEW, **wanted)


def _decide(
    request: StaffRequest,
    number: str,
    name: str,
    kind: type[F],
    act: Callable[[Case, F], str],
    *,
    permission: str = MANAGE,
) -> HttpResponseBase:
    """Read a form and act; a refused one is shown again with the case."""
    detail = _detail(number, permission)
    form = forms_for(detail, request.POST).get(name)
    if form is None:
        messages.error(request, _("This cannot be done with the case as it is now."))
        return _back(detail.case)
    if isinstance(form, kind) and form.is_valid():
        try:
            with services.as_seen(detail.case.pk, _version(request)):
                done = act(detail.case, form)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return _back(detail.case)
    return _draw(request, detail, refused={name: form}, status=422)


def _draw(
    request: StaffRequest,
    detail: CaseDetail,
    *,
    refused: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    desk = desk_case(detail)
    desk["forms"] |= refused or {}
    desk["refused"] = next(iter(refused or {}), "")
    return render(request, "backoffice/aftersales/detail.html", desk, status=status)


def _case(number: str, permission: str) -> Case:
    try:
        return staff_case(number, permission)
    except UnknownCase as refusal:
        raise Http404 from refusal


def _detail(number: str, permission: str) -> CaseDetail:
    return detail_of(_case(number, permission))


def _back(case: Case) -> HttpResponseBase:
    return redirect(f"/after-sales/{case.number}/")
