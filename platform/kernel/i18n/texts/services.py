"""Takes translations: one at a time, or a file of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.i18n.errors import InvalidTranslation, InvalidTranslationFile
from kernel.i18n.services.wordings import set_wordings
from kernel.i18n.texts.kinds import TextKind, row_of, text_kind
from kernel.i18n.texts.selectors import WORDS, foreign_languages

MOST_ROWS: Final = 50_000
MOST_REFUSED: Final = 200
COLUMNS: Final = ("kind", "id", "part", "language", "text", "translation")
_TOGETHER: Final = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """A line of a file that was not taken."""

    line: int
    reason: str


@dataclass(slots=True)
class Taken:
    """What became of a file.

    Attributes:
        changed: translations that are new or another now.
        same: those that were so already, or empty: a file takes nothing away.
        refused: the first lines that were not taken, with the reason.
        refused_count: how many there were.
    """

    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0

    def refuse(self, line: int, reason: str) -> None:
        """Note a line that was not taken."""
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append(Refused(line, reason))


@dataclass(slots=True)
class _Told:
    """What a file says of one thing in one language."""

    kind: TextKind
    row_id: UUID
    language: str
    texts: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def translate(
    kind: str,
    row_id: UUID,
    language: str,
    texts: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Set translations of a thing by part; an empty one is taken away. Return how many changed.

    Raises:
        UnknownText: there is no such thing, or it has no such part.
        InvalidTranslation: the language is none of the shop's, or its own.
        DomainError: whoever keeps the text refuses it.
    """
    return _translate(text_kind(kind), row_id, language, texts, actor=actor, now=now)


def take_translations(
    rows: Iterable[tuple[int, Mapping[str, str]]], *, actor: Actor, now: datetime
) -> Taken:
    """Take a file of translations, thing by thing; what cannot be taken is said.

    A line whose text is another by now is refused: its translation says something else.

    Args:
        rows: lines with their cells, by `COLUMNS`.
        actor: who brings it.
        now: the moment.

    Raises:
        InvalidTranslationFile: there are too many lines; nothing is taken then.
    """
    taken = Taken()
    told: dict[tuple[str, UUID, str], _Told] = {}
    said: dict[str, dict[str, tuple[int, str]]] = {}
    languages = set(foreign_languages())
    for number, (line, cells) in enumerate(rows):
        if number >= MOST_ROWS:
            text = _("At most %(most)d lines are taken at once.") % {"most": MOST_ROWS}
            raise InvalidTranslationFile(text)
        if not cells.get("translation"):
            taken.same += 1
        elif cells.get("language") not in languages:
            taken.refuse(line, _("The shop has no such foreign language."))
        elif cells.get("kind") == WORDS:
            words = said.setdefault(cells["language"], {})
            words[cells.get("id", "")] = (line, cells["translation"])
        else:
            _sort_in(line, cells, told, taken)
    for each in told.values():
        _take(each, taken, actor=actor, now=now)
    for language, words in said.items():
        _take_words(language, words, taken, actor=actor)
    if taken.changed:
        told_of = {"changed": taken.changed, "refused": taken.refused_count}
        with transaction.atomic():
            record(
                action="i18n.file_taken",
                actor=actor,
                obj=("shop", "translations"),
                after=told_of,
                now=now,
            )
    return taken


def _sort_in(
    line: int,
    cells: Mapping[str, str],
    told: dict[tuple[str, UUID, str], _Told],
    taken: Taken,
) -> None:
    try:
        kind = text_kind(cells.get("kind", ""))
        part = kind.part(cells.get("part", ""))
        row_id = UUID(cells.get("id", ""))
    except (DomainError, ValueError):
        taken.refuse(line, _("There is no such text."))
        return
    key = (kind.code, row_id, cells["language"])
    each = told.setdefault(key, _Told(kind, row_id, cells["language"]))
    each.texts[part.code] = cells["translation"]
    each.seen[part.code] = cells.get("text", "")
    each.lines[part.code] = line


def _take(each: _Told, taken: Taken, *, actor: Actor, now: datetime) -> None:
    try:
        with transaction.atomic():
            _drop_outdated(each, taken)
            if each.texts:
                changed = _translate(
                    each.kind, each.row_id, each.language, each.texts, actor=actor, now=now
                )
                taken.changed += changed
                taken.same += len(each.texts) - changed
    except DomainError as refusal:
        for code in each.texts:
            taken.refuse(each.lines[code], str(refusal))


def _drop_outdated(each: _Told, taken: Taken) -> None:
    """Leave out what was translated from another text; a file need not say from which."""
    row = row_of(each.kind.rows().filter(pk=each.row_id), each.row_id)
    for code, seen in each.seen.items():
        if seen and _plain(seen) != _plain(each.kind.part(code).own(row)):
            taken.refuse(each.lines[code], _("The text has changed since."))
            del each.texts[code]


def _plain(text: str) -> str:
    """Return a text without what spreadsheets change of it."""
    return " ".join(text.split())


def _take_words(
    language: str, words: Mapping[str, tuple[int, str]], taken: Taken, *, actor: Actor
) -> None:
    items = list(words.items())
    for start in range(0, len(items), _TOGETHER):
        chunk = items[start : start + _TOGETHER]
        try:
            changed = set_wordings(
                language, {msgid: text for msgid, (_line, text) in chunk}, actor=actor
            )
        except DomainError:
            changed = _one_by_one(language, chunk, taken, actor=actor)
        else:
            taken.same += len(chunk) - changed
        taken.changed += changed


def _one_by_one(
    language: str, chunk: Sequence[tuple[str, tuple[int, str]]], taken: Taken, *, actor: Actor
) -> int:
    """Take the words of a chunk that can be taken, and say of the others why not."""
    changed = 0
    for msgid, (line, text) in chunk:
        try:
            taken_now = set_wordings(language, {msgid: text}, actor=actor)
        except DomainError as refusal:
            taken.refuse(line, str(refusal))
        else:
            changed += taken_now
            taken.same += 1 - taken_now
    return changed


def _translate(
    kind: TextKind,
    row_id: UUID,
    language: str,
    texts: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    if language not in foreign_languages():
        text = _("The shop has no such foreign language.")
        raise InvalidTranslation(text, field="language")
    row = row_of(kind.rows().filter(pk=row_id), row_id)
    told = {code: text.strip() for code, text in texts.items()}
    changed = {
        code: text
        for code, text in told.items()
        if kind.part(code).translated(row, language) != text
    }
    if changed:
        kind.write(row_id, language, changed, actor, now)
    return len(changed)
