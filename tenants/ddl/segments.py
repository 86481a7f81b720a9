"""Segments: the kernel's apps, and each module by itself.

A tenant's schema is the kernel plus some modules. Compiling per segment needs
as many packs as there are modules, not one for each set of them.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable
from functools import cache

import django
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from kernel.modules.registry import manifests

KERNEL = "kernel"
# Raised when the same migrations are compiled to something else.
_FORMAT = "3"


@cache
def disk() -> MigrationLoader:
    """Return the migrations as files, read once in a process."""
    return MigrationLoader(None, ignore_no_migrations=True)


def forget_migrations() -> None:
    """Read the migrations anew at the next question."""
    disk.cache_clear()
    _ordered.cache_clear()
    target_digest.cache_clear()


def segments() -> list[str]:
    """Return all segments, the kernel first."""
    return [KERNEL, *manifests()]


def labels(segment: str) -> set[str]:
    """Return the app labels of a segment."""
    if segment == KERNEL:
        return {*settings.STOA_TENANT_APPS, *settings.STOA_DUAL_APPS}
    return {segment}


def migrations_of(segment: str) -> list[tuple[str, str]]:
    """Return a segment's migrations in the order to apply them."""
    return list(_ordered(segment))


@cache
def _ordered(segment: str) -> tuple[tuple[str, str], ...]:
    graph = disk().graph
    own = labels(segment)
    plan: list[tuple[str, str]] = []
    for leaf in sorted(key for key in graph.leaf_nodes() if key[0] in own):
        for key in graph.forwards_plan(leaf):
            if key[0] in own and key not in plan:
                plan.append(key)
    return tuple(plan)


def state_digest(applied: Iterable[tuple[str, str]]) -> str:
    """Digest a set of applied migrations; empty for none."""
    names = sorted(f"{app}.{name}" for app, name in applied)
    return hashlib.sha256("\n".join(names).encode()).hexdigest() if names else ""


@cache
def target_digest(segment: str) -> str:
    """Digest what a segment's migrations will do: their code and the Django that reads it."""
    return digest_of(migrations_of(segment))


def is_whole(keys: Iterable[tuple[str, str]], segment: str) -> bool:
    """Tell whether these migrations are here and need no other of their segment."""
    wanted = set(keys)
    graph, own = disk().graph, labels(segment)
    return all(key in graph.nodes and key[0] in own for key in wanted) and all(
        needed in wanted
        for key in wanted
        for needed in graph.forwards_plan(key)
        if needed[0] in own
    )


def digest_of(keys: Iterable[tuple[str, str]]) -> str:
    """Digest what these migrations will do."""
    digest = hashlib.sha256(f"{_FORMAT} {django.get_version()}".encode())
    for key in keys:
        migration: Migration = disk().disk_migrations[key]
        digest.update(f"\n{key[0]}.{key[1]}\n".encode())
        digest.update(inspect.getsource(inspect.getmodule(type(migration))).encode())  # type: ignore[arg-type]
    return digest.hexdigest()
