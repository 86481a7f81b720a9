"""Asking a shop to be let in, and coming in, from the console of a partner or the operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from channel_center.console.menu import MANAGE_TENANTS
from channel_center.console.selectors import tenant_by_public_id
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.branding.addresses import web_address
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.ports import directory
from kernel.visits.services import ask_visit, enter, leave, visits_of
from tenants.choices import DomainKind


class AskForm(forms.Form):
    """Why somebody wants in, and for how long."""

    reason = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=200,
        help_text=gettext_lazy("The shop reads it before it decides."),
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
        initial=4,
    )


@contextmanager
def _inside(request: StaffRequest, public_id: str) -> Iterator[TenantRef]:
    """Work in a shop that the person looks after.

    Raises:
        UnknownTenant: there is none, it is another partner's, or it is no more.
    """
    tenant = tenant_by_public_id(request.person, public_id)
    with tenant_context(directory().by_id(tenant.pk)) as found:
        yield found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_TENANTS)
def visits(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show one's own visits to a shop, and ask for one."""
    form, now = AskForm(request.POST if request.method == "POST" else None), utc_now()
    with _inside(request, public_id) as tenant:
        if request.method == "POST" and form.is_valid():
            try:
                ask_visit(helper=request.actor, now=now, **form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The shop was asked. It decides by itself."))
                return redirect(f"/shops/{public_id}/visits/")
        rows = [(each, each.is_open(now)) for each in visits_of(request.actor.id)]
    context = {"form": form, "rows": rows, "shop": tenant, "public_id": public_id}
    status = 422 if form.errors else 200
    return render(request, "visits/visits.html", context, status=status)


@require_POST
@staff_page(MANAGE_TENANTS, is_confirmed=True)
def come_in(request: StaffRequest, public_id: str, visit: str) -> HttpResponseBase:
    """Lead the helper to the shop's console, by a link that works once.

    The page leads there by itself: browsers let no form be answered with another origin.
    """
    try:
        with _inside(request, public_id) as tenant:
            host = tenant.host(DomainKind.CONSOLE)
            if host is None:
                raise UnknownTenant
            token = enter(_key(visit), helper=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/shops/{public_id}/visits/")
    address = f"{web_address(host, 'console')}support/{token}/"
    context = {"address": address, "shop": tenant}
    return render(request, "visits/enter.html", context)


@require_POST
@staff_page(MANAGE_TENANTS)
def end(request: StaffRequest, public_id: str, visit: str) -> HttpResponseBase:
    """End a visit, or take back the wish for one."""
    try:
        with _inside(request, public_id):
            leave(_key(visit), helper=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The visit is over."))
    return redirect(f"/shops/{public_id}/visits/")


def _key(visit: str) -> UUID:
    return identified("vis", visit)
