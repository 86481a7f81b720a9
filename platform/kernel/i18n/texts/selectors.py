"""What is translated, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from kernel.i18n.languages import NAMES
from kernel.i18n.models import Wording
from kernel.i18n.services.languages import shop_languages
from kernel.i18n.texts.kinds import Part, TextKind, text_kinds
from kernel.i18n.words import words
from kernel.tenancy.context import current_tenant

CHUNK: Final = 200
WORDS: Final = "words"


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a kind of texts is there in a language."""

    language: str
    done: int
    whole: int

    @property
    def missing(self) -> int:
        """How many are missing."""
        return self.whole - self.done

    @property
    def percent(self) -> int:
        """How much is there, never 100 while something is missing."""
        return 100 if not self.missing else min(99, 100 * self.done // self.whole)


@dataclass(frozen=True, slots=True)
class KindState:
    """A kind of texts with its state in each language."""

    code: str
    label: Promise | str
    states: list[Completeness]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its translation."""

    kind: TextKind
    part: Part
    row_id: UUID
    title: str
    path: str
    own: str
    translation: str


def foreign_languages() -> list[str]:
    """Return the languages of the shop beside its own, those too that are prepared only."""
    own = current_tenant().locale
    return [each.code for each in shop_languages() if each.code != own]


def completeness() -> list[KindState]:
    """Return how much of each kind of texts is there; a query for each kind."""
    languages = foreign_languages()
    return [KindState(kind.code, kind.label, _states(kind, languages)) for kind in text_kinds()]


def worded() -> list[Completeness]:
    """Return how many of the program's words each of its foreign languages has; one query.

    Languages that the program speaks itself have all of them.
    """
    known, whole = set(words()), len(words())
    found: dict[str, int] = dict.fromkeys(foreign_languages(), 0)
    said = Wording.objects.filter(language__in=list(found)).values_list("language", "msgid")
    for language, msgid in said:
        found[language] += msgid in known
    return [Completeness(code, done, whole) for code, done in found.items()]


def texts_of(
    kind: TextKind, language: str, *, is_missing: bool = False, text: str = ""
) -> QuerySet[Any]:
    """Return the things of a kind, those alone that lack a text in a language if asked.

    Args:
        kind: of texts.
        language: in which something may be missing.
        is_missing: whether only such things are wanted.
        text: what their own texts hold.
    """
    rows = kind.rows()
    if is_missing:
        lacking = Q()
        for number, part in enumerate(kind.parts):
            rows = rows.alias(**{f"said_{number}": part.in_query(language)})
            lacking |= Q(**{f"said_{number}": ""}) & _has(part)
        rows = rows.filter(lacking)
    if text:
        wanted = Q()
        for part in kind.parts:
            wanted |= Q(**{f"{part.column or part.among}__icontains": text})
        rows = rows.filter(wanted)
    return rows.order_by("pk")


def in_parts(kind: TextKind, rows: Sequence[Any], language: str) -> list[Text]:
    """Return the texts of some things, one for each part that there is to translate."""
    return [
        Text(
            kind=kind,
            part=part,
            row_id=row.pk,
            title=kind.title(row),
            path=kind.path(row),
            own=own,
            translation=part.translated(row, language),
        )
        for row in rows
        for part in kind.parts
        if (own := part.own(row))
    ]


def all_texts(kinds: Sequence[TextKind], language: str, *, is_missing: bool) -> Iterator[Text]:
    """Yield texts of kinds, a query for each 200 things."""
    for kind in kinds:
        last = None
        while True:
            rows = texts_of(kind, language, is_missing=is_missing)
            chunk = list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK])
            if not chunk:
                break
            last = chunk[-1].pk
            for each in in_parts(kind, chunk, language):
                if not (is_missing and each.translation):
                    yield each


def language_name(code: str) -> str:
    """Return what a language is called in itself."""
    return NAMES.get(code, code)


def _states(kind: TextKind, languages: Sequence[str]) -> list[Completeness]:
    rows, counts = kind.rows(), {}
    for place, part in enumerate(kind.parts):
        counts[f"whole_{place}"] = Count("pk", filter=_has(part))
        for number, language in enumerate(languages):
            name = f"said_{place}_{number}"
            rows = rows.alias(**{name: part.in_query(language)})
            counts[f"done_{place}_{number}"] = Count("pk", filter=_has(part) & ~Q(**{name: ""}))
    found = rows.aggregate(**counts)
    places = range(len(kind.parts))
    whole = sum(found[f"whole_{place}"] for place in places)
    return [
        Completeness(language, sum(found[f"done_{place}_{number}"] for place in places), whole)
        for number, language in enumerate(languages)
    ]


def _has(part: Part) -> Q:
    """Return the condition that there is something to translate."""
    if part.column:
        return ~Q(**{part.column: ""})
    return ~Q(**{part.among: {}})
