"""What a member has, put right by hand: an amount, a reason, and who did it."""

from __future__ import annotations

from decimal import Decimal
from secrets import token_hex
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.ledger.selectors import units_text
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name, wallet
from kernel.ledger.services import Owner, adjust, cash_asset
from kernel.levels.facts import GROWTH
from kernel.levels.handlers import look_at
from kernel.members.models import Member
from kernel.members.selectors import visible_members
from kernel.tenancy.context import current_tenant

ADJUST: Final = "ledger.adjust"
_MOST_DIGITS: Final = 15
_TAKE, _GIVE = "take", "give"


class BalanceForm(forms.Form):
    """How much of what a member is given, or loses."""

    asset = forms.ModelChoiceField(
        label=gettext_lazy("Of what"),
        queryset=Asset.objects.none(),
        empty_label=None,
        to_field_name="code",
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Give or take"),
        choices=[(_GIVE, gettext_lazy("Give")), (_TAKE, gettext_lazy("Take away"))],
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=Decimal(0), max_digits=_MOST_DIGITS
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Stands in the ledger and in the log of what was done."),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["asset"]
        field.queryset = Asset.objects.filter(is_active=True).order_by("created_at", "code")
        field.label_from_instance = asset_name

    def units(self) -> int:
        """Return what is given, in units; negative for what is taken."""
        asset: Asset = self.cleaned_data["asset"]
        units = int(self.cleaned_data["amount"].scaleb(asset.scale))
        return units if self.cleaned_data["direction"] == _GIVE else -units

    def clean(self) -> dict[str, Any]:
        """See that the amount is a whole number of units."""
        values = super().clean() or {}
        amount, asset = values.get("amount"), values.get("asset")
        if amount is not None and asset is not None:
            units = amount.scaleb(asset.scale)
            if not units or units != units.to_integral_value():
                places = {"places": asset.scale}
                text = _("More than nothing, with at most %(places)s decimal places.") % places
                self.add_error("amount", text)
        return values


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(ADJUST, is_confirmed=True)
def balance(request: StaffRequest, member: str) -> HttpResponseBase:
    """Give to a member, or take from him, by hand."""
    row: Member = found(visible_members(ADJUST).filter(pk=identified("mem", member)).first())
    # The shop's own currency can be given before anybody had any of it.
    cash_asset(current_tenant().currency)
    form = BalanceForm(
        request.POST if request.method == "POST" else None, initial={"key": token_hex(16)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            adjust(
                Owner("member", row.pk),
                form.cleaned_data["asset"].code,
                form.units(),
                key=f"staff:{form.cleaned_data['key']}",
                reason=form.cleaned_data["reason"],
                actor=request.actor,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            if form.cleaned_data["asset"].code == GROWTH:
                look_at([row.pk])
            messages.success(request, _("The balance was changed."))
            return redirect(f"/members/{row.public_id}/")
    context = {"member": row, "form": form, "balances": balances_of(row)}
    status = 422 if form.errors else 200
    return render(request, "backoffice/members/balance.html", context, status=status)


def balances_of(row: Member) -> list[tuple[str, str]]:
    """Return the name of each asset that a member can have, and what he has of it."""
    assets = {asset.code: asset for asset in Asset.objects.all()}
    return [
        (line.name, units_text(assets[line.code], line.available))
        for line in wallet(Owner("member", row.pk))
    ]
