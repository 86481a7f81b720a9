"""Forms of withdrawals and of the rules for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.audiences import AudienceFields
from kernel.backoffice.pieces import NarrowForm
from kernel.backoffice.promotions.terms_forms import PercentField, basis_points, per_cent
from kernel.common.time import local_date, utc_now
from kernel.ledger.models import Asset
from kernel.ledger.selectors import decimal_text
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import Channel, IdentityState, State
from kernel.wallet.models import Rule, TransferRule, WithdrawalRule
from kernel.wallet.providers import providers_for
from kernel.wallet.rules import LONGEST_STATEMENT
from kernel.wallet.tax.catalogue import categories, fits
from kernel.wallet.tax.explaining import category_name

_ALL: Final = ("", _("All"))
_MOST_DIGITS: Final = 18


class WithdrawalFilter(NarrowForm):
    """Which withdrawals the list shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Number or name"))
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[_ALL, ("open", _("Open")), ("to_review", _("To review")), *State.choices],
    )
    channel = forms.ChoiceField(
        required=False, label=_("Paid by way of"), choices=[_ALL, *Channel.choices]
    )


class IdentityFilter(NarrowForm):
    """Which proofs of identity the list shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Name"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[_ALL, *IdentityState.choices]
    )


class CompareForm(forms.Form):
    """What stands on a document that the member showed in another way."""

    name = forms.CharField(max_length=80, label=_("Name on the document"))
    number = forms.CharField(max_length=40, label=_("Number of the document"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


class RuleForm(AudienceFields):
    """What may be done with an asset, in its own units."""

    is_on = forms.BooleanField(label=_("Switched on"), required=False)
    daily_count = forms.IntegerField(
        label=_("At most so often in a day"),
        required=False,
        min_value=1,
        max_value=10_000,
        localize=False,
    )
    fee = PercentField(label=_("Fee in per cent"), required=False)

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asset = asset
        self.fields["min"] = self._units(_("At least"), is_needed=True)
        self.fields["max"] = self._units(_("At most at once"))
        self.fields["daily"] = self._units(_("At most in a day"))

    def _units(self, label: Any, *, is_needed: bool = False) -> forms.DecimalField:
        least = Decimal(1).scaleb(-self.asset.scale) if is_needed else Decimal(0)
        return forms.DecimalField(
            label=label,
            required=is_needed,
            min_value=least,
            max_digits=_MOST_DIGITS,
            decimal_places=self.asset.scale,
            localize=False,
        )

    def units(self, name: str) -> int | None:
        """Return what stands in a field, in units; None for nothing."""
        value = self.cleaned_data[name]
        return int(value.scaleb(self.asset.scale)) if value is not None else None

    def told(self) -> dict[str, Any]:
        """Return what services take."""
        given = self.cleaned_data
        return {
            "is_on": given["is_on"],
            "min_minor": self.units("min"),
            "max_minor": self.units("max"),
            "daily_minor": self.units("daily"),
            "daily_count": given["daily_count"],
            "fee_bp": basis_points(given["fee"]),
            "audience": self.audience_told(),
        }


class TransferRuleForm(RuleForm):
    """How members give an asset to others."""

    field_order = ("is_on", "min", "max", "daily", "daily_count", "fee")


class WithdrawalRuleForm(RuleForm):
    """How an asset is paid out."""

    tax = PercentField(
        label=_("Tax withheld in per cent"),
        required=False,
        help_text=_("Of what is left after the fee; it is paid to the tax office."),
    )
    tax_category = forms.ChoiceField(
        label=_("Taxed as"),
        required=False,
        help_text=_("By the law of the place; the share in per cent then does not hold."),
    )
    channels = forms.MultipleChoiceField(
        label=_("Ways of paying out"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["least_fee"] = self._units(_("At least so much fee"))
        self.fields["identity_from"] = self._units(_("Members show who they are from"))
        self.fields["identity_from"].help_text = _(
            "Counted over the year, with what is asked for. Empty for never."
        )
        self.fields["four_eyes"] = self._units(_("Two people must approve from"))
        field: Any = self.fields["tax_category"]
        on = local_date(utc_now(), current_tenant().zone)
        fitting = [each.code for each in categories(on=on) if fits(each, self.asset)]
        field.choices = [(code, category_name(code, on=on)) for code in ("", *fitting)]
        for code, label in Channel.choices:
            if services := providers_for(code):
                self.fields[f"provider_{code}"] = forms.ChoiceField(
                    label=_("%(channel)s is paid by") % {"channel": label},
                    required=False,
                    choices=[("", _("Hand")), *((each.code, each.label) for each in services)],
                    help_text=" ".join(filter(None, (each.fault() for each in services))),
                )
        for code, language in settings.LANGUAGES:
            self.fields[f"statement_{code}"] = forms.CharField(
                label=_("What members read first, in %(language)s") % {"language": _(language)},
                required=False,
                max_length=LONGEST_STATEMENT,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def services(self) -> list[forms.BoundField]:
        """The fields of payout services."""
        return [self[name] for name in self.fields if name.startswith("provider_")]

    @property
    def statements(self) -> list[forms.BoundField]:
        """The fields of what members read."""
        return [self[name] for name in self.fields if name.startswith("statement_")]

    def told(self) -> dict[str, Any]:
        """Return what services take."""
        given = self.cleaned_data
        return {
            **super().told(),
            "fee_minor": self.units("least_fee") or 0,
            "tax_bp": basis_points(given["tax"]),
            "tax_category": given["tax_category"],
            "identity_from_minor": self.units("identity_from") or None,
            "four_eyes_minor": self.units("four_eyes") or None,
            "channels": given["channels"],
            "providers": _named("provider_", given),
            "statement": _named("statement_", given),
        }


def _named(prefix: str, given: dict[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value
        for name, value in given.items()
        if name.startswith(prefix) and value
    }


def rule_initial(rule: Rule, asset: Asset) -> dict[str, object]:
    """Return what a rule's form begins with."""

    def text(minor: int | None) -> str:
        return "" if minor is None else decimal_text(minor, asset.scale)

    found: dict[str, object] = {
        "is_on": rule.is_on,
        "min": text(rule.min_minor),
        "max": text(rule.max_minor),
        "daily": text(rule.daily_minor),
        "daily_count": rule.daily_count,
        "fee": per_cent(rule.fee_bp),
        **AudienceFields.initial_of(rule.audience),
    }
    if isinstance(rule, WithdrawalRule):
        found |= {
            "tax": per_cent(rule.tax_bp),
            "tax_category": rule.tax_category,
            "identity_from": text(rule.identity_from_minor),
            "channels": rule.channels,
            "least_fee": text(rule.fee_minor) if rule.fee_minor else "",
            "four_eyes": text(rule.four_eyes_minor),
            **{f"provider_{code}": name for code, name in rule.providers.items()},
            **{f"statement_{code}": words for code, words in rule.statement.items()},
        }
    return found


def rule_of(asset: Asset, kind: type[WithdrawalRule | TransferRule]) -> Rule:
    """Return the rule of an asset, or what holds while there is none."""
    return kind.objects.filter(asset=asset).first() or kind(asset=asset)
