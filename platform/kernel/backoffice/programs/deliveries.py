"""What endpoints were told: the log, one delivery, tests, and sending again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.programs.forms import DeliveryFilter, RangeForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.webhooks.catalogue import offered
from kernel.webhooks.models import Delivery, Endpoint
from kernel.webhooks.selectors import attempts_at, deliveries_of, last_attempts
from kernel.webhooks.services import replay, replay_range, send_test

VIEW: Final = "webhooks.view"
MANAGE: Final = "webhooks.manage"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """List what an endpoint was told, the newest first."""
    row: Endpoint = found(Endpoint.objects.filter(pk=identified("whe", endpoint)).first())
    narrow = DeliveryFilter(request.GET)
    page, context = narrowed_page(request, narrow, lambda wanted: deliveries_of(row.pk, **wanted))
    rows: list[Delivery] = list(page)
    last, now = last_attempts(rows), utc_now()
    context |= {
        "endpoint": row,
        "rows": [(each, last.get(each.pk)) for each in rows],
        "range": RangeForm(initial={"since": now - timedelta(days=1), "until": now}),
        "events": offered(),
    }
    return render(request, "backoffice/programs/deliveries.html", context)


@require_safe
@staff_page(VIEW)
def one(request: StaffRequest, delivery: str) -> HttpResponseBase:
    """Show a delivery: what is sent, and each attempt."""
    rows = Delivery.objects.select_related("endpoint").filter(id=identified("whd", delivery))
    row: Delivery = found(rows.first())
    body = json.dumps(json.loads(row.body), ensure_ascii=False, indent=2)
    context = {"row": row, "body": body, "attempts": attempts_at(row)}
    return render(request, "backoffice/programs/delivery.html", context)


@require_POST
@staff_page(MANAGE)
def again(request: StaffRequest, delivery: str) -> HttpResponseBase:
    """Send one delivery again."""
    try:
        replay(identified("whd", delivery), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent again."))
    return redirect(f"/webhooks/deliveries/{delivery}/")


@require_POST
@staff_page(MANAGE)
def between(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """Send again what an endpoint was told between two moments."""
    pk, form = identified("whe", endpoint), RangeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say from when until when."))
        return redirect(f"/webhooks/{endpoint}/deliveries/")
    try:
        number = replay_range(pk, **form.cleaned_data, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext("%(number)s is sent again.", "%(number)s are sent again.", number)
        messages.success(request, said % {"number": number})
    return redirect(f"/webhooks/{endpoint}/deliveries/")


@require_POST
@staff_page(MANAGE)
def test(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """Send the sample of an event."""
    pk, code = identified("whe", endpoint), request.POST.get("event", "")
    try:
        row = send_test(pk, code, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/webhooks/{endpoint}/deliveries/")
    messages.success(request, _("The test is on its way; look again in a moment."))
    return redirect(f"/webhooks/deliveries/{row.public_id}/")
