"""The log of a tenant or of the installation: searched, one entry in full, as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kernel.audit.limits import CHECKED
from kernel.audit.models import AuditEntry
from kernel.audit.sealing import standing
from kernel.audit.selectors import entries_matching
from kernel.backoffice.activity import described
from kernel.backoffice.acts.forms import ActFilter
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, narrowed_page
from kernel.backoffice.templatetags.console import moment
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant

VIEW: Final = "audit.view"
_FAULTS: Final = {
    "changed": gettext_lazy("The entry was changed."),
    "missing": gettext_lazy("Entries before it are missing."),
    "unlinked": gettext_lazy("It does not go on from the entry before it."),
    "cut": gettext_lazy("The log ends before its last seal."),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One particular that an act changed."""

    name: str
    before: str
    after: str


def list_context(request: StaffRequest) -> dict[str, Any]:
    """Return what a page of the log shows."""
    page, context = narrowed_page(
        request, ActFilter(request.GET), lambda _wanted: entries_matching(_asked(request.GET))
    )
    return {**context, "acts": [described(entry) for entry in page]}


@require_safe
@staff_page(VIEW)
def check(request: StaffRequest) -> HttpResponseBase:
    """Say whether a tenant's log is as it was written."""
    try:
        CHECKED.check(f"tenant:{current_tenant().id}")
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/activity/")
    standing_now = standing(now=utc_now())
    fault = standing_now.report.fault
    context = {"standing": standing_now, "fault": _FAULTS[fault] if fault else ""}
    return render(request, "backoffice/acts/check.html", context)


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, sequence: int) -> HttpResponseBase:
    """Show an entry of a tenant's log."""
    return entry_page(request, sequence)


def entry_page(request: StaffRequest, sequence: int) -> HttpResponseBase:
    """Show an entry in full: who, for whom, from where, and what changed."""
    entry = found(AuditEntry.objects.filter(sequence=sequence).first())
    context = {
        "entry": entry,
        "act": described(entry),
        "differences": differences(entry),
    }
    return render(request, "backoffice/acts/show.html", context)


def differences(entry: AuditEntry) -> list[Difference]:
    """Return what an act changed; what is the same before and after is left out."""
    before, after = entry.before or {}, entry.after or {}
    names = dict.fromkeys([*before, *after])
    return [
        Difference(name, _text(before.get(name)), _text(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the entries that a filter leaves."""
    return _rows(query)


def _rows(query: QueryDict) -> Iterator[list[object]]:
    yield [
        *(_("Number"), _("When"), _("What"), _("Kind"), _("Who"), _("Standing in for")),
        *(_("About"), _("Id"), _("Before"), _("After"), _("Reason"), _("Address")),
        _("Request"),
    ]
    for entry in entries_matching(_asked(query)).iterator(chunk_size=1000):
        act = described(entry)
        yield [
            *(entry.sequence, moment(entry.occurred_at), str(act.what), entry.action),
            *(str(act.who), act.standing_in, entry.object_type, entry.object_id),
            *(_text(entry.before), _text(entry.after), entry.reason),
            *("" if act.is_outside else entry.ip, entry.request_id),
        ]


def _asked(query: QueryDict) -> Any:
    return ActFilter(query).asked()


def _text(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
