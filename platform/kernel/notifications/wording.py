"""The words of messages: templates with variables, checked when they are saved.

A template is plain text in which ``{{ name }}`` stands for a variable of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kernel.notifications.choices import MessageChannel
from kernel.notifications.errors import InvalidTemplate, UnknownKind
from kernel.notifications.kinds import Kind, kind_of
from kernel.notifications.models import MessageTemplate

LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 5_000
LONGEST_SMS: Final = 500
_VARIABLE: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a body; of a template, or with the variables filled in."""

    subject: str
    body: str


def common_variables() -> dict[str, str]:
    """Return what every template may say, with what it is."""
    return {"shop": _("Name of the shop"), "link": _("Address of the page it is about")}


def known_kind(code: str, channel: str, language: str) -> Kind:
    """Return a kind that has words by a channel and in a language.

    Raises:
        UnknownKind: there is no such kind, channel or language.
    """
    kind = kind_of(code)
    if kind is None or channel not in kind.possible or language not in dict(settings.LANGUAGES):
        raise UnknownKind
    return kind


def known_variables(kind: Kind) -> dict[str, str]:
    """Return the variables of a kind, with what each is, in the current language."""
    own = {name: str(each.label) for name, each in kind.variables.items()}
    return {**own, **common_variables()}


def words_of_kind(kind: Kind, channel: str, language: str) -> Words:
    """Return the words that a kind brings along for a channel."""
    is_printed = channel == MessageChannel.PRINTER and kind.printed
    with translation.override(language):
        return Words(str(kind.subject), str(kind.printed if is_printed else kind.body))


def words_for(kind: Kind, channel: str, language: str) -> Words:
    """Return a tenant's words for a kind; one query."""
    row = MessageTemplate.objects.filter(kind=kind.code, channel=channel, language=language).first()
    return (
        Words(row.subject, row.body) if row is not None else words_of_kind(kind, channel, language)
    )


def filled(words: Words, values: Mapping[str, str]) -> Words:
    """Return words with values for their variables; one that is not known says nothing."""

    def value(found: re.Match[str]) -> str:
        return str(values.get(found[1], ""))

    subject = " ".join(_VARIABLE.sub(value, words.subject).split())
    return Words(subject[:LONGEST_SUBJECT], _VARIABLE.sub(value, words.body).strip())


def checked(kind: Kind, channel: str, words: Words) -> Words:
    """Return words as they are kept.

    Raises:
        InvalidTemplate: a variable that the kind does not have, braces that do not fit
            together, nothing, or too much.
    """
    longest = LONGEST_SMS if channel == MessageChannel.SMS else LONGEST_BODY
    subject = "" if channel == MessageChannel.SMS else words.subject
    kept = Words(
        _text(kind, "subject", " ".join(subject.split()), LONGEST_SUBJECT),
        _text(kind, "body", words.body.replace("\r\n", "\n").strip(), longest),
    )
    if not kept.body:
        raise InvalidTemplate(_("Something has to be said."), field="body")
    if not kept.subject and channel != MessageChannel.SMS:
        raise InvalidTemplate(_("A subject is needed."), field="subject")
    return kept


def _text(kind: Kind, field: str, text: str, longest: int) -> str:
    text = _CONTROL.sub("", text)
    if len(text) > longest:
        told = _("At most %(number)s letters can be kept.") % {"number": longest}
        raise InvalidTemplate(told, field=field)
    known = known_variables(kind)
    for name in _VARIABLE.findall(text):
        if name not in known:
            values = {"name": name[:40], "names": ", ".join(sorted(known))}
            told = _("There is no variable “%(name)s” here. There are: %(names)s.") % values
            raise InvalidTemplate(told, field=field, variable=name[:40])
    rest = _VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest or "{%" in rest:
        told = _("Variables are written as {{ name }}; something else stands in braces here.")
        raise InvalidTemplate(told, field=field)
    return text
