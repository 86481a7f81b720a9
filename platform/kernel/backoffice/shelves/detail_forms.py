"""Forms of brands, units and product types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.shelves.forms import PicturedForm, other_languages
from kernel.catalogue.models import Brand, ProductType, Unit
from kernel.tenancy.context import current_tenant

_SPARE: Final = 3
_MOST_ROWS: Final = 100
KINDS: Final = {
    "text": _("Text"),
    "number": _("Number"),
    "choice": _("Choice"),
    "colour": _("Colour"),
    "boolean": _("Yes or no"),
    "date": _("Date"),
    "file": _("File"),
}
_PARTS: Final = ("name", "kind", "choices", "unit", "required")


class _Named(forms.Form):
    """A name in the shop's language, and in the others."""

    name = forms.CharField(label=_("Name"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in other_languages():
            self.fields[f"name_{code}"] = forms.CharField(
                label=f"{_('Name')} ({language})", max_length=200, required=False
            )

    def translations(self) -> list[forms.BoundField]:
        """Return the fields for other languages."""
        return [self[f"name_{code}"] for code, _name in other_languages()]

    def i18n(self) -> dict[str, dict[str, str]]:
        """Return the names in other languages, as brands and types keep them."""
        given = {code: self.cleaned_data[f"name_{code}"] for code, _n in other_languages()}
        return {code: {"name": text} for code, text in given.items() if text}


class BrandForm(PicturedForm, _Named):
    """Who makes goods."""

    position = forms.IntegerField(label=_("Place"), min_value=0, max_value=10_000, initial=0)

    @staticmethod
    def initial_of(row: Brand) -> dict[str, object]:
        """Return what the form of a brand begins with."""
        return {"name": row.name, "position": row.position} | _names(row.i18n)

    def told(self, row: Brand | None) -> dict[str, Any]:
        """Return what `save_brand` takes."""
        given = self.cleaned_data
        kept = {"handle": row.handle} if row is not None else {}
        texts = {"name": given["name"], "i18n": self.i18n()}
        if (picture := self.picture()) is not None:
            kept["logo"] = picture
        return {**texts, "position": given["position"], **kept}


class UnitForm(forms.Form):
    """What a quantity counts."""

    code = forms.SlugField(
        label=_("Short code"), max_length=40, help_text=_("Small letters, digits and hyphens.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            is_own = code == current_tenant().locale.lower()
            self.fields[f"name_{code}"] = forms.CharField(
                label=f"{_('Name')} ({language})", max_length=40, required=is_own
            )

    @staticmethod
    def initial_of(row: Unit) -> dict[str, object]:
        """Return what the form of a unit begins with."""
        return {"code": row.code} | {f"name_{code}": text for code, text in row.names.items()}

    def told(self, row: Unit | None) -> dict[str, Any]:
        """Return what `save_unit` takes."""
        names = {code: self.cleaned_data[f"name_{code}"] for code, _n in settings.LANGUAGES}
        return {
            "code": row.code if row is not None else self.cleaned_data["code"],
            "names": {code: text for code, text in names.items() if text},
        }


class TypeForm(_Named):
    """A kind of goods, with the attributes that describe it."""

    code = forms.SlugField(
        label=_("Short code"), max_length=80, help_text=_("Small letters, digits and hyphens.")
    )

    def __init__(self, data: Any = None, *, row: ProductType | None = None) -> None:
        self.known: Sequence[Mapping[str, Any]] = row.schema if row is not None else ()
        initial: dict[str, object] = {}
        if row is not None:
            initial = {"name": row.name, "code": row.code} | _names(row.i18n)
        for number, entry in enumerate(self.known):
            initial |= self._row_initial(number, entry)
        super().__init__(data, initial=initial)
        self.size = min(max(len(self.known), self._sent()) + _SPARE, _MOST_ROWS)
        for number in range(self.size):
            self._add_row(number)
        for name, field in self.fields.items():
            if name.startswith("row_"):
                label = f"{field.label} {int(name.split('_')[1]) + 1}"
                field.widget.attrs["aria-label"] = label

    @staticmethod
    def _row_initial(number: int, entry: Mapping[str, Any]) -> dict[str, object]:
        names: Mapping[str, str] = entry["names"]
        own = current_tenant().locale.lower()
        found: dict[str, object] = {
            f"row_{number}_name": names.get(own) or next(iter(names.values()), entry["code"]),
            f"row_{number}_kind": entry["kind"],
            f"row_{number}_choices": ", ".join(entry["choices"]),
            f"row_{number}_unit": entry["unit"],
            f"row_{number}_required": entry["required"],
        }
        others = other_languages()
        return found | {f"row_{number}_name_{code}": names.get(code, "") for code, _n in others}

    def _add_row(self, number: int) -> None:
        row = f"row_{number}_"
        self.fields[f"{row}name"] = forms.CharField(
            label=_("Attribute"), max_length=80, required=False
        )
        for code, language in other_languages():
            self.fields[f"{row}name_{code}"] = forms.CharField(
                label=f"{_('Attribute')} ({language})", max_length=80, required=False
            )
        self.fields[f"{row}kind"] = forms.ChoiceField(
            label=_("Kind"), choices=list(KINDS.items()), required=False
        )
        self.fields[f"{row}choices"] = forms.CharField(
            label=_("Choices"), max_length=4000, required=False
        )
        self.fields[f"{row}unit"] = forms.CharField(label=_("Unit"), max_length=20, required=False)
        self.fields[f"{row}required"] = forms.BooleanField(label=_("Needed"), required=False)

    def _sent(self) -> int:
        numbers = [
            int(name.split("_")[1])
            for name, value in self.data.items()
            if value and name.startswith("row_") and name.split("_")[1].isdigit()
        ]
        return min(max(numbers, default=-1) + 1, _MOST_ROWS)

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the fields of each attribute."""
        parts = [_PARTS[0], *(f"name_{code}" for code, _n in other_languages()), *_PARTS[1:]]
        return [[self[f"row_{n}_{part}"] for part in parts] for n in range(self.size)]

    def heads(self) -> list[forms.BoundField]:
        """Return the fields above the attributes."""
        return [self[name] for name in self.fields if not name.startswith("row_")]

    def told(self, row: ProductType | None) -> dict[str, Any]:
        """Return what `save_product_type` takes; a row without a name is left out."""
        taken = {str(entry["code"]) for entry in self.known}
        free = (code for number in count(1) if (code := f"a{number}") not in taken)
        schema = []
        for number in range(self.size):
            if self.cleaned_data[f"row_{number}_name"]:
                code = self.known[number]["code"] if number < len(self.known) else next(free)
                schema.append(self._entry(number, str(code)))
        return {
            "code": row.code if row is not None else self.cleaned_data["code"],
            "name": self.cleaned_data["name"],
            "i18n": self.i18n(),
            "schema": schema,
        }

    def _entry(self, number: int, code: str) -> dict[str, object]:
        given = {
            name.removeprefix(f"row_{number}_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith(f"row_{number}_")
        }
        names = {current_tenant().locale.lower(): given["name"]}
        names |= {other: given[f"name_{other}"] for other, _n in other_languages()}
        texts = str(given["choices"]).replace("，", ",").split(",")
        return {
            "code": code,
            "kind": given["kind"] or "text",
            "names": {language: text for language, text in names.items() if text},
            "required": given["required"],
            "choices": [text.strip() for text in texts if text.strip()],
            "unit": given["unit"],
        }


def _names(i18n: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    return {f"name_{code}": own.get("name", "") for code, own in i18n.items()}
