"""What differs for buyers by the country that they live in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.countries import CountriesField, country_names
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found
from kernel.backoffice.promotions.taking import refuse
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.i18n.languages import NAMES, named, offered
from kernel.i18n.models import Market, ShopCurrency
from kernel.i18n.services.markets import (
    LONGEST_WINDOW,
    MarketTerms,
    price_lists_of,
    remove_market,
    set_market,
    told,
)
from kernel.pricing.models import PriceList
from kernel.reference.currencies import name_in
from kernel.tenancy.context import current_tenant

VIEW, MANAGE, PRICES = "languages.view", "languages.manage", "prices.manage"
HOME: Final = "/languages/markets/"


class MarketForm(forms.Form):
    """What holds for buyers from some countries."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    code = forms.SlugField(
        label=gettext_lazy("Short code"),
        max_length=40,
        help_text=gettext_lazy("Price lists name it: eu stands there as market:eu."),
    )
    countries = CountriesField(
        label=gettext_lazy("Countries"),
        help_text=gettext_lazy("By name, with commas between them. A country is in one market."),
    )
    is_rest = forms.BooleanField(label=gettext_lazy("For all other countries"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language that visitors meet first"), required=False
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency that prices are shown in first"),
        required=False,
        help_text=gettext_lazy("Whoever chooses another keeps it. Buyers pay in the shop's own."),
    )
    price_lists = forms.MultipleChoiceField(
        label=gettext_lazy("Price lists for buyers there"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "A list that was for everybody is then for this market alone. One that is taken "
            "off its last market is switched off."
        ),
    )
    return_days = forms.IntegerField(
        label=gettext_lazy("Return without a reason (days)"),
        required=False,
        min_value=0,
        max_value=LONGEST_WINDOW,
        help_text=gettext_lazy(
            "Empty: as the shop's rules of orders say. In the EU never below 14 days."
        ),
    )
    fault_days = forms.IntegerField(
        label=gettext_lazy("Faults may be reported (days)"),
        required=False,
        min_value=0,
        max_value=LONGEST_WINDOW,
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place in the order"), min_value=0, max_value=999, initial=0
    )

    def __init__(self, *args: Any, row: Market | None, may_price: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row is not None:
            del self.fields["code"]
        choices: Mapping[str, list[tuple[str, str]]] = {
            "language": [("", _("As their browsers wish")), *_languages(row)],
            "currency": [("", current_tenant().currency), *_currencies(row)],
        }
        if may_price and (lists := _price_lists(row)):
            choices = {**choices, "price_lists": lists}
        else:
            del self.fields["price_lists"]
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]

    def told(self) -> MarketTerms:
        """Return the market as services take it."""
        given = dict(self.cleaned_data)
        lists = given.pop("price_lists", None)
        code = self.row.code if self.row else given["code"]
        return MarketTerms(
            **{**given, "code": code, "countries": tuple(given["countries"])},
            price_lists=None if lists is None else tuple(lists),
        )


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show the markets."""
    rows = Market.objects.order_by("is_rest", "position", "code")
    context = {
        "may_change": request.person.may(MANAGE),
        "own_currency": current_tenant().currency,
        "markets": [
            {
                "row": row,
                "countries": country_names(told(row)["countries"]),
                "language": NAMES.get(row.language, ""),
                "lists": price_lists_of(row.code),
            }
            for row in rows
        ],
    }
    return render(request, "backoffice/languages/markets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, code: str = "") -> HttpResponseBase:
    """Make a market, or change it."""
    row: Market | None = found(Market.objects.filter(code=code).first()) if code else None
    form = MarketForm(
        request.POST or None,
        row=row,
        may_price=request.person.may(PRICES),
        initial=told(row) if row else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_market(form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The market was saved."))
            return redirect(HOME)
    status = 422 if form.errors else 200
    context = {"form": form, "row": row}
    return render(request, "backoffice/languages/market.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def drop(request: StaffRequest, code: str) -> HttpResponseBase:
    """Do away with a market."""
    try:
        remove_market(code, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The market was removed."))
    return redirect(HOME)


def _languages(row: Market | None) -> list[tuple[str, str]]:
    known = offered(current_tenant())
    own = (row.language,) if row and row.language and row.language not in known else ()
    return named((*known, *own))


def _currencies(row: Market | None) -> list[tuple[str, str]]:
    shown = ShopCurrency.objects.filter(is_shown=True).order_by("position", "code")
    codes = list(shown.values_list("code", flat=True))
    if row and row.currency and row.currency not in {*codes, current_tenant().currency}:
        codes.append(row.currency)
    language = get_language() or ""
    return [(code, f"{code} · {name_in(code, language)}") for code in codes]


def _price_lists(row: Market | None) -> list[tuple[str, str]]:
    held = {each.pk for each in price_lists_of(row.code)} if row else set()
    rows = PriceList.objects.filter(managed_by="").order_by("name", "code")
    fits = (each for each in rows if each.pk in held or each.currency == current_tenant().currency)
    return [(each.code, each.name) for each in fits]
