"""Taxes: choices, classes, zones with their rates, buyers who pay none."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.promotions.taking import refuse
from kernel.backoffice.taxes.forms import (
    ClassForm,
    DecisionForm,
    ExemptionFilter,
    PolicyForm,
    ZoneForm,
    zone_initial,
)
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.taxes.choices import ExemptionState
from kernel.taxes.models import TaxZone
from kernel.taxes.selectors import exemptions, tax_classes, tax_zones
from kernel.taxes.services import (
    decide,
    delete_class,
    delete_zone,
    policy_of,
    save_class,
    save_zone,
    set_policy,
)

VIEW, MANAGE = "taxes.view", "taxes.manage"
HOME: Final = "/taxes/"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show how orders are taxed."""
    return _draw(request)


@require_POST
@staff_page(MANAGE)
def policy(request: StaffRequest) -> HttpResponseBase:
    """Choose how orders are taxed."""
    form = PolicyForm(request.POST)
    if form.is_valid():
        try:
            set_policy(form.told(), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The choices were saved."))
            return redirect(HOME)
    return _draw(request, form=form)


@require_POST
@staff_page(MANAGE)
def add_class(request: StaffRequest) -> HttpResponseBase:
    """Add a tax class, or change the names of one."""
    form = ClassForm(request.POST, auto_id="class_%s")
    if form.is_valid():
        try:
            code = form.cleaned_data["code"]
            known: dict[str, str] = next(
                (row.names for row in tax_classes() if row.code == code), {}
            )
            # Translations into further languages stay: the form does not show them.
            save_class(code, {**known, **form.names()}, actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The tax class was saved."))
            return redirect(f"{HOME}#classes")
    return _draw(request, class_form=form)


@require_POST
@staff_page(MANAGE)
def drop_class(request: StaffRequest, code: str) -> HttpResponseBase:
    """Delete a tax class."""
    try:
        delete_class(code, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The tax class was deleted."))
    return redirect(f"{HOME}#classes")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def zone(request: StaffRequest, zone: str = "") -> HttpResponseBase:
    """Add a zone, or change one with its rates."""
    row: TaxZone | None = None
    initial: dict[str, Any] = {"is_included": True}
    count = 0
    known = tax_zones()
    if zone:
        key = identified("txz", zone)
        pair = next((each for each in known if each[0].pk == key), None)
        row = found(pair and pair[0])
        rates = pair[1] if pair else []
        initial, count = zone_initial(found(row), rates), len(rates)
    data = request.POST if request.method == "POST" else None
    form = ZoneForm(data, initial=initial, rows=count)
    if request.method == "POST" and form.is_valid():
        position = row.position if row else len(known)
        try:
            save_zone(form.told(position), zone_id=row.pk if row else None, actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The tax zone was saved."))
            return redirect(f"{HOME}#zones")
    context = {"form": form, "row": row}
    return render(
        request, "backoffice/taxes/zone.html", context, status=422 if form.errors else 200
    )


@require_POST
@staff_page(MANAGE)
def drop_zone(request: StaffRequest, zone: str) -> HttpResponseBase:
    """Delete a zone."""
    try:
        delete_zone(identified("txz", zone), actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The tax zone was deleted."))
    return redirect(f"{HOME}#zones")


@require_safe
@staff_page(VIEW)
def exempt(request: StaffRequest) -> HttpResponseBase:
    """List buyers who pay no tax, and who ask not to."""
    narrow = ExemptionFilter(request.GET)
    page, context = narrowed_page(request, narrow, lambda wanted: exemptions(**wanted))
    context |= {"rows": page, "form": DecisionForm()}
    return render(request, "backoffice/taxes/exemptions.html", context)


@require_POST
@staff_page(MANAGE)
def decide_exempt(request: StaffRequest, exemption: str) -> HttpResponseBase:
    """Grant, refuse or end an exemption."""
    form, state = DecisionForm(request.POST), request.POST.get("state", "")
    key = identified("txe", exemption)
    if form.is_valid() and state in ExemptionState.values:
        try:
            decide(
                key,
                ExemptionState(state),
                valid_until=form.cleaned_data["valid_until"],
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The decision was saved."))
    else:
        messages.error(request, _("This could not be read."))
    return redirect(f"{HOME}exemptions/")


def _draw(
    request: StaffRequest,
    *,
    form: PolicyForm | None = None,
    class_form: ClassForm | None = None,
) -> HttpResponseBase:
    language = get_language() or ""
    names = {row.code: row.name_in(language) for row in tax_classes()}
    zones = [
        (row, [(names.get(rate.tax_class, rate.tax_class), rate) for rate in rates])
        for row, rates in tax_zones()
    ]
    context = {
        "form": form or PolicyForm(initial=asdict(policy_of())),
        "classes": list(names.items()),
        "class_form": class_form or ClassForm(auto_id="class_%s"),
        "zones": zones,
        "is_on": policy_of().is_on,
        "waiting": exemptions(state=ExemptionState.REQUESTED).count(),
    }
    is_refused = any(each is not None and each.errors for each in (form, class_form))
    status = 422 if is_refused else 200
    return render(request, "backoffice/taxes/index.html", context, status=status)
