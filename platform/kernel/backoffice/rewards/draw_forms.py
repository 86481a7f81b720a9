"""The terms of a draw, as staff fill them in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from kernel.backoffice.moments import MomentField
from kernel.catalogue.texts import in_language
from kernel.ledger.models import Asset
from kernel.rewards.draws.algorithm import MILLION
from kernel.rewards.draws.choices import Kind
from kernel.rewards.draws.errors import InvalidDraw
from kernel.rewards.draws.services import Prize

_SHOWN: Final = 5
_CENTS: Final = 100
_PER_CENT: Final = MILLION // 100


class DrawForm(forms.Form):
    """The terms of a draw without its prizes."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    title = forms.CharField(label=_("Name (Chinese)"), max_length=80)
    title_en = forms.CharField(label=_("Name (English)"), max_length=80, required=False)
    rules = forms.CharField(
        label=_("Rules (Chinese)"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    rules_en = forms.CharField(
        label=_("Rules (English)"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Closes, and is revealed"))
    entries_each = forms.IntegerField(
        label=_("Entries of each member"), min_value=1, max_value=100, initial=1
    )
    adults_only = forms.BooleanField(label=_("For people of 18 years and more"), required=False)

    def terms(self) -> dict[str, Any]:
        """Return what was filled in as the service takes it."""
        told = self.cleaned_data
        return {
            "kind": told["kind"],
            "titles": _both(told["title"], told["title_en"]),
            "rules": _both(told["rules"], told["rules_en"]),
            "opens_at": told["opens_at"],
            "closes_at": told["closes_at"],
            "entries_each": told["entries_each"],
            "adults_only": told["adults_only"],
        }

    def show(self, refusal: InvalidDraw) -> None:
        """Show why the draw cannot be published, beside the fields."""
        wrong: Any = refusal.fields.get("invalid", {})
        for name, text in wrong.items():
            self.add_error(name if name in self.fields else None, text)


class PrizeForm(forms.Form):
    """One prize; a row without a name is none."""

    name = forms.CharField(label=_("Prize"), max_length=80, required=False)
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=10_000, required=False)
    chance = forms.DecimalField(
        label=_("Chance in %"),
        min_value=Decimal("0.0001"),
        max_value=Decimal(100),
        decimal_places=4,
        required=False,
    )
    value = forms.DecimalField(
        label=_("Worth of a piece"), min_value=0, decimal_places=2, max_digits=12, required=False
    )
    asset = forms.ChoiceField(label=_("Put on the balance"), required=False)
    units = forms.IntegerField(label=_("How much of it"), min_value=1, required=False)

    def __init__(self, *args: Any, assets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].choices = assets  # type: ignore[attr-defined]

    @override
    def clean(self) -> dict[str, Any]:
        """Ask for the number of pieces where there is a name."""
        told = self.cleaned_data
        if told.get("name") and not told.get("quantity"):
            self.add_error("quantity", _("How many are there?"))
        return told

    def wanted(self) -> Prize | None:
        """Return the prize, if there is one."""
        told = self.cleaned_data
        if not told.get("name"):
            return None
        scale = dict(Asset.objects.filter(code=told["asset"]).values_list("code", "scale"))
        units = (told.get("units") or 0) * 10 ** scale.get(told["asset"], 0)
        return Prize(
            name=told["name"].strip(),
            quantity=told["quantity"],
            chance=int((told.get("chance") or 0) * _PER_CENT),
            value_minor=int((told.get("value") or 0) * _CENTS),
            asset=told["asset"],
            units=units if told["asset"] else 0,
        )


_Rows: Final = forms.formset_factory(PrizeForm, extra=_SHOWN, max_num=20, absolute_max=20)


class Prizes(_Rows):  # type: ignore[valid-type, misc]  # made by Django at run time
    """The prizes, the first one first."""

    def __init__(self, data: Any = None, *, prefix: str) -> None:
        rows = Asset.objects.filter(is_active=True, is_withdrawable=False).order_by("code")
        named = [(row.code, in_language(row.names, get_language()) or row.code) for row in rows]
        super().__init__(data, prefix=prefix, form_kwargs={"assets": [("", "—"), *named]})

    def wanted(self) -> list[Prize]:
        """Return the prizes that have a name."""
        found = [form.wanted() for form in self.forms]
        return [prize for prize in found if prize is not None]


def _both(chinese: str, english: str) -> dict[str, str]:
    return {code: text for code, text in (("zh-hans", chinese), ("en", english)) if text.strip()}
