"""Forms of levels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.orders.change_forms import AmountField
from kernel.backoffice.promotions.terms_forms import PercentField, basis_points, per_cent
from kernel.common.money import BASIS_POINTS, Money
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.levels.choices import EarnsOn, Match
from kernel.levels.facts import known_facts
from kernel.levels.models import POINTS, Level
from kernel.levels.policy import MOST_DAYS, MOST_GROWTH
from kernel.levels.services.levels import HIGHEST_RANK, LONGEST_BENEFITS
from kernel.tenancy.context import current_tenant

_FIELD: Final = "from_"
_PLAIN: Final = ("rank", "name", "match", "free_shipping", "is_active")


class LevelForm(forms.Form):
    """A level: what it asks for and what it brings."""

    code = forms.SlugField(
        label=_("Short code"),
        max_length=40,
        help_text=_("Small letters; price lists and promotions name the level by it."),
    )
    rank = forms.IntegerField(
        label=_("Rank"),
        min_value=1,
        max_value=HIGHEST_RANK,
        help_text=_("The higher, the better."),
        localize=False,
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    match = forms.ChoiceField(label=_("How many conditions must hold"), choices=Match.choices)
    discount = PercentField(
        label=_("Per cent off all prices"),
        required=False,
        help_text=_("Shown as the member price. A promotion takes its place where it is better."),
    )
    free_shipping = forms.BooleanField(label=_("Free shipping"), required=False)
    points = forms.DecimalField(
        label=_("Points are multiplied by"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=6,
        decimal_places=2,
        initial=Decimal(1),
        localize=False,
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, row: Level | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, currency = row, current_tenant().currency
        if row is not None:
            del self.fields["code"]
        for code, label in settings.LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": _(label)},
                max_length=80,
                required=False,
            )
            self.fields[f"benefits_{code}"] = forms.CharField(
                label=_("Other benefits, in %(language)s") % {"language": _(label)},
                max_length=LONGEST_BENEFITS,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        for fact in known_facts():
            self.fields[f"{_FIELD}{fact.code}"] = (
                AmountField(currency, label=fact.label, required=False)
                if fact.is_amount
                else forms.IntegerField(
                    label=str(fact.label), required=False, min_value=1, localize=False
                )
            )

    @property
    def conditions(self) -> list[forms.BoundField]:
        """The fields of conditions."""
        return [self[name] for name in self.fields if name.startswith(_FIELD)]

    @property
    def words(self) -> list[forms.BoundField]:
        """The fields of names and benefits in each language."""
        return [self[name] for name in self.fields if name.startswith(("name_", "benefits_"))]

    def told(self) -> dict[str, Any]:
        """Return what services take; conditions of modules that are gone stay."""
        given = self.cleaned_data
        known = {fact.code for fact in known_facts()}
        present = self.row.conditions if self.row else []
        kept = [each for each in present if each["fact"] not in known]
        asked = [
            {"fact": name.removeprefix(_FIELD), "at_least": given[name]}
            for name in self.fields
            if name.startswith(_FIELD) and given[name]
        ]
        return {
            **{name: given[name] for name in _PLAIN},
            "conditions": [*kept, *asked],
            "discount_bp": basis_points(given["discount"]),
            "points_bp": int(given["points"] * BASIS_POINTS),
            "names": self._texts("name_"),
            "benefits": self._texts("benefits_"),
        }

    def _texts(self, prefix: str) -> dict[str, str]:
        return {
            code: self.cleaned_data[f"{prefix}{code}"]
            for code, _label in settings.LANGUAGES
            if self.cleaned_data[f"{prefix}{code}"]
        }


def level_initial(row: Level) -> dict[str, object]:
    """Return what a level's form begins with."""
    amounts = {fact.code for fact in known_facts() if fact.is_amount}
    currency = current_tenant().currency
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        "discount": per_cent(row.discount_bp),
        "points": Decimal(row.points_bp) / BASIS_POINTS,
        **{f"name_{code}": text for code, text in row.names.items()},
        **{f"benefits_{code}": text for code, text in row.benefits.items()},
        **{
            f"{_FIELD}{each['fact']}": Money(each["at_least"], currency).decimal()
            if each["fact"] in amounts
            else each["at_least"]
            for each in row.conditions
        },
    }


class LevelPolicyForm(forms.Form):
    """How growth and points are earned and levels are kept."""

    earns_on = forms.ChoiceField(
        label=_("An order brings growth and points"), choices=EarnsOn.choices
    )
    growth_per_unit = forms.IntegerField(
        label=_("Growth for each whole unit of the currency spent"),
        help_text=_("0 for none. What is refunded is taken back."),
        min_value=0,
        max_value=MOST_GROWTH,
        localize=False,
    )
    window_days = forms.IntegerField(
        label=_("Only orders of so many days count"),
        help_text=_("For amounts spent and numbers of orders. Empty for all."),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        localize=False,
    )
    grace_days = forms.IntegerField(
        label=_("Days of grace"),
        help_text=_("So long a level is kept after its conditions are no longer met."),
        min_value=0,
        max_value=MOST_DAYS,
        localize=False,
    )
    points_per_unit = forms.IntegerField(
        label=_("Points for each whole unit of the currency spent"),
        help_text=_(
            "0 for none. Levels multiply them; what is refunded is taken back. "
            "Orders from before they were switched on bring none."
        ),
        min_value=0,
        max_value=MOST_GROWTH,
        localize=False,
    )
    points_asset = forms.ChoiceField(
        label=_("Which points"),
        help_text=_("Kinds of points, and whether they expire, are decided under the ledger."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Asset.objects.filter(kind=AssetKind.POINTS, is_active=True).order_by("code")
        found = {asset.code: asset_name(asset) for asset in known}
        field: Any = self.fields["points_asset"]
        field.choices = list({POINTS: str(AssetKind.POINTS.label), **found}.items())


class GiveForm(forms.Form):
    """A level given by hand."""

    level = forms.ModelChoiceField(
        label=_("Level"),
        queryset=Level.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    is_fixed = forms.BooleanField(
        label=_("Leave it, whatever the conditions say"), required=False, initial=True
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["level"]
        field.queryset = Level.objects.filter(is_active=True).order_by("rank")
        field.label_from_instance = lambda row: row.label
