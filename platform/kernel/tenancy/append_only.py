"""Tables whose rows are never changed or deleted, enforced by privileges.

Privileges instead of triggers: a distributed PostgreSQL accepts no triggers on
sharded tables.
"""

from __future__ import annotations

_tables: set[str] = set()


def append_only(*tables: str) -> None:
    """Declare tables append-only; called while apps are loaded."""
    _tables.update(tables)


def append_only_tables() -> frozenset[str]:
    """Return all append-only tables of all apps."""
    return frozenset(_tables)
