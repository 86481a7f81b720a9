"""Which texts can be translated: whoever keeps some says so once, with `register_texts`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db.models import Model, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.functional import Promise

from kernel.audit.actor import Actor
from kernel.i18n.errors import UnknownText
from kernel.tenancy.context import current_tenant

Write: TypeAlias = Callable[[UUID, str, Mapping[str, str], Actor, datetime], None]
"""Takes translations of one thing into a language, by part; an empty one is taken away.

Raises a `DomainError` when one cannot be kept; nothing is changed then.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the texts of a thing.

    Attributes:
        column: where the text in the shop's own language stands; empty when it stands
            among the others.
        among: the column that holds the others; ``{language: text}``, or
            ``{language: {code: text}}`` for things with several.
        is_nested: which of the two.
        is_long: written in a large field.
    """

    code: str
    label: Promise
    among: str
    column: str = ""
    is_nested: bool = False
    is_long: bool = False

    def own(self, row: Any) -> str:
        """Return the text that is translated."""
        if self.column:
            return str(getattr(row, self.column) or "")
        found: Mapping[str, Any] = getattr(row, self.among)
        texts: Mapping[str, str] = found
        if self.is_nested:
            texts = {code: str(told.get(self.code, "")) for code, told in found.items()}
        own = texts.get(current_tenant().locale)
        return str(own or next((text for text in texts.values() if text), ""))

    def translated(self, row: Any, language: str) -> str:
        """Return its translation; empty for none."""
        found: Any = getattr(row, self.among).get(language) or ""
        if self.is_nested and found:
            found = found.get(self.code) or ""
        return str(found)

    def in_query(self, language: str) -> Combinable:
        """Return the translation as the database has it; empty for none."""
        path = f"{self.among}__{language}" + (f"__{self.code}" if self.is_nested else "")
        return Coalesce(KT(path), Value(""), output_field=TextField())


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of things with texts.

    Attributes:
        code: stable; part of files.
        rows: returns all of them.
        title: what a thing is called in lists.
        path: where the console shows it; empty for nowhere.
    """

    code: str
    label: Promise
    parts: tuple[Part, ...]
    rows: Callable[[], QuerySet[Any]]
    write: Write
    title: Callable[[Any], str] = str
    path: Callable[[Any], str] = lambda _row: ""

    def part(self, code: str) -> Part:
        """Return one of its parts.

        Raises:
            UnknownText: it has none of this code.
        """
        found = next((each for each in self.parts if each.code == code), None)
        if found is None:
            raise UnknownText(part=code[:40])
        return found


_kinds: Final[dict[str, TextKind]] = {}


def register_texts(*kinds: TextKind) -> None:
    """Make kinds of texts known; called while apps are loaded."""
    _kinds.update({each.code: each for each in kinds})


def text_kinds() -> Sequence[TextKind]:
    """Return all kinds, in the order in which they were registered."""
    return list(_kinds.values())


def text_kind(code: str) -> TextKind:
    """Return a kind.

    Raises:
        UnknownText: there is none of this code.
    """
    if code not in _kinds:
        raise UnknownText(kind=code[:40])
    return _kinds[code]


def with_text(
    texts: Mapping[str, Any], language: str, told: Mapping[str, str], *, is_nested: bool
) -> dict[str, Any]:
    """Return the texts of a row with those of one language changed, for `Write` functions."""
    kept = dict(texts)
    if is_nested:
        own = {**kept.get(language, {}), **told}
        kept[language] = {code: text for code, text in own.items() if text}
    else:
        kept[language] = next(iter(told.values()), "")
    if not kept[language]:
        del kept[language]
    return kept


def row_of(rows: Iterable[Model], row_id: UUID) -> Any:
    """Return a row of a query that is locked, or refuse.

    Raises:
        UnknownText: it is not there.
    """
    found = next((row for row in rows if row.pk == row_id), None)
    if found is None:
        raise UnknownText
    return found
