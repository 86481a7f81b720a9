"""Forms of what came in and what goes back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.pieces import NarrowForm
from kernel.payments.choices import AttemptState, RefundState, SplitState, Verdict
from kernel.payments.models import PaymentBinding, SplitReceiver


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(required=False, label=label, widget=widget)


class _MoneyFilter(NarrowForm):
    """What both lists are narrowed down by."""

    text = forms.CharField(required=False, max_length=44, label=_("Order number"))
    since = _day(_("From"))
    until = _day(_("Until"))
    binding = forms.ModelChoiceField(
        required=False,
        label=_("Payment account"),
        queryset=PaymentBinding.objects.none(),
        empty_label=_("All"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PaymentBinding.objects.order_by("position", "pk")
        self.fields["binding"].queryset = rows  # type: ignore[attr-defined]


class ReceivedFilter(_MoneyFilter):
    """Which payments a list shows."""

    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("All")), *AttemptState.choices]
    )


class RefundFilter(_MoneyFilter):
    """Which refunds a list shows."""

    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("All")), *RefundState.choices]
    )


class SplitFilter(_MoneyFilter):
    """Which shares of payments a list shows."""

    receiver = forms.ModelChoiceField(
        required=False,
        label=_("Receiver"),
        queryset=SplitReceiver.objects.none(),
        empty_label=_("All"),
    )
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("All")), *SplitState.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = SplitReceiver.objects.order_by("name", "pk")
        self.fields["receiver"].queryset = rows  # type: ignore[attr-defined]


class AskBackForm(forms.Form):
    """Why a share comes back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Stands in the log of what was done."),
    )


class PaidBackForm(forms.Form):
    """What somebody did about a refund that no gateway makes."""

    verdict = forms.ChoiceField(
        label=_("Was it paid back?"),
        choices=[
            (Verdict.CONFIRM, _("Yes, I have paid it back")),
            (Verdict.REJECT, _("No, it cannot be paid back")),
        ],
    )
    reference = forms.CharField(label=_("The bank's reference"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """Check that money that went out can be found again."""
        values = super().clean() or {}
        if values.get("verdict") == Verdict.CONFIRM and not values.get("reference"):
            self.add_error("reference", _("This is needed."))
        return values
