"""The bell: what staff are alerted to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, inner_path, paged
from kernel.backoffice.shell import signed_in
from kernel.common.time import utc_now
from kernel.notifications.selectors import inbox_of_staff, unread
from kernel.notifications.services import read_all_by_staff, read_by_staff


@require_safe
@staff_page()
def index(request: StaffRequest) -> HttpResponseBase:
    """List one's own alerts, the newest first."""
    rows = inbox_of_staff(request.person.pk)
    context = {"page": paged(request, rows), "unread": unread(rows)}
    return render(request, "backoffice/notices/list.html", context)


@require_safe
def unread_count(request: HttpRequest) -> HttpResponseBase:
    """Tell the bell how many alerts are new; a page that asks does not keep one signed in."""
    person = signed_in(request)
    if person is None:
        return JsonResponse({"unread": 0}, status=403)
    answer = JsonResponse({"unread": unread(inbox_of_staff(person.pk))})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@staff_page()
def read_all(request: StaffRequest) -> HttpResponseBase:
    """Count everything as read."""
    read_all_by_staff(request.person.pk, now=utc_now())
    return redirect("/notices/")


@require_POST
@staff_page()
def one(request: StaffRequest, message: str) -> HttpResponseBase:
    """Count an alert as read, and go to what it is about."""
    key = identified("msg", message)
    found(inbox_of_staff(request.person.pk).filter(pk=key).first())
    row = read_by_staff(key, staff_id=request.person.pk, now=utc_now())
    return redirect(inner_path(row.link) if row.link else "/notices/")
