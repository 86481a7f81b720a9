"""Who shows files: each centre says how its things are called and where they are found.

What is stored is a file's name in storage, so that pages ask nobody. When a file is
replaced, whoever shows it is told the new names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Place:
    """Something that shows a file.

    Attributes:
        title: how people call it.
        path: its page in the console; empty when it has none.
    """

    title: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class UseKind:
    """A kind of things that show files.

    Attributes:
        code: stored with each use.
        label: what such a thing is.
        places: returns those of some ids that are there, in a fixed number of queries.
        rename: takes the new names of files, old names first, into those of some ids.
    """

    code: str
    label: Promise
    places: Callable[[Collection[UUID]], Mapping[UUID, Place]]
    rename: Callable[[Collection[UUID], Mapping[str, str]], None]


_kinds: dict[str, UseKind] = {}


def register_use(kind: UseKind) -> None:
    """Make a kind of use known; done once, while applications are loaded."""
    _kinds[kind.code] = kind


def use_kind(code: str) -> UseKind | None:
    """Return a kind of use; None for one whose module is not installed."""
    return _kinds.get(code)
