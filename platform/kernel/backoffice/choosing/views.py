"""All settings of a shop in one place, each with what was chosen before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.audit.models import AuditEntry
from kernel.audit.selectors import AuditFilter, find_entries
from kernel.backoffice.activity import described
from kernel.backoffice.acts.views import Difference, differences
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.menu import Entry
from kernel.backoffice.pages import SETTINGS, shop_pages
from kernel.modules.gate import mode_of
from kernel.modules.manifest import Manifest
from kernel.modules.registry import manifest_of, manifests
from kernel.settings.forms import settings_form
from kernel.tenancy.context import current_tenant

MANAGE: Final = "modules.manage"
_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody chose once.

    Attributes:
        differences: named as the form names them.
    """

    at: datetime
    who: str | Promise
    differences: list[Difference]


@require_safe
@staff_page()
def index(request: StaffRequest) -> HttpResponseBase:
    """List the pages on which something of the shop is decided."""
    own: list[Entry] = [
        each
        for each in shop_pages(request)
        if each.group == SETTINGS
        and each.path != "/settings/"
        and request.person.may(each.permission)
    ]
    context = {
        "pages": own,
        "modules": [
            (each.code, each.name.in_language(get_language()), len(each.settings))
            for each in (_open_ones() if request.person.may(MANAGE) else ())
        ],
    }
    return render(request, "backoffice/choosing/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show a function's settings, drawn from its schema, and change them."""
    manifest = manifest_of(code)
    mode = mode_of(current_tenant(), code)
    if manifest is None or mode == "off" or not manifest.settings:
        raise Http404
    if request.method == "POST" and mode != "full":
        raise PermissionDenied
    form = settings_form(manifest).of_current_tenant(
        request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid() and form.save(actor=request.actor):
        messages.success(request, _("The settings were saved."))
        return redirect(f"/settings/{code}/")
    context = {
        "form": form,
        "name": manifest.name.in_language(get_language()),
        "may_change": mode == "full",
        "changes": list(_changes(manifest)),
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/choosing/edit.html", context, status=status)


def _open_ones() -> Iterator[Manifest]:
    tenant = current_tenant()
    for manifest in manifests().values():
        if manifest.settings and mode_of(tenant, manifest.code) != "off":
            yield manifest


def _changes(manifest: Manifest) -> Iterator[Change]:
    about = AuditFilter(action="settings.changed", object_type="module", object_id=manifest.code)
    labels = {each.key: each.label.in_language(get_language()) for each in manifest.settings}
    for entry in find_entries(about, limit=_SHOWN):
        yield Change(entry.occurred_at, described(entry).who, _named(entry, labels))


def _named(entry: AuditEntry, labels: dict[str, str]) -> list[Difference]:
    return [
        Difference(labels.get(each.name, each.name), each.before, each.after)
        for each in differences(entry)
    ]
