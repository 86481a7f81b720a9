"""Checks a value against the setting that a manifest declares."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from kernel.modules.manifest import Setting

LONGEST_TEXT: Final = 2000
MOST_NUMBERS: Final = 100
# What a bigint column holds; a larger number would fail far from here.
LARGEST_NUMBER: Final = 2**63 - 1


class Unacceptable(ValueError):
    """A value that a setting does not take; the text is for people."""


def checked(setting: Setting, value: object) -> object:
    """Return the value in the form that is stored.

    Raises:
        Unacceptable: of another kind, or out of bounds.
    """
    if setting.kind == "bool":
        if not isinstance(value, bool):
            raise Unacceptable(_("Yes or no is expected."))
        return value
    if setting.kind == "int":
        return _number(setting, value)
    if setting.kind == "text":
        return _text(setting, value)
    return _numbers(setting, value)


def _number(setting: Setting, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unacceptable(_("A whole number is expected."))
    lowest = -LARGEST_NUMBER if setting.minimum is None else setting.minimum
    highest = LARGEST_NUMBER if setting.maximum is None else setting.maximum
    if value < lowest:
        raise Unacceptable(_("At least %(bound)s is expected.") % {"bound": lowest})
    if value > highest:
        raise Unacceptable(_("At most %(bound)s is expected.") % {"bound": highest})
    return value


def _text(setting: Setting, value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise Unacceptable(_("A text is expected."))
    text = value.strip()
    if len(text) < (setting.minimum or 0):
        raise Unacceptable(
            _("At least %(count)s characters are expected.") % {"count": setting.minimum}
        )
    longest = LONGEST_TEXT if setting.maximum is None else setting.maximum
    if len(text) > longest:
        raise Unacceptable(_("At most %(count)s characters are expected.") % {"count": longest})
    return text


def _numbers(setting: Setting, value: object) -> list[int]:
    if not isinstance(value, list | tuple):
        raise Unacceptable(_("Whole numbers are expected, with commas between them."))
    if len(value) > MOST_NUMBERS:
        raise Unacceptable(_("At most %(count)s numbers are expected.") % {"count": MOST_NUMBERS})
    return [_number(setting, item) for item in value]
