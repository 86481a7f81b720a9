"""A field of a form as a document, and what is refused of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.forms.choices import LISTED, AskKind
from kernel.forms.errors import InvalidForm

MOST_FIELDS: Final = 40
MOST_CHOICES: Final = 100
LANGUAGES: Final = ("zh-hans", "en")
LONGEST_LABEL: Final = 200
LONGEST_CHOICE: Final = 120
LONGEST_HELP: Final = 500
_BOUND: Final = 10**12
_KEY: Final = re.compile(r"[a-z][a-z0-9]{0,39}")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One field of a form.

    Attributes:
        key: stable within the form; what is sent is called by it.
        label: what it asks for, by language.
        choices: texts by language, for the kinds of `LISTED`; called by their own keys.
        least: the smallest number, None for any.
        most: the biggest number, how many characters, or how many ticks; None for the usual.
    """

    key: str
    kind: str
    label: Texts
    help: Texts = field(default_factory=dict)
    is_required: bool = False
    choices: Sequence[Mapping[str, str]] = ()
    least: int | None = None
    most: int | None = None

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self) | {"choices": [dict(each) for each in self.choices]}


def asks_of(documents: Sequence[Mapping[str, Any]]) -> list[Ask]:
    """Return the fields of a form from what is stored."""
    return [Ask(**each) for each in documents]


def free_key(taken: Sequence[str], prefix: str) -> str:
    """Return the first key with a prefix that nothing has."""
    return next(key for key in _keys(prefix) if key not in taken)


def _keys(prefix: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{prefix}{number}"


def texts_of(told: Mapping[str, str], *, part: str, longest: int, required: bool) -> dict[str, str]:
    """Return texts by language as they are kept; one language is enough.

    Raises:
        InvalidForm: there is none, or one is too long.
    """
    found = {}
    for language in LANGUAGES:
        text = str(told.get(language, "")).strip()
        if "\x00" in text or len(text) > longest:
            raise InvalidForm(
                _("At most %(n)s characters are expected.") % {"n": longest}, field=part
            )
        if text:
            found[language] = text
    if required and not found:
        raise InvalidForm(_("A text in one language at least is expected."), field=part)
    return found


def checked_ask(ask: Ask) -> Ask:
    """Return a field of a form as it is kept.

    Raises:
        InvalidForm: it is of no kind, has no label, no choices or bounds that exclude all.
    """
    if ask.kind not in AskKind.values or not _KEY.fullmatch(ask.key):
        raise InvalidForm(_("One of the kinds is expected."), field="kind")
    bounds = (ask.least, ask.most)
    if any(each is not None and abs(each) > _BOUND for each in bounds) or (
        ask.least is not None and ask.most is not None and ask.least > ask.most
    ):
        raise InvalidForm(_("These bounds exclude every answer."), field="most")
    if ask.kind != AskKind.NUMBER and ask.most is not None and ask.most < 1:
        raise InvalidForm(_("At least 1 is expected."), field="most")
    return Ask(
        key=ask.key,
        kind=ask.kind,
        label=texts_of(ask.label, part="label", longest=LONGEST_LABEL, required=True),
        help=texts_of(ask.help, part="help", longest=LONGEST_HELP, required=False),
        is_required=ask.is_required,
        choices=_choices(ask.choices) if ask.kind in LISTED else (),
        least=ask.least if ask.kind == AskKind.NUMBER else None,
        most=ask.most,
    )


def _choices(told: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if not 1 <= len(told) <= MOST_CHOICES:
        raise InvalidForm(
            _("Between 1 and %(most)s texts to choose from are expected.") % {"most": MOST_CHOICES},
            field="choices",
        )
    found: list[dict[str, str]] = []
    for each in told:
        texts = texts_of(each, part="choices", longest=LONGEST_CHOICE, required=True)
        taken = [other["key"] for other in found]
        key = str(each.get("key") or "")
        if not _KEY.fullmatch(key) or key in taken:
            key = free_key([*taken, *(str(other.get("key", "")) for other in told)], "c")
        found.append({"key": key, **texts})
    return found
