"""What can be paid out and passed on, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found
from kernel.backoffice.wallet.forms import (
    RuleForm,
    TransferRuleForm,
    WithdrawalRuleForm,
    rule_initial,
    rule_of,
)
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.wallet.models import TransferRule, WithdrawalRule
from kernel.wallet.rules import (
    may_be_given,
    may_be_withdrawn,
    set_transfer_rule,
    set_withdrawal_rule,
)
from kernel.wallet.selectors import rules_shown

VIEW: Final = "withdrawals.view"
MANAGE: Final = "withdrawals.manage"
_FIELDS: Final = {
    "min_minor": "min",
    "max_minor": "max",
    "daily_minor": "daily",
    "fee_bp": "fee",
    "fee_minor": "least_fee",
    "tax_bp": "tax",
    "identity_from_minor": "identity_from",
    "four_eyes_minor": "four_eyes",
}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List what can be paid out or passed on."""
    rows = [
        (row, asset_name(row), may_be_withdrawn(row), withdrawal, may_be_given(row), transfer)
        for row, withdrawal, transfer in rules_shown()
    ]
    return render(request, "backoffice/wallet/rules.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def withdrawals(request: StaffRequest, asset: str) -> HttpResponseBase:
    """Decide how an asset is paid out."""
    row = _asset(asset)
    initial = rule_initial(rule_of(row, WithdrawalRule), row)
    data = request.POST if request.method == "POST" else None
    form = WithdrawalRuleForm(data, asset=row, initial=initial)
    return _handled(request, row, form, set_withdrawal_rule, "backoffice/wallet/rule.html")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def transfers(request: StaffRequest, asset: str) -> HttpResponseBase:
    """Decide how members give an asset to others."""
    row = _asset(asset)
    initial = rule_initial(rule_of(row, TransferRule), row)
    data = request.POST if request.method == "POST" else None
    form = TransferRuleForm(data, asset=row, initial=initial)
    return _handled(request, row, form, set_transfer_rule, "backoffice/wallet/transfer_rule.html")


def _asset(code: str) -> Asset:
    row: Asset = found(Asset.objects.filter(code=code).first())
    return row


def _handled(
    request: StaffRequest, asset: Asset, form: RuleForm, keep: Callable[..., Any], template: str
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            keep(asset.code, form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            field = str(refusal.fields.get("field", ""))
            name = _FIELDS.get(field, field)
            form.add_error(name if name in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("/withdrawals/rules/")
    status = 422 if form.errors else 200
    context = {"form": form, "asset": asset, "name": asset_name(asset)}
    return render(request, template, context, status=status)
