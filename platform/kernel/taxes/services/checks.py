"""What texts, codes and countries must be like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from kernel.taxes.errors import InvalidTax

CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_REGION: Final = re.compile(r"[A-Za-z0-9-]{1,12}", re.ASCII)
_LONGEST_NAME: Final = 80
_LONGEST_LANGUAGE: Final = 10
_MOST_PLACES: Final = 300


def checked_code(code: str) -> str:
    """Return a code that can be kept.

    Raises:
        InvalidTax: it is none.
    """
    if not CODE.fullmatch(code):
        raise InvalidTax(_("Small letters, digits, - and _ are possible."), field="code")
    return code


def checked_names(names: Mapping[str, str], *, field: str = "names") -> dict[str, str]:
    """Return names that can be kept, at least one.

    Raises:
        InvalidTax: none is given, or one is too long.
    """
    kept = {key: " ".join(str(name).replace("\x00", "").split()) for key, name in names.items()}
    kept = {key: name for key, name in kept.items() if name}
    if not kept or any(
        len(name) > _LONGEST_NAME or len(key) > _LONGEST_LANGUAGE for key, name in kept.items()
    ):
        text = _("A name of at most %(number)s letters is needed.") % {"number": _LONGEST_NAME}
        raise InvalidTax(text, field=field)
    return kept


def checked_country(text: str, *, field: str = "country", may_miss: bool = False) -> str:
    """Return a country's two letters.

    Raises:
        InvalidTax: these are none.
    """
    country = text.strip().upper()
    if not _COUNTRY.fullmatch(country) and not (may_miss and not country):
        raise InvalidTax(_("A country has two letters: GB."), field=field)
    return country


def checked_countries(texts: Sequence[str]) -> list[str]:
    """Return countries, each once.

    Raises:
        InvalidTax: one is none, or there are too many.
    """
    if len(texts) > _MOST_PLACES:
        raise InvalidTax(_("These are too many places."), field="countries")
    return list(dict.fromkeys(checked_country(each, field="countries") for each in texts))


def checked_regions(texts: Sequence[str], countries: Sequence[str]) -> list[str]:
    """Return beginnings of region codes, each once.

    Raises:
        InvalidTax: one is none, or it does not stand in one country.
    """
    kept = list(dict.fromkeys(each.strip() for each in texts if each.strip()))
    if len(kept) > _MOST_PLACES:
        raise InvalidTax(_("These are too many places."), field="regions")
    if any(not _REGION.fullmatch(each) for each in kept):
        raise InvalidTax(_("A region is given by its code."), field="regions")
    if kept and len(countries) != 1:
        raise InvalidTax(_("Regions stand in exactly one country."), field="regions")
    return kept
