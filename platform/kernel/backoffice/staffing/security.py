"""What protects the staff's accounts: the second factor, and helpers who are let in for a time."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.access.factors import needs_factor, require_factor
from kernel.access.models import Role, SecondFactor, Staff
from kernel.access.staffing import remove_staff, reset_second_factor
from kernel.access.support import HOURS, end_support, give_support, open_supports
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.backoffice.staffing.forms import MANAGE, role_name
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.visits.services import waiting

_HOME = "/staff/security/"


class PolicyForm(forms.Form):
    """Whether everybody needs a second factor."""

    needs_factor = forms.BooleanField(
        label=gettext_lazy("Nobody works here without a second factor"), required=False
    )


class SupportForm(forms.Form):
    """Who is let in, why, and for how long."""

    reason = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=200,
        help_text=gettext_lazy("The helper reads it, and it is kept."),
    )
    hours = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        choices=[
            (1, gettext_lazy("One hour")),
            (4, gettext_lazy("Four hours")),
            (24, gettext_lazy("One day")),
            (72, gettext_lazy("Three days")),
        ],
        initial=HOURS[1],
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(row.pk), role_name(row)) for row in Role.objects.order_by("name", "id")]
        cast("forms.ChoiceField", self.fields["roles"]).choices = choices


@require_safe
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show how the staff's accounts are protected."""
    return _draw(request, SupportForm())


def _draw(request: StaffRequest, form: SupportForm, *, status: int = 200) -> HttpResponseBase:
    people = Staff.objects.filter(is_active=True, expires_at=None)
    factors = SecondFactor.objects.filter(staff__in=people, confirmed_at__isnull=False)
    context = {
        "policy": PolicyForm(initial={"needs_factor": needs_factor()}),
        "people": people.count(),
        "protected": factors.count(),
        "form": form,
        "supports": open_supports(now=utc_now()),
        "waiting": waiting(now=utc_now()),
    }
    return render(request, "backoffice/staffing/security.html", context, status=status)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def factor_policy(request: StaffRequest) -> HttpResponseBase:
    """Want a second factor of everybody, or leave it to each."""
    form = PolicyForm(request.POST)
    if form.is_valid():
        require_factor(form.cleaned_data["needs_factor"], actor=request.actor, now=utc_now())
        messages.success(request, _("Saved. It holds from the next click on."))
    return redirect(_HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def let_in(request: StaffRequest) -> HttpResponseBase:
    """Let a helper in; the link is shown once."""
    if request.method != "POST":
        return redirect(_HOME)
    form = SupportForm(request.POST)
    if form.is_valid():
        try:
            access, token = give_support(
                reason=form.cleaned_data["reason"],
                hours=form.cleaned_data["hours"],
                role_ids=[UUID(key) for key in form.cleaned_data["roles"]],
                by=request.person,
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            context = {"access": access, "link": request.build_absolute_uri(f"/support/{token}/")}
            return render(request, "backoffice/staffing/let_in.html", context)
    return _draw(request, form, status=422)


@require_POST
@staff_page(MANAGE)
def end(request: StaffRequest, access: str) -> HttpResponseBase:
    """Let a helper in no more."""
    try:
        end_support(access, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The helper was signed out and is let in no more."))
    return redirect(_HOME)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def reset(request: StaffRequest, person: str) -> HttpResponseBase:
    """Take away the second factor of somebody who lost it."""
    key = identified("stf", person)
    try:
        reset_second_factor(key, by=request.person, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The second factor was taken away, all devices signed out."))
    return redirect(f"/staff/people/{person}/")


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def remove(request: StaffRequest, person: str) -> HttpResponseBase:
    """Take somebody off the staff."""
    key = identified("stf", person)
    try:
        remove_staff(key, by=request.person, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/staff/people/{person}/")
    messages.success(request, _("Taken off the staff. What was done stays on record."))
    return redirect("/staff/")
