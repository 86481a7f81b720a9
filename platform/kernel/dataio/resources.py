"""What can be imported besides products: each resource says how its rows are read.

Whoever has one says so once, with `register_import`, while apps are loaded; pages and the
API all begin there. A module registers its own and names itself, so that shops without
the module do not meet it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import override

from kernel.access.scopes import may_act
from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.dataio.errors import InvalidMapping
from kernel.dataio.sayings import add_label
from kernel.modules.gate import module_enabled

PRODUCTS: Final = "products"
PRODUCTS_IMPORT: Final = "products.import"
LONGEST_OPTION: Final = 200
Outcome: TypeAlias = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a file can hold.

    Attributes:
        names: what files call it, in small letters; its label counts in every language.
        permission: needed besides the resource's own to bring this in; may be empty.
    """

    code: str
    label: Promise
    names: tuple[str, ...] = ()
    permission: str = ""
    help: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Option:
    """What is said once for all rows of a file.

    Attributes:
        choices: returns pairs of value and label; without it, it is a line of text.
        default: what a new import begins with.
        empty: what choosing nothing means, beside choices.
    """

    code: str
    label: Promise
    help: str | Promise = ""
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    default: str | Promise = ""
    empty: str | Promise = ""


@dataclass(frozen=True, slots=True)
class RowRecord:
    """One row of a file.

    Attributes:
        line: as a spreadsheet counts; no two rows share it.
        name: by which people know it.
        values: text by column code; what is empty is not there.
    """

    line: int
    name: str
    values: Mapping[str, str]

    def get(self, code: str) -> str:
        """Return a value; empty when nothing stands there."""
        return self.values.get(code, "")


@dataclass(frozen=True, slots=True)
class Work:
    """What all rows of a file share."""

    actor: Actor
    now: datetime
    options: Mapping[str, str] = field(default_factory=dict)


class BringIn(Protocol):
    """Brings rows in, inside the caller's transaction and within the limits of whoever acts."""

    def __call__(
        self, rows: Sequence[RowRecord], work: Work
    ) -> Mapping[int, Outcome | DomainError]:
        """Return what became of each row, by its line; of a refused row nothing may be left.

        When it raises a `DomainError`, everything is undone and the rows come again one
        by one; then the refusal is that row's.
        """


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that files can hold rows of.

    Attributes:
        code: stable; part of addresses.
        permission: who may import it, ``resource.action``.
        needs: of each group, a column or an option must say something.
        key: returns by what a row is known, so that it stands in a file only once.
        sample: rows of the sample file, by column.
        export: code of the list whose file can be imported again; may be empty.
        path: page of the list in the console.
        module: whose it is; empty for the kernel.
    """

    code: str
    label: Promise
    lead: Promise
    permission: str
    columns: tuple[Column, ...]
    needs: tuple[tuple[str, ...], ...]
    key: Callable[[Mapping[str, str]], str]
    bring_in: BringIn
    sample: tuple[Mapping[str, str], ...] = ()
    options: tuple[Option, ...] = ()
    export: str = ""
    path: str = ""
    module: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the shop has it: what belongs to a module comes and goes with it."""
        return not self.module or module_enabled(self.module)

    def columns_for(self) -> list[Column]:
        """Return the columns that whoever acts may bring in."""
        return [each for each in self.columns if not each.permission or may_act(each.permission)]


_resources: dict[str, Resource] = {}


def register_import(resource: Resource) -> None:
    """Make a resource known; called while apps are loaded."""
    _resources[resource.code] = resource
    for column in resource.columns:
        add_label(column.code, column.label)


def resources() -> list[Resource]:
    """Return every resource but products, in the order in which they were made known."""
    return list(_resources.values())


def resource_of(code: str) -> Resource | None:
    """Return a resource; None for products and for what is not known any more."""
    return _resources.get(code)


def permission_for(code: str) -> str | None:
    """Return who may import something; None when nobody can."""
    if code == PRODUCTS:
        return PRODUCTS_IMPORT
    resource = _resources.get(code)
    return resource.permission if resource is not None and resource.is_there else None


def proposed(resource: Resource, columns: Sequence[str]) -> dict[str, str]:
    """Return the column of each field, as far as names tell."""
    by_name = {name.lower(): name for name in reversed(columns)}
    found = {}
    for column in resource.columns_for():
        match = next((by_name[name] for name in _names(column) if name in by_name), None)
        if match is not None:
            found[column.code] = match
    return found


def _names(column: Column) -> list[str]:
    said = [column.code, *column.names]
    for language, _name in settings.LANGUAGES:
        with override(language):
            said.append(str(column.label).lower())
    return said


def checked_choices(
    resource: Resource,
    mapping: Mapping[str, object],
    options: Mapping[str, object],
    columns: Sequence[str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return a mapping and options that can be used.

    Raises:
        InvalidMapping: a field, column or option is not there or not for whoever acts,
            or something is missing without which no row can be brought in.
    """
    allowed = {column.code for column in resource.columns_for()}
    unknown = [key for key in mapping if key not in allowed]
    absent = [str(value) for value in mapping.values() if value not in columns]
    if unknown or absent:
        raise InvalidMapping(unknown=unknown[:20], absent=[name[:80] for name in absent[:20]])
    said = {key: str(value) for key, value in options.items() if value}
    known = {option.code: option for option in resource.options}
    wrong = [key for key, value in said.items() if not _fits(known.get(key), value)]
    if wrong:
        raise InvalidMapping(unknown=wrong[:20])
    missing = [group[0] for group in resource.needs if not {*group} & {*mapping, *said}]
    if missing:
        raise InvalidMapping(missing=missing)
    return {key: str(value) for key, value in mapping.items()}, said


def _fits(option: Option | None, value: str) -> bool:
    if option is None or len(value) > LONGEST_OPTION or "\x00" in value:
        return False
    return option.choices is None or value in {code for code, _label in option.choices()}
