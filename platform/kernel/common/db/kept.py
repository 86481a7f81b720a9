"""Queries whose SQL is put together once.

Django builds the SQL of a query anew each time: for a row or two that takes longer
than the database needs for them. What every visitor asks for is kept here as it was
compiled, and only the values are exchanged; the server keeps its plan::

    _BASE = Kept(
        lambda variants, currency: BasePrice.objects.filter(
            variant__among=variants, currency=currency
        ),
        variants=list, currency=str,
    )
    rows = _BASE(variants=[…], currency="CNY")

The form must be the same for all values: no ``None``, no ``__in`` (its SQL grows with
the list; `Among` takes the list as one value).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connections, models, router
from django.db.models import Lookup, QuerySet
from typing_extensions import override

T = TypeVar("T")

# Values that stand in the compiled query for those to come; none is like another.
_SAMPLES: Final[Mapping[type, Callable[[], Any]]] = {
    str: lambda: token_hex(8),
    UUID: uuid4,
    list: lambda: [uuid4()],
    datetime: lambda: datetime.fromtimestamp(1 + int(token_hex(3), 16), tz=UTC),
}


@models.UUIDField.register_lookup
@models.ForeignKey.register_lookup
class Among(Lookup):
    """``id__among=[…]``: one of these, with SQL that does not depend on their number."""

    lookup_name = "among"
    prepare_rhs = False

    @override
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Compare with an array."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::uuid[])", [*parameters, self.rhs]


def uuid_array(ids: Iterable[UUID]) -> str:
    """Return ids as PostgreSQL writes an array of them, for ``%s::uuid[]``.

    The driver would ask for each id anew how ids are written.
    """
    return f"{{{','.join([each.hex for each in ids])}}}"


def _sent(value: object) -> object:
    return uuid_array(value) if isinstance(value, list) else value


def preparing(using: str = DEFAULT_DB_ALIAS) -> AbstractContextManager[None]:
    """Have the server keep the plans of statements of fixed form, sent inside the block."""
    connection: Any = connections[using]
    block: AbstractContextManager[None] = connection.preparing()
    return block


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes."""

    name: str


@dataclass(slots=True)
class _Compiled:
    """A query as Django put it together.

    Attributes:
        places: the statement's parameters, with a `_Place` for each value to come.
        converters: what Django found at the first answer; None before.
    """

    queryset: Any
    compiler: Any
    sql: str
    places: tuple[object, ...]
    converters: Any = None

    def converters_of(self, expressions: Iterable[Any]) -> Any:
        """Return what makes values of the database ours; the same for every answer."""
        if self.converters is None:
            self.converters = self.compiler.get_converters(expressions)
        return self.converters


class _Query:
    """A query that is compiled already."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query = query
        self._compiler = compiler

    def get_compiler(self, *_args: object, **_options: object) -> Any:
        """Return what has the statement."""
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


class Kept(Generic[T]):
    """A query of a fixed form."""

    def __init__(self, build: Callable[..., QuerySet[Any, T]], **kinds: type) -> None:
        """Keep a query.

        Args:
            build: makes it of values, by their names.
            kinds: of which type each value is.
        """
        self._build = build
        self._kinds = kinds
        self._compiled: _Compiled | None = None

    def __call__(self, **values: object) -> list[T]:
        """Ask with these values."""
        kept = self._compiled or self._compile()
        parameters = tuple(
            _sent(values[place.name]) if isinstance(place, _Place) else place
            for place in kept.places
        )
        # The compiler belongs to the thread that compiled; its copy asks for us.
        compiler = object.__new__(type(kept.compiler))
        compiler.__dict__.update(kept.compiler.__dict__)
        compiler.connection = connections[kept.compiler.using]
        compiler.as_sql = lambda *_args, **_options: (kept.sql, parameters)
        compiler.get_converters = kept.converters_of
        # What Django makes rows into objects with knows a query set by these names.
        asked = SimpleNamespace(
            query=_Query(kept.queryset.query, compiler),
            db=kept.compiler.using,
            _fields=kept.queryset._fields,
            _known_related_objects={},
        )
        with preparing(kept.compiler.using):
            return list(kept.queryset._iterable_class(asked))  # noqa: SLF001  no public name

    def _compile(self) -> _Compiled:
        samples = {name: _SAMPLES[kind]() for name, kind in self._kinds.items()}
        queryset = self._build(**samples)
        compiler = queryset.query.get_compiler(using=router.db_for_read(queryset.model))
        sql, parameters = compiler.as_sql()
        places = tuple(
            next((_Place(name) for name, sample in samples.items() if sample == value), value)
            for value in parameters
        )
        self._compiled = _Compiled(queryset, compiler, sql, places)
        return self._compiled
