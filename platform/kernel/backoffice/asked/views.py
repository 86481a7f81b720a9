"""Forms: listed, made, changed, deleted."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.asked.forms import AskedForm, in_fields
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.backoffice.promotions.taking import refuse
from kernel.common.errors import DomainError
from kernel.forms.choices import LISTED, AskKind
from kernel.forms.document import asks_of
from kernel.forms.models import Form
from kernel.forms.selectors import forms_counted
from kernel.forms.services import change_form, create_form, delete_form
from kernel.i18n.languages import in_any

VIEW: Final = "forms.view"
MANAGE: Final = "forms.manage"
HOME: Final = "/forms/"
NAMES: Final = {"names": "names_zh", "thanks": "thanks_zh"}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the forms, the newest first."""
    page = paged(request, forms_counted())
    rows = [(row, name_of(row)) for row in page]
    return render(request, "backoffice/asked/list.html", {"rows": rows, "page": page, "query": ""})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a form."""
    initial = {"is_open": True, "tells_staff": True}
    form = AskedForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_form(form.told(), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, NAMES)
        else:
            messages.success(request, _("The form was made. Now add its fields."))
            return redirect(f"{HOME}{row.public_id}/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/asked/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, form: str) -> HttpResponseBase:
    """Change a form; its fields stand beside it with what people see."""
    row = form_at(form)
    names = ("code", "is_open", "is_once", "tells_staff")
    initial: dict[str, Any] = {name: getattr(row, name) for name in names}
    initial |= in_fields(names=row.names, thanks=row.thanks)
    typed = AskedForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and typed.is_valid():
        try:
            change_form(row.pk, typed.told(), actor=request.actor)
        except DomainError as refusal:
            refuse(typed, refusal, NAMES)
        else:
            messages.success(request, _("The form was saved."))
            return redirect(f"{HOME}{row.public_id}/")
    context = {"row": row, "name": name_of(row), "form": typed, "asks": _shown(row)}
    status = 422 if typed.errors else 200
    return render(request, "backoffice/asked/form.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, form: str) -> HttpResponseBase:
    """Delete a form with which nothing was sent."""
    row = form_at(form)
    try:
        delete_form(row.pk, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{HOME}{row.public_id}/")
    messages.success(request, _("The form was deleted."))
    return redirect(HOME)


def form_at(text: str) -> Form:
    """Return the form that a path names.

    Raises:
        Http404: there is none.
    """
    row: Form = found(Form.objects.filter(pk=identified("frm", text)).first())
    return row


def name_of(row: Form) -> str:
    """Return what a form is called in the reader's language."""
    return in_any(row.names, get_language(), row.code)


def _shown(row: Form) -> list[dict[str, Any]]:
    language = get_language()
    return [
        {
            "key": ask.key,
            "kind": AskKind(ask.kind).label,
            "code": ask.kind,
            "label": in_any(ask.label, language),
            "help": in_any(ask.help, language),
            "is_required": ask.is_required,
            "is_list": ask.kind in LISTED,
            "choices": [
                in_any({name: text for name, text in each.items() if name != "key"}, language)
                for each in ask.choices
            ],
        }
        for ask in asks_of(row.fields)
    ]
