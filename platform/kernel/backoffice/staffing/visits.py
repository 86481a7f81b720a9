"""Whether a helper who asks is let in: with which roles, for how long."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.backoffice.staffing.forms import MANAGE
from kernel.backoffice.staffing.security import SupportForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.visits.services import grant_visit, refuse_visit, waiting

_HOME = "/staff/security/"


class GrantForm(SupportForm):
    """How far a helper is let in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]
        self.fields["roles"].help_text = _("The helper sees and does what these roles allow.")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def decide(request: StaffRequest, visit: str) -> HttpResponseBase:
    """Show who asks and why; let the helper in or not."""
    key, now = identified("vis", visit), utc_now()
    row = waiting(now=now).filter(pk=key).first()
    if row is None and request.method != "POST":
        raise Http404
    form = GrantForm(request.POST or None, initial={"hours": row.hours if row else None})
    try:
        if "refuse" in request.POST:
            refuse_visit(key, by=request.person, actor=request.actor, now=now)
            messages.success(request, _("Nobody was let in."))
            return redirect(_HOME)
        if request.method == "POST" and form.is_valid():
            grant_visit(
                key,
                hours=form.cleaned_data["hours"],
                role_ids=[UUID(each) for each in form.cleaned_data["roles"]],
                by=request.person,
                actor=request.actor,
                now=now,
            )
            messages.success(request, _("The helper may come in. You can end the visit here."))
            return redirect(_HOME)
    except DomainError as refusal:
        if row is None:
            messages.error(request, str(refusal))
            return redirect(_HOME)
        form.add_error(None, str(refusal))
    context = {"form": form, "visit": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/staffing/visit.html", context, status=status)
