"""Service labels: promises that stand beside products."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.shelves.forms import LabelForm, label_initial, refuse
from kernel.backoffice.shelves.selectors import labels
from kernel.catalogue.models import ServiceLabel
from kernel.catalogue.services import save_label
from kernel.common.errors import DomainError

VIEW, MANAGE = "products.view", "products.manage"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the labels; make one, or change the one that is named."""
    code = request.GET.get("label", "")[:80].replace("\x00", "")
    row = ServiceLabel.objects.filter(code=code).first() if code else None
    initial = label_initial(row) if row is not None else {}
    form = LabelForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        if not request.person.may(MANAGE):
            raise PermissionDenied
        if form.is_valid() and _saved(request, form):
            messages.success(request, _("The label was saved."))
            return redirect("/labels/")
    context = {"rows": labels(), "form": form, "label": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/shelves/labels.html", context, status=status)


def _saved(request: StaffRequest, form: LabelForm) -> bool:
    given = form.cleaned_data
    try:
        save_label(
            code=given["code"],
            titles=form.texts("title"),
            texts=form.texts("text"),
            position=given["position"],
            is_shown=given["is_shown"],
            actor=request.actor,
        )
    except DomainError as refusal:
        refuse(form, refusal)
        return False
    return True
