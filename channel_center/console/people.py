"""Who works at a channel partner's or at the operator's, and what protects their accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channel_center.console.menu import MANAGE_STAFF, VIEW_STAFF
from channel_center.console.operator import for_operator
from channel_center.partners.selectors import invited
from channel_center.services.people import colleagues, listed_people, people_of
from kernel.access.factors import needs_factor, require_factor
from kernel.access.staffing import reset_second_factor
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.backoffice.staffing.security import PolicyForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now

_HOME = "/people/"


@require_safe
@staff_page(VIEW_STAFF)
def people(request: StaffRequest) -> HttpResponseBase:
    """List colleagues with their second factors; for the operator, everybody."""
    page = paged(request, people_of(request.person.channel_id))
    rows = listed_people(page.object_list)
    context = {
        "page": page,
        "rows": rows,
        "is_operator": request.person.channel_id is None,
        "is_needed": needs_factor(),
        "may_invite": request.person.channel_id is not None and request.person.may(MANAGE_STAFF),
        "waiting": invited(page.object_list),
        "policy": PolicyForm(initial={"needs_factor": needs_factor()}),
    }
    return render(request, "channel_center/people.html", context)


@require_POST
@staff_page(MANAGE_STAFF, is_confirmed=True)
@for_operator
def factor_policy(request: StaffRequest) -> HttpResponseBase:
    """Want a second factor of operators and partners alike, or leave it to each."""
    form = PolicyForm(request.POST)
    if form.is_valid():
        require_factor(form.cleaned_data["needs_factor"], actor=request.actor, now=utc_now())
        messages.success(request, _("Saved. It holds from the next click on."))
    return redirect(_HOME)


@require_POST
@staff_page(MANAGE_STAFF, is_confirmed=True)
def reset_factor(request: StaffRequest, person: str) -> HttpResponseBase:
    """Take away the second factor of a colleague who lost it."""
    key = identified("stf", person)
    if not colleagues(request.person.channel_id).filter(pk=key).exists():
        raise Http404
    try:
        reset_second_factor(key, by=request.person, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The second factor was taken away, all devices signed out."))
    return redirect(_HOME)
