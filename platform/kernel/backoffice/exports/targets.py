"""Buckets that files of lists are put into: made, changed, tried, removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.exports.forms import TargetForm
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.time import utc_now
from kernel.dataio.models import ExportTarget
from kernel.dataio.plans import MANAGE
from kernel.dataio.targets import (
    NotPut,
    TargetDraft,
    change_target,
    make_target,
    remove_target,
    try_target,
)

HOME = "/exports/targets/"
_NAMES = ("name", "endpoint", "region", "bucket", "access_key")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def index(request: StaffRequest, target: str = "") -> HttpResponseBase:
    """List the buckets; make one, or change the one that is named."""
    row = _row(target) if target else None
    initial = None
    if row is not None:
        initial = {**{name: getattr(row, name) for name in _NAMES}, "beginning": row.prefix}
    form = TargetForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(request, row, form):
        messages.success(request, _("The bucket was saved. Try whether it takes files."))
        return redirect(HOME)
    context = {"rows": ExportTarget.objects.order_by("name", "id"), "form": form, "target": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/exports/targets.html", context, status=status)


def _saved(request: StaffRequest, row: ExportTarget | None, form: TargetForm) -> bool:
    told = dict(form.cleaned_data)
    draft = TargetDraft(prefix=told.pop("beginning"), **told)
    try:
        if row is None:
            make_target(draft, actor=request.actor, now=utc_now())
        else:
            change_target(row.pk, draft, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        about = {"prefix": "beginning"}.get(
            str(refusal.fields.get("field", "")), str(refusal.fields.get("field", ""))
        )
        form.add_error(about if about in form.fields else None, str(refusal))
        return False
    return True


@require_POST
@staff_page(MANAGE)
def attempt(request: StaffRequest, target: str) -> HttpResponseBase:
    """Put a small file into a bucket, to see."""
    try:
        try_target(_row(target))
    except NotPut as error:
        messages.error(request, _("It was not taken: %(why)s") % {"why": str(error)})
    except (SecretMissing, SecretsUnreadable):
        messages.error(request, _("The secret key is not here. Type it in again."))
    else:
        messages.success(request, _("A small file, test.txt, was put there."))
    return redirect(HOME)


@require_POST
@staff_page(MANAGE)
def remove(request: StaffRequest, target: str) -> HttpResponseBase:
    """Forget a bucket."""
    remove_target(_row(target).pk, actor=request.actor, now=utc_now())
    messages.success(request, _("The bucket was removed."))
    return redirect(HOME)


def _row(text: str) -> ExportTarget:
    row: ExportTarget = found(ExportTarget.objects.filter(pk=identified("xpt", text)).first())
    return row
