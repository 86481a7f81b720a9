"""The kinds of balance that members can have, and the rules of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.ledger.selectors import is_money
from kernel.backoffice.pieces import found
from kernel.common.errors import DomainError
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.ledger.services import change_asset, define_asset
from kernel.tenancy.context import current_tenant

MANAGE: Final = "ledger.assets"
_HOME: Final = "/ledger/assets/"
_MADE_BY_HAND: Final = (
    AssetKind.POINTS,
    AssetKind.STORED_VALUE,
    AssetKind.COMMISSION,
    AssetKind.GROWTH,
)
_RULES: Final = ("is_spendable", "is_withdrawable", "is_active")


class RulesForm(forms.Form):
    """What a kind of balance is called, what it is worth and what it is good for."""

    is_spendable = forms.BooleanField(
        label=gettext_lazy("Pays for orders"),
        required=False,
        help_text=gettext_lazy("Offer it under Payment accounts too."),
    )
    is_withdrawable = forms.BooleanField(label=gettext_lazy("Can be paid out"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    rate_units = forms.IntegerField(
        label=gettext_lazy("So many of the smallest units …"),
        min_value=1,
        max_value=10**9,
        required=False,
    )
    rate_minor = forms.IntegerField(
        label=gettext_lazy("… are worth so many cents"),
        min_value=0,
        max_value=10**9,
        required=False,
    )
    expiry_days = forms.IntegerField(
        label=gettext_lazy("Expires after so many days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("What came in first expires first. What is there keeps its date."),
    )

    def __init__(self, data: Mapping[str, Any] | None, row: Asset | None = None) -> None:
        names: dict[str, str] = row.names if row is not None else {}
        initial = {f"name_{code}": names.get(code, "") for code, _name in settings.LANGUAGES}
        if row is not None:
            rules = (*_RULES, "rate_units", "rate_minor", "expiry_days")
            initial |= {name: getattr(row, name) for name in rules}
        super().__init__(data, initial=initial)
        for code, name in reversed(settings.LANGUAGES):
            label = _("Name (%(language)s)") % {"language": name}
            self.fields = {f"name_{code}": forms.CharField(label=label, max_length=40)} | (
                self.fields
            )
        if row is not None and is_money(row):
            # A unit of money is worth itself, and money does not expire.
            for name in ("rate_units", "rate_minor"):
                del self.fields[name]
        if row is not None and not row.expires:
            del self.fields["expiry_days"]

    def names(self) -> dict[str, str]:
        """Return the names by language."""
        return {code: self.cleaned_data[f"name_{code}"] for code, _name in settings.LANGUAGES}

    def rules(self) -> dict[str, Any]:
        """Return what `change_asset` takes."""
        values = {k: v for k, v in self.cleaned_data.items() if not k.startswith("name_")}
        return {**values, "names": self.names()}


class NewForm(RulesForm):
    """A kind of balance that is not there yet."""

    code = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=32,
        help_text=gettext_lazy("Small letters; stands in addresses and never changes."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(each.value, each.label) for each in _MADE_BY_HAND]
    )
    scale = forms.IntegerField(
        label=gettext_lazy("Decimal places"), min_value=0, max_value=8, initial=0
    )

    def __init__(self, data: Mapping[str, Any] | None, row: Asset | None = None) -> None:
        super().__init__(data, row)
        names = [f"name_{code}" for code, _name in reversed(settings.LANGUAGES)]
        self.order_fields([*names, "kind", "code", "scale"])


@require_safe
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List them."""
    rows = Asset.objects.order_by("created_at", "code")
    context = {"assets": [(row, asset_name(row)) for row in rows]}
    return render(request, "backoffice/ledger/assets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def new(request: StaffRequest) -> HttpResponseBase:
    """Define one more."""
    form = NewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        rate = (told["rate_units"], told["rate_minor"])
        has_rate = None not in rate
        try:
            define_asset(
                told["code"],
                told["kind"],
                form.names(),
                told["scale"],
                currency="" if told["kind"] == AssetKind.GROWTH else current_tenant().currency,
                rate=rate if has_rate else None,
                is_spendable=told["is_spendable"],
                is_withdrawable=told["is_withdrawable"],
                expires=told["expiry_days"] is not None,
                expiry_days=told["expiry_days"],
                actor=request.actor,
            )
        except DomainError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(_HOME)
    return _drawn(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def edit(request: StaffRequest, code: str) -> HttpResponseBase:
    """Change the rules of one."""
    row: Asset = found(Asset.objects.filter(code=code).first())
    form = RulesForm(request.POST if request.method == "POST" else None, row)
    if request.method == "POST" and form.is_valid():
        try:
            change_asset(row.code, actor=request.actor, **form.rules())
        except DomainError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(_HOME)
    return _drawn(request, form, row)


def _refuse(form: forms.Form, refusal: DomainError) -> None:
    field = str(refusal.fields.get("field", ""))
    form.add_error(field if field in form.fields else None, str(refusal))


def _drawn(request: StaffRequest, form: RulesForm, row: Asset | None) -> HttpResponseBase:
    title = asset_name(row) if row is not None else _("New kind of balance")
    status = 422 if form.errors else 200
    context = {"form": form, "title": title, "row": row}
    return render(request, "backoffice/ledger/asset.html", context, status=status)
