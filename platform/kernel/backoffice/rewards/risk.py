"""The risk queue in the console: what was seen, and what people decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged, query_without_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.rewards.risk.choices import CaseState
from kernel.rewards.risk.models import Case
from kernel.rewards.risk.selectors import queue
from kernel.rewards.risk.services import clear, hold, release
from kernel.rewards.risk.texts import told

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
_TONES: Final = {CaseState.OPEN: "warn", CaseState.HELD: "bad", CaseState.CLEARED: "good"}
_ACTS: Final = {"clear": clear, "hold": hold, "release": release}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the cases; those that wait when nothing else is asked for."""
    state = request.GET.get("state", CaseState.OPEN.value)
    page = paged(request, queue(state))
    names = _names(row.member_id for row in page)
    rows = [
        (row, names.get(row.member_id), " ".join(told(each)[0] for each in row.reasons),
         _TONES.get(CaseState(row.state), ""))
        for row in page
    ]  # fmt: skip
    context = {
        "page": page,
        "rows": rows,
        "state": state,
        "states": [*CaseState.choices, ("all", _("All"))],
        "query": query_without_page(request.GET),
    }
    return render(request, "backoffice/rewards/risk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def case(request: StaffRequest, case: str) -> HttpResponseBase:
    """Show what speaks against somebody; decide."""
    row: Case = found(Case.objects.filter(pk=identified("rsk", case)).first())
    if request.method == "POST" and request.person.may(MANAGE):
        act = _ACTS.get(request.POST.get("act", ""))
        try:
            if act is not None:
                note = request.POST.get("note", "")
                act(row.pk, note=note, actor=request.actor, now=utc_now())
                messages.success(request, _("Decided. It stands in the activity log."))
        except DomainError as refusal:
            messages.error(request, str(refusal.title))
        return redirect(request.path)
    reasons = [told(each) for each in row.reasons]
    ids = {row.member_id, *(UUID(one) for _text, members in reasons for one in members)}
    names = _names(ids)
    context = {
        "row": row,
        "tone": _TONES.get(CaseState(row.state), ""),
        "member": names.get(row.member_id),
        "reasons": [
            (text, [names[UUID(one)] for one in members if UUID(one) in names])
            for text, members in reasons
        ],
        "may": request.person.may(MANAGE),
        "is_open": row.state == CaseState.OPEN,
        "is_held": row.state == CaseState.HELD,
    }
    return render(request, "backoffice/rewards/case.html", context)


def _names(ids: Iterable[UUID]) -> dict[UUID, Member]:
    return {row.pk: row for row in Member.objects.filter(pk__in=set(ids))}
