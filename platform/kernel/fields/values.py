"""Checks what stands in a field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _

from kernel.fields.choices import FieldKind
from kernel.fields.models import OwnField

LONGEST: Final = 1000
_MOST_DIGITS: Final = 18
YES, NO = "yes", "no"


class Unfit(ValueError):
    """A value that a field does not take; the text is for people."""


def checked(field: OwnField, value: object) -> str:
    """Return a value as it is stored; empty for none.

    Raises:
        Unfit: it is of another kind, too long, or none of the list.
    """
    if isinstance(value, bool):
        text = YES if value else NO
    else:
        text = "" if value is None else str(value).strip()
    if not text:
        if field.is_required:
            raise Unfit(_("Something is expected here."))
        return ""
    if "\x00" in text or len(text) > LONGEST:
        raise Unfit(_("At most %(count)s characters are expected.") % {"count": LONGEST})
    if field.kind == FieldKind.NUMBER:
        return _number(text)
    if field.kind == FieldKind.DATE:
        return _day(text)
    if field.kind == FieldKind.CHOICE and text not in field.choices:
        raise Unfit(_("One of the list is expected."))
    if field.kind == FieldKind.BOOLEAN and text not in {YES, NO}:
        raise Unfit(_("Yes or no is expected."))
    return text


def _number(text: str) -> str:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if (
        not number.is_finite()
        or len(number.as_tuple().digits) > _MOST_DIGITS
        or abs(number.adjusted()) > _MOST_DIGITS
    ):
        raise Unfit(_("A number is expected."))
    return format(number.normalize(), "f") if number else "0"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Unfit(_("A day is expected.")) from None


def value_text(field: OwnField, text: str) -> str:
    """Return a value as people read it."""
    if field.kind == FieldKind.BOOLEAN:
        return _("Yes") if text == YES else _("No")
    return text
