"""Countries and regions by their names, in forms and lists of the console."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.members.regions import path_of, regions_named, written
from kernel.reference.countries import code_of, name_in

_BETWEEN: Final = re.compile(r"[,，;；、\n]+")
_LETTERS: Final = re.compile(r"[A-Za-z]{2}", re.ASCII)
_WHOLE: Final = 6


class CountriesField(forms.CharField):
    """Countries by name or by their two letters, with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2_000, required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        """Return the codes, each once.

        Raises:
            ValidationError: one is no country.
        """
        text = super().clean(value)
        found = []
        for part in filter(None, map(str.strip, _BETWEEN.split(text))):
            # Two letters in a row without a comma were always possible.
            names = part.split() if all(map(_LETTERS.fullmatch, part.split())) else [part]
            found += [_country(each) for each in names]
        return list(dict.fromkeys(found))

    def prepare_value(self, value: Any) -> Any:
        """Show codes by their names."""
        return country_names(value) if isinstance(value, list) else value


class RegionsField(forms.CharField):
    """Regions by name, or by the beginnings of their codes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2_000, required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        """Return the codes as they are kept: without the zeros at their ends.

        Raises:
            ValidationError: a name is none, or of several regions.
        """
        parts = filter(None, map(str.strip, _BETWEEN.split(super().clean(value))))
        found = [code for part in parts for code in _regions(part)]
        return list(dict.fromkeys(found))

    def prepare_value(self, value: Any) -> Any:
        """Show codes by their names."""
        return region_names(value) if isinstance(value, list) else value


def country_names(codes: Iterable[str]) -> str:
    """Return countries by their names."""
    language = get_language() or ""
    return ", ".join(name_in(code, language) for code in codes)


def region_names(codes: Iterable[str]) -> str:
    """Return regions by their names, those without one by their codes."""
    return ", ".join(written(_full(code)) or code for code in codes)


def place_of(code: str) -> str:
    """Return what a place is called: a division of China, a country, or a part of one."""
    if code.isdigit():
        return written(code) or code
    country, dash, part = code.partition("-")
    name = name_in(country, get_language() or "")
    return f"{name} · {part}" if dash else name


def _country(text: str) -> str:
    code = code_of(text)
    if not code and _LETTERS.fullmatch(text):
        # There are more countries than have a name here.
        code = text.upper()
    if not code:
        told = _("“%(name)s” is no country that is known. Its two letters help.")
        raise forms.ValidationError(told % {"name": text[:40]})
    return code


def _regions(text: str) -> list[str]:
    words = text.split()
    if all(re.fullmatch(r"[A-Za-z0-9-]+", word) for word in words):
        return words
    found = regions_named(text)
    exact = [each for each in found if each.name == words[-1]] or found
    if not found:
        raise forms.ValidationError(_("There is no such region."))
    if len(exact) > 1 and len(exact[0].code.rstrip("0")) == len(exact[1].code.rstrip("0")):
        several = "、".join(written(each.code) for each in exact[:5])
        told = _("There are several: %(names)s")
        raise forms.ValidationError(told % {"names": several})
    return [_prefix(exact[0].code)]


def _prefix(code: str) -> str:
    """Return what the codes of all parts of a division begin with."""
    if len(code) != _WHOLE:
        return code
    return code.removesuffix("00").removesuffix("00")


def _full(prefix: str) -> str:
    full = prefix.ljust(_WHOLE, "0") if prefix.isdigit() else prefix
    return full if path_of(full) else prefix
