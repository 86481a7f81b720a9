"""What was sent with a form: looked for, read, noted, deleted, exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.asked.forms import SentFilter
from kernel.backoffice.asked.views import HOME, MANAGE, VIEW, form_at, name_of
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.templatetags.console import moment
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.dataio.exporting import ExportKind
from kernel.fields.values import YES
from kernel.forms.choices import AskKind
from kernel.forms.models import Form, Submission
from kernel.forms.selectors import submissions_of
from kernel.forms.services import delete_submission, mark_submission, note_submission

_BATCH: Final = 500
_SHORT: Final = 3
EXPORT: Final = ExportKind(
    "form-entries",
    gettext_lazy("Entries of forms"),
    VIEW,
    ("at", "form", "number", "member", "question", "answer", "page", "state", "note"),
    "kernel.backoffice.asked.sent.export_rows",
    HOME,
)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest, form: str) -> HttpResponseBase:
    """List what was sent, the newest first."""
    row = form_at(form)

    def narrowed(wanted: dict[str, Any]) -> QuerySet[Submission]:
        return submissions_of(row.pk, **wanted)

    page, context = narrowed_page(request, SentFilter(request.GET), narrowed)
    context["rows"] = [(each, answers_shown(each)[:_SHORT]) for each in page]
    context |= {"row": row, "name": name_of(row)}
    return render(request, "backoffice/asked/sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def detail(request: StaffRequest, form: str, submission: str) -> HttpResponseBase:
    """Show what was sent; who may note something notes it here."""
    row = form_at(form)
    sent = _sent(row, submission)
    may_change = request.person.may(MANAGE)
    if request.method == "POST" and may_change:
        try:
            note_submission(sent.pk, request.POST.get("note", ""), actor=request.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The note was saved."))
        return redirect(request.path)
    context = {"row": row, "name": name_of(row), "sent": sent, "answers": answers_shown(sent)}
    return render(request, "backoffice/asked/detail.html", context)


@require_POST
@staff_page(VIEW)
def mark(request: StaffRequest, form: str, submission: str) -> HttpResponseBase:
    """Mark what was sent as read, or as new."""
    row = form_at(form)
    sent = _sent(row, submission)
    mark_submission(sent.pk, is_read=request.POST.get("read") == "1")
    return redirect(f"{HOME}{row.public_id}/sent/")


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, form: str, submission: str) -> HttpResponseBase:
    """Delete what was sent, for good."""
    row = form_at(form)
    delete_submission(_sent(row, submission).pk, actor=request.actor)
    messages.success(request, _("The entry was deleted."))
    return redirect(f"{HOME}{row.public_id}/sent/")


def answers_shown(row: Submission) -> list[tuple[str, str]]:
    """Return questions and answers as people read them."""
    return [
        (
            each["label"],
            _("Yes") if each["kind"] == AskKind.TICK and each["text"] == YES else each["text"],
        )
        for each in row.answers
    ]


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each answer that was sent, of one form or of all."""
    wanted = SentFilter(query).wanted()
    forms = {row.pk: row for row in Form.objects.all()}
    if text := query.get("form", ""):
        try:
            key = parse_public_id("frm", text)
        except InvalidId:
            key = None
        forms = {key: forms[key]} if key in forms else {}
    return _rows(forms.values(), wanted)


def _rows(forms: Any, wanted: dict[str, Any]) -> Iterator[list[object]]:
    yield [
        *(_("Filled in at"), _("Form"), _("Number"), _("Member"), _("Question"), _("Answer to it")),
        *(_("Page"), _("State"), _("Note")),
    ]
    for form in forms:
        for row in submissions_of(form.pk, **wanted).iterator(chunk_size=_BATCH):
            who = row.member.name if row.member is not None else ""
            rest = (row.page, _("Read") if row.is_read else _("Unread"), row.note)
            first = (moment(row.created_at), name_of(form), row.public_id, who)
            for label, text in answers_shown(row) or [("", "")]:
                yield [*first, label, text, *rest]


def _sent(form: Form, text: str) -> Submission:
    rows = Submission.objects.select_related("member").filter(form=form)
    row: Submission = found(rows.filter(pk=identified("fsb", text)).first())
    return row
