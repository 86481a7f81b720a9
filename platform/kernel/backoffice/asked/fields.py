"""Fields of a form: added, changed, moved, removed; without dragging."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.asked.forms import AskForm, as_lines, in_fields
from kernel.backoffice.asked.views import HOME, MANAGE, form_at, name_of
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.promotions.taking import refuse
from kernel.common.errors import DomainError
from kernel.forms.document import Ask, asks_of
from kernel.forms.models import Form
from kernel.forms.services import move_field, put_field, remove_field

_FIELDS: Final = {"label": "label_zh", "help": "help_zh"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def add(request: StaffRequest, form: str) -> HttpResponseBase:
    """Add a field at the end of a form."""
    return _answer(request, form_at(form), None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, form: str, key: str) -> HttpResponseBase:
    """Change a field of a form."""
    row = form_at(form)
    ask = next((each for each in asks_of(row.fields) if each.key == key), None)
    if ask is None:
        raise Http404
    return _answer(request, row, ask)


@require_POST
@staff_page(MANAGE)
def move(request: StaffRequest, form: str, key: str) -> HttpResponseBase:
    """Move a field one place up or down."""
    row, by = form_at(form), 1 if request.POST.get("to") == "down" else -1
    try:
        move_field(row.pk, key, by=by, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{HOME}{row.public_id}/#{key}")


@require_POST
@staff_page(MANAGE)
def remove(request: StaffRequest, form: str, key: str) -> HttpResponseBase:
    """Remove a field; answers to it stay with what was sent."""
    row = form_at(form)
    try:
        remove_field(row.pk, key, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The field was removed. Answers that were sent stay."))
    return redirect(f"{HOME}{row.public_id}/")


def _answer(request: StaffRequest, row: Form, ask: Ask | None) -> HttpResponseBase:
    typed = AskForm(request.POST if request.method == "POST" else None, initial=_initial(ask))
    if request.method == "POST" and typed.is_valid():
        try:
            kept = put_field(row.pk, typed.told(ask), actor=request.actor)
        except DomainError as refusal:
            refuse(typed, refusal, _FIELDS)
        else:
            messages.success(request, _("The field was saved."))
            return redirect(f"{HOME}{row.public_id}/#{kept.key}")
    context = {"row": row, "name": name_of(row), "form": typed, "ask": ask}
    status = 422 if typed.errors else 200
    return render(request, "backoffice/asked/field.html", context, status=status)


def _initial(ask: Ask | None) -> dict[str, Any]:
    if ask is None:
        return {}
    return {
        "kind": ask.kind,
        "choices": as_lines(ask.choices),
        "is_required": ask.is_required,
        "least": ask.least,
        "most": ask.most,
        **in_fields(label=ask.label, help=ask.help),
    }
