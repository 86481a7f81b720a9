"""What a seller asks for."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from channel_center.billing.choices import Audience
from channel_center.billing.console.forms import PricesForm
from channel_center.billing.console.pages import MANAGE, SELL_BELOW_COST
from channel_center.billing.currencies import currencies_of, currency_in
from channel_center.billing.errors import BelowMinimum, BelowWholesale
from channel_center.billing.selectors import lists_of, rows_of
from channel_center.billing.services.lists import draft_list, publish_list, set_line
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now

_NEWEST = 10


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def prices(request: StaffRequest) -> HttpResponseBase:
    """Show what the seller asks for, and publish another list; those before it stay as they are."""
    owner = request.person.channel_id
    audience = "partner" if request.GET.get("for") == "partner" else "shop"
    currency = currency_in(owner, request.GET.get("currency", ""))
    language, now = get_language() or "", utc_now()
    rows = rows_of(owner, audience, currency, language=language, now=now)
    form = PricesForm(
        request.POST if request.method == "POST" else None,
        rows=rows,
        currency=currency,
        is_for_partners=audience == Audience.PARTNER,
        may_lose=owner is not None and request.person.may(SELL_BELOW_COST),
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and _published(request, form, audience, currency)
    ):
        messages.success(request, _("The new prices count from now on."))
        return redirect(f"/prices/?for={audience}&currency={currency}")
    context = {
        "form": form,
        "audience": audience,
        "currency": currency,
        "currencies": currencies_of(owner),
        "lists": lists_of(owner, audience, currency)[:_NEWEST],
        "is_operator": owner is None,
        "has_cost": owner is not None,
        "may_lose": owner is not None and request.person.may(SELL_BELOW_COST),
    }
    status = 422 if form.is_bound else 200
    return render(request, "billing/prices.html", context, status=status)


def _published(request: StaffRequest, form: PricesForm, audience: str, currency: str) -> bool:
    """Publish what was written, or say at which offer it cannot be."""
    owner, told = request.person.channel_id, form.told()
    if not told:
        form.add_error(None, _("Write at least one price."))
        return False
    try:
        with transaction.atomic():
            row = draft_list(owner, audience=audience, currency=currency, actor=request.actor)
            for line, minor, least, may_lose, tiers in told:
                set_line(
                    row.id,
                    line.offer.code,
                    amount_minor=minor,
                    minimum_retail_minor=least,
                    owner_id=owner,
                    may_lose=may_lose,
                    tiers=tiers,
                    actor=request.actor,
                )
            publish_list(row.id, owner_id=owner, actor=request.actor)
    except (BelowWholesale, BelowMinimum) as refusal:
        at = next(line for line, *_rest in told if line.offer.code == refusal.fields["offer"])
        form.add_error(f"price_{at.key}", str(refusal))
    except DomainError as refusal:
        form.add_error(None, str(refusal))
    return not form.errors
