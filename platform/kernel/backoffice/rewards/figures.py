"""Forms made of the figures of packs: every number, every asset, every rank."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.rewards.errors import FigureRefused
from kernel.rewards.packs.expiry import DAYS, EXPIRY, ON, expiring_assets
from kernel.rewards.packs.figures import NAMES, assets, named, own_figures, ranks
from kernel.rewards.packs.loading import Pack
from kernel.rewards.policy.texts import worded
from kernel.rewards.simulation.scenarios import MOST_ORDERS

FACTS: Final[Mapping[str, Any]] = {
    "not_a_number": _("A number is needed."),
    "negative_rate": _("It cannot be below zero."),
    "too_large": _("It is too large."),
    "unbounded_depth": _("It pays without a bounded number of levels."),
    "not_a_table": _("The table has another form."),
    "never_expires": _("Money and what becomes money never expires."),
    "days_or_date": _("Give days or a day, not both."),
    "not_a_date": _("A day is needed."),
    "unknown_name": _("The mode knows no such thing."),
}
_AT: Final = "__"


class FiguresForm(forms.Form):
    """A field for each figure of packs, and names for their assets and ranks.

    Tables of plain figures have a field for each entry; others are written as JSON.
    """

    def __init__(
        self, packs: Sequence[Pack], kept: Mapping[str, Any], *args: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.packs = packs
        self.specs = {name: spec for pack in packs for name, spec in pack.parameters.items()}
        for name, spec in self.specs.items():
            self._add(name, spec, kept.get(name, spec["default"]))
        self._figures = list(self.fields)
        ends = kept.get(EXPIRY, {})
        for code, asset in expiring_assets(packs).items():
            self._end(code, asset, ends.get(code, {}), kept)
        self._ends = list(self.fields)[len(self._figures) :]
        names = kept.get(NAMES, {})
        for code, words in assets(packs).items():
            self._name("assets", code, words, names)
        usual = {
            rank: words for pack in packs for rank, words in pack.document.get("ranks", {}).items()
        }
        for rank in ranks(packs):
            self._name("ranks", rank, usual.get(rank, {}), names)

    @property
    def figures(self) -> list[forms.BoundField]:
        """The fields of figures."""
        return [self[name] for name in self._figures]

    @property
    def names(self) -> list[forms.BoundField]:
        """The fields of names."""
        return [self[name] for name in self.fields if name not in {*self._figures, *self._ends}]

    @property
    def ends(self) -> list[forms.BoundField]:
        """The fields that say when units expire."""
        return [self[name] for name in self._ends]

    def told(self) -> dict[str, Any]:
        """Return what was changed, refusing by field what does not fit."""
        try:
            return own_figures(self.packs, self._values())
        except FigureRefused as refusal:
            name = str(refusal.fields["name"])
            field = next((one for one in self.fields if name in one.split(_AT)[:2]), None)
            self.add_error(field, str(FACTS.get(str(refusal.fields["fact"]), refusal.title)))
            return {}

    def _add(self, name: str, spec: Mapping[str, Any], value: Any) -> None:
        label = worded(spec)
        if spec["kind"] == "flag":
            self.fields[name] = forms.BooleanField(label=label, required=False, initial=value)
        elif spec["kind"] != "table":
            required = spec["kind"] != "text"
            self.fields[name] = forms.CharField(
                label=label, required=required, initial=value, max_length=120,
                help_text=_units(spec["kind"]),
                widget=forms.TextInput(attrs={"inputmode": "decimal"} if required else {}),
            )  # fmt: skip
        elif cells := _cells(spec["default"]):
            known = _cells(value)
            for key in cells:
                self.fields[f"{name}{_AT}{key}"] = forms.CharField(
                    label=f"{label} · {key}", max_length=40, initial=known.get(key, ""),
                    widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                )  # fmt: skip
        else:
            told = json.dumps(value, ensure_ascii=False)
            self.fields[name] = forms.CharField(
                label=label, initial=told, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
            )

    def _end(
        self, code: str, asset: Mapping[str, Any], own: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> None:
        called = named(kept, "assets", code, asset["names"])
        label = {"units": worded(called)}
        usual = asset.get("expiry_days", "")
        if not isinstance(usual, str):
            usual = str(usual)
        elif usual in self.specs:
            usual = ""  # a figure of the mode says it
        self.fields[f"{EXPIRY}{_AT}{code}{_AT}{DAYS}"] = forms.CharField(
            label=gettext("%(units)s: can be used for so many days") % label, required=False,
            initial=own.get(DAYS, ""), max_length=5,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": usual}),
        )  # fmt: skip
        self.fields[f"{EXPIRY}{_AT}{code}{_AT}{ON}"] = forms.CharField(
            label=gettext("%(units)s: or until a day") % label, required=False,
            initial=own.get(ON, ""), max_length=10,
            help_text=_("What is earned after that day expires on the same day of a later year."),
            widget=forms.DateInput(attrs={"type": "date"}),
        )  # fmt: skip

    def _name(
        self, kind: str, code: str, words: Mapping[str, str], names: Mapping[str, Any]
    ) -> None:
        own = names.get(kind, {}).get(code, {})
        for lang, language in (("zh", _("Chinese")), ("en", _("English"))):
            self.fields[f"{kind}{_AT}{code}{_AT}{lang}"] = forms.CharField(
                label=f"{words.get(lang, code)} · {language}", required=False, max_length=40,
                initial=own.get(lang, ""),
                widget=forms.TextInput(attrs={"placeholder": words.get(lang, code)}),
            )  # fmt: skip

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, spec in self.specs.items():
            if spec["kind"] == "table":
                values[name] = self._table(name, spec["default"])
            else:
                values[name] = self.cleaned_data.get(name, spec["default"])
        names: dict[str, Any] = {}
        for field in self.names:
            kind, code, lang = field.name.split(_AT)
            if word := self.cleaned_data.get(field.name):
                names.setdefault(kind, {}).setdefault(code, {})[lang] = word
        return {**values, EXPIRY: self._told_ends(), NAMES: names}

    def _told_ends(self) -> dict[str, Any]:
        ends: dict[str, Any] = {}
        for field in self.ends:
            _kind, code, way = field.name.split(_AT)
            if told := self.cleaned_data.get(field.name):
                ends.setdefault(code, {})[way] = told
        return ends

    def _table(self, name: str, usual: Any) -> Any:
        cells = _cells(usual)
        if not cells:
            try:
                return json.loads(self.cleaned_data.get(name) or "null")
            except ValueError as error:
                raise FigureRefused(name=name, fact="not_a_table") from error
        found = {key: self.cleaned_data.get(f"{name}{_AT}{key}", "") for key in cells}
        return found if isinstance(usual, Mapping) else list(found.values())


def _cells(table: Any) -> dict[str, Any]:
    """Return the entries of a table of plain figures; nothing for any other."""
    if isinstance(table, Mapping):
        cells = dict(table)
    else:
        cells = {str(at): one for at, one in enumerate(table, start=1)}
    return {} if any(isinstance(one, list | Mapping) for one in cells.values()) else cells


def _units(kind: str) -> str:
    words = {"percent": "%", "money": gettext("Money"), "count": gettext("A whole number")}
    return words.get(kind, "")


def _share(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=100)


class AssumptionsForm(forms.Form):
    """What a simulation supposes."""

    price = forms.DecimalField(label=_("Price of what is sold"), min_value=0, decimal_places=2)
    cost = forms.DecimalField(label=_("What it costs you"), min_value=0, decimal_places=2)
    orders = forms.IntegerField(
        label=_("Orders in each scenario"), min_value=1, max_value=MOST_ORDERS
    )
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=365)
    referred_pct = forms.DecimalField(
        label=_("New members whom somebody referred, %"), min_value=0, max_value=100
    )
    repeat_pct = forms.DecimalField(
        label=_("Orders of who bought before, %"), min_value=0, max_value=100
    )
    refund_pct = forms.DecimalField(
        label=_("Orders that are sent back, %"), min_value=0, max_value=100
    )
    withdraw_pct = forms.DecimalField(
        label=_("Taken out by members each day, %"), min_value=0, max_value=100
    )
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=2**31,
        help_text=_("The same seed gives the same report."),
    )  # fmt: skip
