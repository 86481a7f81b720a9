"""Forms of languages and currencies."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.common.money import DECIMALS, InvalidAmount, Money
from kernel.i18n.choices import RateSource, RoundingRule
from kernel.i18n.languages import NAMES
from kernel.i18n.models import ShopCurrency
from kernel.i18n.rates import rate_provider
from kernel.i18n.services import CurrencyTerms, LanguageTerms
from kernel.i18n.services.languages import shop_languages
from kernel.reference.currencies import name_in
from kernel.tenancy.context import current_tenant

NO, PREPARED, OFFERED = "", "prepared", "offered"
_STATES: Final = [
    (NO, _("Not used")),
    (PREPARED, _("In preparation: only staff see it")),
    (OFFERED, _("Offered to buyers")),
]
_PERCENT: Final = Decimal(100)


def _called(language: str, what: object) -> forms.Select:
    """Return a choice in a table, where only the head says what it is."""
    return forms.Select(attrs={"aria-label": f"{language}: {what}"})


class LanguagesForm(forms.Form):
    """Which languages there are, and what stands in for what is missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = current_tenant().locale
        known = {each.code: each for each in shop_languages()}
        self._codes = [*known, *(code for code in NAMES if code not in known)]
        for code in self._codes:
            row = known.get(code)
            if code == self.own:
                continue
            state = NO if row is None else (OFFERED if row.is_offered else PREPARED)
            self.fields[f"state_{code}"] = forms.ChoiceField(
                label=NAMES[code],
                choices=_STATES,
                initial=state,
                required=False,
                widget=_called(NAMES[code], _("State")),
            )
            others = [(other, NAMES[other]) for other in NAMES if other not in {code, self.own}]
            self.fields[f"other_{code}"] = forms.ChoiceField(
                label=_("Stands in for what is missing"),
                choices=[("", NAMES[self.own]), *others],
                initial=row.falls_back_to if row else "",
                required=False,
                widget=_called(NAMES[code], _("Stands in for what is missing")),
            )

    def lines(self) -> Iterator[tuple[str, str, Any, Any]]:
        """Return code and name of each foreign language with its two fields."""
        for code in self._codes:
            if code != self.own:
                yield code, NAMES[code], self[f"state_{code}"], self[f"other_{code}"]

    def told(self) -> list[LanguageTerms]:
        """Return the languages as services take them, the shop's own first."""
        given = self.cleaned_data
        found = [LanguageTerms(self.own)]
        for code in self._codes:
            if code != self.own and given[f"state_{code}"]:
                is_offered = given[f"state_{code}"] == OFFERED
                found.append(LanguageTerms(code, given[f"other_{code}"], is_offered))
        return found


class CurrencyForm(forms.Form):
    """How prices are shown in a currency."""

    code = forms.ChoiceField(label=_("Currency"))
    source = forms.ChoiceField(label=_("Its rate is"), choices=RateSource.choices)
    rate = forms.DecimalField(
        label=_("Rate"),
        required=False,
        max_digits=22,
        decimal_places=10,
        min_value=Decimal("1e-9"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    margin = forms.DecimalField(
        label=_("Put on the rate (percent)"),
        required=False,
        max_digits=5,
        decimal_places=2,
        min_value=-50,
        max_value=50,
        help_text=_("For what changing money costs. Negative takes something off."),
    )
    rounding = forms.ChoiceField(label=_("Round"), choices=RoundingRule.choices)
    step = forms.CharField(
        label=_("To steps of"),
        max_length=20,
        help_text=_("0.05 shows 12.34 as 12.35; 1 shows whole amounts."),
    )
    below = forms.CharField(
        label=_("Prices end below a step by"),
        max_length=20,
        required=False,
        help_text=_("0.01 with steps of 1 shows 12.99. Sums are never shortened."),
    )
    is_shown = forms.BooleanField(label=_("Buyers can choose it"), required=False, initial=True)
    position = forms.IntegerField(
        label=_("Place in the order"), min_value=0, max_value=999, initial=0
    )

    def __init__(self, *args: Any, row: ShopCurrency | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self._own = row, current_tenant().currency
        if row is not None:
            del self.fields["code"]
        else:
            taken = set(ShopCurrency.objects.values_list("code", flat=True)) | {self._own}
            language = get_language() or ""
            choices = [(c, f"{c} · {name_in(c, language)}") for c in DECIMALS if c not in taken]
            self.fields["code"].choices = choices  # type: ignore[attr-defined]
        if rate_provider() is None and (row is None or row.source == RateSource.MANUAL):
            del self.fields["source"]
        wanted = row.code if row else "…"
        self.fields["rate"].help_text = _("1 %(own)s is worth so many %(other)s.") % {
            "own": self._own,
            "other": wanted,
        }

    def clean(self) -> dict[str, Any]:
        """Read the amounts in the currency that was chosen."""
        given: dict[str, Any] = super().clean() or {}
        code = self.row.code if self.row else given.get("code", "")
        for name in ("step", "below"):
            text = given.get(name) or ("0" if name == "below" else "")
            try:
                given[f"{name}_minor"] = Money.parse(text, code).minor
            except InvalidAmount as refusal:
                self.add_error(name, str(refusal))
        return given

    def told(self) -> CurrencyTerms:
        """Return the currency as services take it."""
        given = self.cleaned_data
        return CurrencyTerms(
            code=self.row.code if self.row else given["code"],
            rate=given.get("rate"),
            source=given.get("source") or RateSource.MANUAL,
            margin_bp=int((given.get("margin") or 0) * _PERCENT),
            rounding=given["rounding"],
            step_minor=given["step_minor"],
            below_minor=given["below_minor"],
            is_shown=given["is_shown"],
            position=given["position"],
        )


def currency_initial(row: ShopCurrency) -> dict[str, Any]:
    """Return what the form of a currency begins with."""
    return {
        "source": row.source,
        "rate": None if row.rate is None else format(row.rate.normalize(), "f"),
        "margin": format(Decimal(row.margin_bp) / _PERCENT, "f"),
        "rounding": row.rounding,
        "step": Money(row.step_minor, row.code).decimal(),
        "below": Money(row.below_minor, row.code).decimal() if row.below_minor else "",
        "is_shown": row.is_shown,
        "position": row.position,
    }


class TextFilter(forms.Form):
    """What a list of texts is narrowed down by."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    wanted_text = forms.CharField(label=_("Text"), required=False, max_length=80)
    missing = forms.BooleanField(label=_("Missing ones alone"), required=False)

    def __init__(self, data: Any, languages: list[str]) -> None:
        super().__init__(data, auto_id="narrow_%s")
        choices = [(code, NAMES.get(code, code)) for code in languages]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]
        self.full_clean()
        told = self.cleaned_data
        self.chosen: str = told.get("language") or (languages[0] if languages else "")
        self.text: str = (told.get("wanted_text") or "").replace("\x00", "")
        self.is_missing: bool = bool(told.get("missing"))
        self.initial["language"] = self.chosen
