"""The ledger: balances, statements, the trial balance, what disagrees with the gateways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.ledger.selectors import (
    house_accounts,
    kind_label,
    named,
    owner_of,
    sheets,
    units_text,
)
from kernel.backoffice.pieces import found, identified, paged
from kernel.common.errors import DomainError
from kernel.common.time import local_date, utc_now
from kernel.ledger.models import Account
from kernel.ledger.selectors import statement
from kernel.payments.choices import DifferenceState
from kernel.payments.models import Difference, PaymentBinding
from kernel.payments.selectors import open_differences
from kernel.payments.services import reconcile, resolve_difference
from kernel.tenancy.context import current_tenant

VIEW, RECONCILE = "ledger.view", "payments.reconcile"


class DayForm(forms.Form):
    """A day of an account to compare."""

    binding = forms.ModelChoiceField(
        label=gettext_lazy("Payment account"),
        queryset=PaymentBinding.objects.none(),
        empty_label=None,
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PaymentBinding.objects.filter(removed_at=None).order_by("position", "pk")
        self.fields["binding"].queryset = rows  # type: ignore[attr-defined]


class ResolutionForm(forms.Form):
    """How a difference was dealt with."""

    resolution = forms.CharField(label=gettext_lazy("How it was dealt with"), max_length=300)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show the balances and the trial balance."""
    context = {"sheets": sheets(), "accounts": house_accounts()}
    return render(request, "backoffice/ledger/overview.html", context)


@require_safe
@staff_page(VIEW)
def account(request: StaffRequest, account: str) -> HttpResponseBase:
    """Show the statement of an account, newest first."""
    rows = Account.objects.select_related("asset").filter(pk=identified("acc", account))
    row: Account = found(rows.first())
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004
    page = statement(owner_of(row), row.asset.code, row.state, before=before)
    lines = [
        (
            line,
            kind_label(line.kind),
            units_text(row.asset, line.minor),
            units_text(row.asset, line.balance_after),
        )
        for line in page.lines
    ]
    context = {
        "shown": named([row])[0],
        "lines": lines,
        "next": page.next_before,
        "is_first": before is None,
    }
    return render(request, "backoffice/ledger/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(RECONCILE)
def differences(request: StaffRequest) -> HttpResponseBase:
    """List what disagrees, and compare another day."""
    yesterday = local_date(utc_now(), current_tenant().zone) - timedelta(days=1)
    form = DayForm(request.POST if request.method == "POST" else None, initial={"day": yesterday})
    if request.method == "POST" and form.is_valid():
        try:
            run = reconcile(
                form.cleaned_data["binding"].pk, form.cleaned_data["day"], now=utc_now()
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            told = {"lines": run.lines, "found": run.differences}
            text = _("Compared %(lines)s lines; %(found)s of them disagree.") % told
            messages.success(request, text)
            return redirect("/ledger/differences/")
    context = {
        "form": form,
        "page": paged(request, open_differences().order_by("-day", "id")),
        "resolved": Difference.objects.select_related("binding")
        .filter(state=DifferenceState.RESOLVED)
        .order_by("-resolved_at")[:20],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/ledger/differences.html", context, status=status)


@require_POST
@staff_page(RECONCILE)
def resolve(request: StaffRequest, difference: str) -> HttpResponseBase:
    """Note how a difference was dealt with."""
    key = identified("pdf", difference)
    form = ResolutionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how it was dealt with, in at most 300 characters."))
        return redirect("/ledger/differences/")
    resolve_difference(
        key, resolution=form.cleaned_data["resolution"], actor=request.actor, now=utc_now()
    )
    messages.success(request, _("The difference is dealt with."))
    return redirect("/ledger/differences/")
