"""Which languages and currencies a shop offers."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.audit.services import record
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.languages.forms import CurrencyForm, LanguagesForm, currency_initial
from kernel.backoffice.pieces import found
from kernel.backoffice.promotions.taking import refuse
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.i18n.converting import converted
from kernel.i18n.languages import NAMES
from kernel.i18n.models import ShopCurrency
from kernel.i18n.rates import rate_provider
from kernel.i18n.selectors import currencies, rate_changes
from kernel.i18n.services import remove_currency, set_currency, set_languages
from kernel.i18n.services.currencies import REFRESH
from kernel.i18n.services.offering import offer_of
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

VIEW, MANAGE = "languages.view", "languages.manage"
HOME: Final = "/languages/"
_EXAMPLES: Final = (9_900, 129_900)
_FIELDS: Final = {"margin_bp": "margin", "step_minor": "step", "below_minor": "below"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show languages and currencies, and set the languages."""
    may_change = request.person.may(MANAGE)
    form = LanguagesForm(request.POST if request.method == "POST" and may_change else None)
    if request.method == "POST" and may_change and form.is_valid():
        try:
            set_languages(form.told(), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {code: f"other_{code}" for code, *_rest in form.lines()})
        else:
            messages.success(request, _("The languages were saved."))
            return redirect(HOME)
    context = {
        "form": form,
        "may_change": may_change,
        "own_language": NAMES.get(current_tenant().locale, ""),
        "own_currency": current_tenant().currency,
        "currencies": [(each, _examples(each.row)) for each in currencies(now=utc_now())],
        "has_service": rate_provider() is not None,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/languages/index.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit_currency(request: StaffRequest, code: str = "") -> HttpResponseBase:
    """Show prices in a currency, or change how."""
    row: ShopCurrency | None = None
    if code:
        row = found(ShopCurrency.objects.filter(code=code).first())
    initial: dict[str, Any] = currency_initial(row) if row else {"step": "0.01"}
    form = CurrencyForm(request.POST or None, row=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_currency(form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(request, _("The currency was saved."))
            return redirect(HOME)
    context = {
        "form": form,
        "row": row,
        "changes": rate_changes(row.code) if row else (),
        "examples": _examples(row) if row else [],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/languages/currency.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def drop_currency(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show prices in a currency no more."""
    try:
        remove_currency(code, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The currency was removed."))
    return redirect(HOME)


@require_POST
@staff_page(MANAGE)
def ask_for_rates(request: StaffRequest) -> HttpResponseBase:
    """Have the rates fetched now."""
    now = utc_now()
    with transaction.atomic():
        ask(REFRESH, now)
        record(action="jobs.run", actor=request.actor, obj=("job", REFRESH), now=now)
    messages.success(request, _("The rates are fetched within a minute."))
    return redirect(HOME)


def _examples(row: ShopCurrency) -> list[tuple[Money, Money]]:
    """Return prices of the shop, and as buyers see them."""
    if row.rate is None:
        return []
    own, offer = current_tenant().currency, offer_of(row)
    prices = [Money(minor, own) for minor in _EXAMPLES]
    return [(price, converted(price, offer, is_price=True)) for price in prices]
