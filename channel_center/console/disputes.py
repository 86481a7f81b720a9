"""Disputes between buyers and shops that the operator decides."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urljoin

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channel_center.choices import DisputeState
from channel_center.console.menu import DECIDE_DISPUTES
from channel_center.console.operator import for_operator
from channel_center.models import Dispute
from channel_center.services import disputes
from kernel.aftersales.choices import CaseKind, CaseState, Verdict
from kernel.aftersales.models import Case
from kernel.aftersales.selectors import CaseDetail, PictureShown, detail_of
from kernel.backoffice.aftersales.forms import VerdictForm
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.branding.addresses import web_address
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import tenant_context
from kernel.tenancy.errors import UnknownTenant
from tenants.models import Tenant

_PAGE: Final = 25


@require_safe
@staff_page(DECIDE_DISPUTES)
@for_operator
def index(request: StaffRequest) -> HttpResponseBase:
    """List disputes, those that wait first in the order in which they came."""
    is_all = request.GET.get("all") == "1"
    rows = Dispute.objects.order_by("opened_at", "pk").filter(state=DisputeState.OPEN)
    if is_all:
        rows = Dispute.objects.order_by("-opened_at", "-pk")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    shops = Tenant.objects.filter(pk__in=[row.tenant_id for row in found])
    names = dict(shops.values_list("pk", "name"))
    kinds = dict(CaseKind.choices)
    context = {
        "page": page,
        "is_all": is_all,
        "rows": [(row, names.get(row.tenant_id, "—"), kinds.get(row.kind, "")) for row in found],
    }
    return render(request, "channel_center/disputes.html", context)


@require_safe
@staff_page(DECIDE_DISPUTES)
@for_operator
def show(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show what both sides said, and what it is about."""
    return _draw(request, disputes.dispute_by_public_id(public_id))


@require_POST
@staff_page(DECIDE_DISPUTES)
@for_operator
def decide(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Decide a dispute, and say why."""
    found = disputes.dispute_by_public_id(public_id)
    detail = _detail(found)
    form = _form(detail, request.POST) if detail is not None else None
    if form is not None and form.is_valid():
        try:
            disputes.decide(
                found,
                Verdict(form.cleaned_data["verdict"]),
                amounts=form.amounts(),
                freight_minor=form.cleaned_data["freight"] or None,
                text=form.cleaned_data["text"],
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The dispute is decided."))
            return redirect(f"/disputes/{found.public_id}/")
    return _draw(request, found, form=form, status=422)


@require_POST
@staff_page(DECIDE_DISPUTES)
@for_operator
def say(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Write to both sides."""
    found = disputes.dispute_by_public_id(public_id)
    try:
        text = request.POST.get("text", "")
        disputes.speak(found, text, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Both sides read it."))
    return redirect(f"/disputes/{found.public_id}/")


def _draw(
    request: StaffRequest, found: Dispute, *, form: VerdictForm | None = None, status: int = 200
) -> HttpResponseBase:
    detail = _detail(found)
    is_open = detail is not None and detail.case.state == CaseState.DISPUTED
    is_open = is_open and found.state == DisputeState.OPEN
    context: dict[str, Any] = {
        "dispute": found,
        "detail": detail,
        "case": detail.case if detail else None,
        "shop": Tenant.objects.filter(pk=found.tenant_id).first(),
        "form": (form or _form(detail, None)) if detail is not None and is_open else None,
    }
    return render(request, "channel_center/dispute.html", context, status=status)


def _form(detail: CaseDetail, data: QueryDict | None) -> VerdictForm:
    case = detail.case
    return VerdictForm(detail.lines, case.currency, case.freight_minor, data)


def _detail(found: Dispute) -> CaseDetail | None:
    """Return the case out of its shop's tables; None when the shop is gone.

    Links to pictures answer at the shop's own hosts.
    """
    try:
        shop = disputes.shop_of(found)
    except UnknownTenant:
        return None
    with tenant_context(shop):
        case = Case.objects.select_related("order__group", "member").filter(pk=found.case_id)
        row = case.first()
        if row is None:
            return None
        detail = detail_of(row)
    here = web_address(shop.host("console") or "", "console")
    detail.entries = [
        (entry, [PictureShown(urljoin(here, e.small), urljoin(here, e.large)) for e in pictures])
        for entry, pictures in detail.entries
    ]
    return detail
