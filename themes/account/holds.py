"""A member reads why his payouts are held, and answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.rewards.risk.selectors import holds_of
from kernel.rewards.risk.services import object_to
from themes.account.members import sign_in_first
from themes.shop.moments import moment_text


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """Show what is held and why; keep what the member says to it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            key = parse_public_id("rsk", request.POST.get("case", ""))
            text = request.POST.get("text", "")
            object_to(key, member_id=member.pk, text=text, now=utc_now())
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect("account:holds")
    language = get_language() or ""
    rows = [
        (row, moment_text(row.decided_at, language) if row.decided_at else "")
        for row in holds_of(member.pk)
    ]
    context = {"rows": rows, "refusal": refusal}
    return render(request, "themes/holds.html", context, status=status, using="jinja2")
