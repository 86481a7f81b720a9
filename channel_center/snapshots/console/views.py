"""Templates of a channel partner, or of the operator."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channel_center.console.menu import MANAGE_TENANTS
from channel_center.snapshots.console.forms import TakeForm, TemplateForm
from channel_center.snapshots.selectors import listed_templates, template_page
from channel_center.snapshots.services.templates import (
    archive_template,
    change_template,
    make_template,
    own_template,
    take_version,
)
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError

_HOME = "/templates/"
_FIELDS = {
    **dict.fromkeys(("templates.nothing", "templates.too_large"), "shop"),
    "templates.invalid": "parts",
}


@require_safe
@staff_page(MANAGE_TENANTS)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the templates: one's own, and those that may be used."""
    channel_id = request.person.channel_id
    rows = listed_templates(channel_id, text=request.GET.get("q", "")[:120])
    return render(request, "shop_templates/index.html", {"rows": rows})


@staff_page(MANAGE_TENANTS)
def make(request: StaffRequest) -> HttpResponseBase:
    """Make a template; a version is taken on its own page."""
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = make_template(
                form.particulars(), channel_id=request.person.channel_id, actor=request.actor
            )
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            return redirect(f"{_HOME}{row.public_id}/")
    status = 422 if form.errors else 200
    return render(request, "shop_templates/edit.html", {"form": form}, status=status)


@require_safe
@staff_page(MANAGE_TENANTS)
def one(request: StaffRequest, template: str) -> HttpResponseBase:
    """Show a template: its versions, and the shops that have it."""
    return _page(request, template)


@staff_page(MANAGE_TENANTS)
def change(request: StaffRequest, template: str) -> HttpResponseBase:
    """Say something else of a template."""
    channel_id, key = request.person.channel_id, identified("tpl", template)
    row = own_template(key, channel_id=channel_id)
    initial = {name: getattr(row, name) for name in TemplateForm.base_fields}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_template(key, form.particulars(), channel_id=channel_id, actor=request.actor)
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{_HOME}{template}/")
    status = 422 if form.errors else 200
    context = {"form": form, "template": row}
    return render(request, "shop_templates/edit.html", context, status=status)


@require_POST
@staff_page(MANAGE_TENANTS)
def archive(request: StaffRequest, template: str) -> HttpResponseBase:
    """Take a template out of use."""
    key = identified("tpl", template)
    archive_template(key, channel_id=request.person.channel_id, actor=request.actor)
    messages.success(request, _("The template is out of use. Shops stay as they are."))
    return redirect(_HOME)


@require_POST
@staff_page(MANAGE_TENANTS)
def take(request: StaffRequest, template: str) -> HttpResponseBase:
    """Take the next version from a shop."""
    channel_id = request.person.channel_id
    form = TakeForm(request.POST, person=request.person)
    if form.is_valid():
        try:
            version = take_version(
                identified("tpl", template),
                form.shops[form.cleaned_data["shop"]],
                form.cleaned_data["parts"],
                channel_id=channel_id,
                actor=request.actor,
                note=form.cleaned_data["note"],
            )
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            told = _("Version %(number)s was taken.") % {"number": version.number}
            messages.success(request, told)
            return redirect(f"{_HOME}{template}/")
    return _page(request, template, form)


def _page(request: StaffRequest, template: str, form: TakeForm | None = None) -> HttpResponseBase:
    channel_id = request.person.channel_id
    page = template_page(identified("tpl", template), channel_id=channel_id)
    context = {"page": page, "form": form or TakeForm(person=request.person)}
    return render(
        request, "shop_templates/one.html", context, status=422 if form is not None else 200
    )
