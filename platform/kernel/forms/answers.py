"""Checks what was filled in, by the rules of own fields where they have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kernel.fields.choices import FieldKind
from kernel.fields.models import OwnField
from kernel.fields.values import LONGEST, YES, Unfit, checked
from kernel.forms.choices import AskKind
from kernel.forms.document import Ask
from kernel.forms.errors import InvalidAnswers
from kernel.i18n.languages import in_any

LONGEST_TEXT: Final = 5_000
_LIMITS: Final = {AskKind.TEXT: 200, AskKind.EMAIL: 254, AskKind.PHONE: 32}
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]{3,29}")
_OWN: Final = {AskKind.NUMBER: FieldKind.NUMBER, AskKind.DATE: FieldKind.DATE}

Given = Mapping[str, Sequence[str]]


def longest_of(ask: Ask) -> int:
    """Return how many characters a text may have."""
    usual = LONGEST_TEXT if ask.kind == AskKind.LONG else _LIMITS.get(AskKind(ask.kind), LONGEST)
    return min(usual, ask.most or usual) if ask.kind in {AskKind.TEXT, AskKind.LONG} else usual


def checked_answers(asks: Sequence[Ask], given: Given, *, language: str) -> list[dict[str, Any]]:
    """Return answers as they are kept, with the labels of a language; what is empty is left out.

    Raises:
        InvalidAnswers: one does not fit; ``invalid`` has a sentence by key.
    """
    found, faults = [], {}
    for ask in asks:
        try:
            text = _text(ask, [str(each) for each in given.get(ask.key, ())], language)
        except Unfit as fault:
            faults[ask.key] = str(fault)
        else:
            if text:
                label = in_any(ask.label, language)
                found.append({"field": ask.key, "kind": ask.kind, "label": label, "text": text})
    if faults:
        raise InvalidAnswers(invalid=faults)
    if not found:
        raise InvalidAnswers(_("Please fill something in."), invalid={})
    return found


def _text(ask: Ask, values: Sequence[str], language: str) -> str:
    told = [each.strip() for each in values if each.strip()]
    if not told:
        if ask.is_required:
            raise Unfit(
                _("Please tick this to go on.")
                if ask.kind == AskKind.TICK
                else _("Something is expected here.")
            )
        return ""
    if ask.kind in {AskKind.CHOICE, AskKind.CHOICES}:
        return _chosen(ask, told, language)
    if ask.kind == AskKind.TICK:
        return YES
    return _typed(ask, told[0])


def _typed(ask: Ask, text: str) -> str:
    if "\x00" in text or len(text) > longest_of(ask):
        raise Unfit(_("At most %(count)s characters are expected.") % {"count": longest_of(ask)})
    if ask.kind in _OWN:
        text = checked(OwnField(kind=_OWN[AskKind(ask.kind)]), text)
    if ask.kind == AskKind.NUMBER:
        _within(ask, Decimal(text))
    if ask.kind == AskKind.PHONE and not _PHONE.fullmatch(text):
        raise Unfit(_("A telephone number is expected, such as 13800138000 or +44 20 7946 0000."))
    if ask.kind == AskKind.EMAIL:
        try:
            validate_email(text)
        except ValidationError:
            raise Unfit(_("An e-mail address is expected, such as name@example.com.")) from None
    return text


def _chosen(ask: Ask, told: Sequence[str], language: str) -> str:
    texts = {each["key"]: in_any(_without_key(each), language) for each in ask.choices}
    if any(each not in texts for each in told) or (ask.kind == AskKind.CHOICE and len(told) > 1):
        raise Unfit(_("One of the list is expected."))
    if ask.most is not None and len(set(told)) > ask.most:
        raise Unfit(_("At most %(count)s may be chosen.") % {"count": ask.most})
    # In the order of the list, each once.
    return "; ".join(text for key, text in texts.items() if key in told)


def _without_key(choice: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in choice.items() if name != "key"}


def _within(ask: Ask, number: Decimal) -> None:
    if ask.least is not None and number < ask.least:
        raise Unfit(_("At least %(number)s is expected.") % {"number": ask.least})
    if ask.most is not None and number > ask.most:
        raise Unfit(_("At most %(number)s is expected.") % {"number": ask.most})
