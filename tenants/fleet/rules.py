"""The rules for migrations on running tenants, checked before anything is applied.

While a release is rolled out, some tenants stand on the old state and some on
the new one, and the code of both releases runs. A migration may therefore add
what old code does not notice, and nothing else (``tenancy.md``, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning
from django.db import models
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from tenants.ddl.segments import disk, migrations_of, segments
from tenants.fleet.states import Key


@dataclass(frozen=True, slots=True)
class Breach:
    """An operation that old code, or other transactions, would feel.

    Attributes:
        rule: id of the system check.
        serious: False for what is allowed and costs something.
    """

    key: Key
    rule: str
    what: str
    instead: str
    serious: bool = True

    def __str__(self) -> str:
        return f"{self.key[0]}.{self.key[1]}: {self.what}. {self.instead} ({self.rule})"


_NEW_COLUMN = (
    "fleet.E001",
    "Give the column db_default or null=True: old code inserts rows without it",
)
_RENAME = ("fleet.E002", "Add the new name, copy, and drop the old one in a later release")
_REWRITE = ("fleet.E003", "Add a second column, copy, and drop the first in a later release")
_INDEX = ("fleet.E004", "Use AddIndexConcurrently, alone in its migration with atomic = False")
_CONSTRAINT = (
    "fleet.E005",
    "Add it with AddConstraintNotValid, then ValidateConstraint; a unique one over a ready index",
)
_CONTRACT = ("fleet.W001", "Only in the release after the one whose code no longer names it")
_PYTHON = ("fleet.W002", "It runs tenant by tenant through Django; better as a resumable job")
_SQL = ("fleet.W003", "Read it against the rules; it is not checked")


def breaches(keys: Iterable[Key], *, errors_only: bool = False) -> list[Breach]:
    """Return what is wrong with these migrations.

    What touches only tables that the same migrations create is always right, and so
    is an app's initial migration, however it is split.
    """
    wanted = list(keys)
    graph_keys = [key for key in wanted if key in disk().disk_migrations]
    found = [breach for key in graph_keys for breach in _of_migration(key, new=set(wanted))]
    return [breach for breach in found if breach.serious or not errors_only]


def _of_migration(key: Key, *, new: set[Key]) -> Iterator[Breach]:
    migration = disk().disk_migrations[key]
    if migration.initial:
        return
    state: ProjectState = disk().project_state(key, at_end=False).clone()
    born: set[str] = _born_with(key, new)
    for operation in migration.operations:
        if isinstance(operation, ops.SeparateDatabaseAndState):
            parts: list[Operation] = list(operation.database_operations)
        else:
            parts = [operation]
        for part in parts:
            model = str(getattr(part, "model_name", getattr(part, "name", ""))).lower()
            if model not in born:
                yield from _of_operation(key, part, state=state)
        if isinstance(operation, ops.CreateModel):
            born.add(operation.name.lower())
        operation.state_forwards(key[0], state)


def _born_with(key: Key, new: set[Key]) -> set[str]:
    """Return models that an earlier one of the same pending migrations creates.

    No running tenant has rows in them.
    """
    return {
        operation.name.lower()
        for other in new
        if other[0] == key[0] and other[1] < key[1]
        for operation in disk().disk_migrations[other].operations
        if isinstance(operation, ops.CreateModel)
    }


def _of_operation(key: Key, operation: Operation, *, state: ProjectState) -> Iterator[Breach]:
    rule = _broken_rule(key, operation, state=state)
    if rule is not None:
        serious = ".E" in rule[0]
        yield Breach(key, rule[0], operation.describe(), rule[1], serious=serious)


def _broken_rule(key: Key, operation: Operation, *, state: ProjectState) -> tuple[str, str] | None:
    broken: tuple[str, str] | None = None
    match operation:
        case ops.AddField(field=field):
            broken = _NEW_COLUMN if _needs_value(field) else None
        case ops.AlterField():
            broken = _REWRITE if _rewrites(key[0], operation, state) else None
        case AddIndexConcurrently():
            alone = len(disk().disk_migrations[key].operations) == 1
            broken = None if alone and not disk().disk_migrations[key].atomic else _INDEX
        case ops.RunPython(code=code):
            broken = None if code is ops.RunPython.noop else _PYTHON
        case _:
            broken = _BY_TYPE.get(type(operation))
    return broken


_BY_TYPE: dict[type[Operation], tuple[str, str]] = {
    ops.RenameField: _RENAME,
    ops.RenameModel: _RENAME,
    ops.AlterModelTable: _RENAME,
    ops.AddIndex: _INDEX,
    ops.AddConstraint: _CONSTRAINT,
    ops.RemoveField: _CONTRACT,
    ops.DeleteModel: _CONTRACT,
    ops.RunSQL: _SQL,
}


def _needs_value(field: models.Field[Any, Any]) -> bool:
    if field.many_to_many or isinstance(field, models.GeneratedField):
        return False
    return not field.null and field.db_default is NOT_PROVIDED


def _rewrites(label: str, operation: ops.AlterField, state: ProjectState) -> bool:
    """Tell whether the column's type changes, or rows that were legal become illegal."""
    before: Any = state.models[label, operation.model_name.lower()].get_field(operation.name)
    after: Any = operation.field
    if (before.null and not after.null) or before.unique != after.unique:
        return True
    if before.db_column != after.db_column:
        return True
    if isinstance(before, models.ForeignKey) or isinstance(after, models.ForeignKey):
        return _target(before) != _target(after)
    kinds = (before.get_internal_type(), after.get_internal_type())
    if kinds == ("DecimalField", "DecimalField"):
        shapes = [(field.max_digits, field.decimal_places) for field in (before, after)]
        return shapes[0] != shapes[1]
    if kinds == ("CharField", "CharField"):
        return _narrower(before.max_length, after.max_length)
    return kinds[0] != kinds[1] and kinds != ("CharField", "TextField")


def _target(field: Any) -> str:
    """Return what a foreign key points to; the two forms of writing it are one."""
    model = field.remote_field.model if field.remote_field else ""
    return (model if isinstance(model, str) else model._meta.label).lower()


def _narrower(before: int | None, after: int | None) -> bool:
    return after is not None and (before is None or after < before)


@register("fleet")
def check_migrations(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Report every migration of tenants' tables that breaks a rule.

    As a warning: it may have been applied with `--allow-unsafe` while no tenant
    was running. The runner refuses it.
    """
    del app_configs, kwargs
    messages: list[CheckMessage] = []
    for segment in segments():
        for key in migrations_of(segment):
            found = _of_migration(key, new=set())
            messages += [CheckWarning(str(b), id=b.rule) for b in found if b.serious]
    return messages
