"""How the shop handles its orders: their terms, their numbers, who may place them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import local_date, utc_now
from kernel.orders.policy import BOUNDS, Policy, chosen_policy, set_policy
from kernel.tenancy.context import current_tenant


def _number(name: str, label: Any, help_text: Any = "") -> forms.IntegerField:
    lowest, highest = BOUNDS[name]
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=lowest, max_value=highest, localize=False
    )


class PolicyForm(forms.Form):
    """The choices; the fields are those of `Policy`."""

    unpaid_minutes = _number(
        "unpaid_minutes",
        gettext_lazy("Minutes until an unpaid order is cancelled"),
        gettext_lazy("0 for never."),
    )
    receive_days = _number(
        "receive_days",
        gettext_lazy("Days until what was shipped counts as received"),
        gettext_lazy("0 for never. Buyers can confirm it earlier."),
    )
    complete_days = _number(
        "complete_days",
        gettext_lazy("Days from received until completed"),
        gettext_lazy("A completed order is closed."),
    )
    number_prefix = forms.CharField(
        label=gettext_lazy("Letters in front of order numbers"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("Up to eight capital letters."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    number_dated = forms.BooleanField(
        label=gettext_lazy("Order numbers tell the day"), required=False
    )
    number_digits = _number(
        "number_digits", gettext_lazy("Digits of the running number"), gettext_lazy("At least.")
    )
    guests_may_order = forms.BooleanField(
        label=gettext_lazy("Also people without an account may order"), required=False
    )

    after_sale_days = _number(
        "after_sale_days",
        gettext_lazy("Days to send something back without a reason"),
        gettext_lazy(
            "From its arrival; 0 for never. Goods that say 15 days have these, and consumers in"
            " the European Union 14 at least."
        ),
    )
    fault_days = _number(
        "fault_days",
        gettext_lazy("Days to report faults"),
        gettext_lazy("Damaged, faulty, missing or wrong goods; from their arrival."),
    )
    silent_days = _number(
        "silent_days",
        gettext_lazy("Days until a case that nobody answers counts as approved"),
        gettext_lazy("0 for never. A buyer who does not answer a proposal has withdrawn by then."),
    )
    send_back_days = _number(
        "send_back_days",
        gettext_lazy("Days to send the goods back once a return is approved"),
        gettext_lazy("0 for never. Afterwards the case is closed."),
    )
    inspect_days = _number(
        "inspect_days",
        gettext_lazy("Days until goods that were sent back count as received in order"),
        gettext_lazy("0 for never."),
    )
    difference_days = _number(
        "difference_days",
        gettext_lazy("Days to pay the difference at an exchange"),
        gettext_lazy("0 for never. Afterwards the money for the old goods goes back instead."),
    )
    returns_recount = forms.BooleanField(
        label=gettext_lazy("Returns are counted against promotions"),
        required=False,
        help_text=gettext_lazy(
            "Who keeps too little for a reduction or a gift gets less back, and returns the"
            " gift. Otherwise each line gives back what was paid for it."
        ),
    )

    def clean_number_prefix(self) -> str:
        """Read small letters as capitals."""
        return str(self.cleaned_data["number_prefix"]).upper()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("orders.manage")
def edit(request: StaffRequest) -> HttpResponseBase:
    """Change the choices; orders that are under way keep the terms that they have."""
    present = chosen_policy()
    form = PolicyForm(request.POST if request.method == "POST" else None, initial=asdict(present))
    if request.method == "POST" and form.is_valid():
        try:
            set_policy(Policy(**form.cleaned_data), actor=request.actor)
        except DomainError as refusal:
            form.add_error(str(refusal.fields["field"]), str(refusal))
        else:
            messages.success(request, _("Saved. It holds for orders from now on."))
            return redirect("/orders/policy/")
    context = {"form": form, "example": _example(present)}
    status = 422 if form.errors else 200
    return render(request, "backoffice/orders/policy.html", context, status=status)


def _example(policy: Policy) -> str:
    day = f"{local_date(utc_now(), current_tenant().zone):%y%m%d}" if policy.number_dated else ""
    return f"{policy.number_prefix}{day}{1:0{policy.number_digits}d}"
