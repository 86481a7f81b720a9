"""The menu of a console: pages that packages announce, and those of enabled modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff
from kernel.modules.gate import mode_of
from kernel.modules.registry import manifests
from kernel.tenancy.context import current_tenant_or_none

Label: TypeAlias = "str | Promise"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu.

    Attributes:
        path: absolute path of the page.
        icon: name of a picture in ``backoffice/icons.svg``.
        permission: who sees it, ``resource.action``; empty for everyone.
        group: heading under which it stands; empty for the first, unnamed group.
    """

    path: str
    label: Label
    icon: str
    permission: str = ""
    group: Label = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a page draws it."""

    path: str
    label: Label
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    label: Label
    lines: tuple[Line, ...]


Source: TypeAlias = Callable[[HttpRequest], Iterable[Entry]]

MODULES: Final = _("Functions in use")
_ICONS: Final = frozenset({"home", "gift", "calendar", "bag", "people", "globe", "extension"})
_sources: dict[str, Source] = {}


def announce_pages(name: str, source: Source, *, first: bool = False) -> None:
    """Say which pages a package has for a request; called while apps are loaded.

    Args:
        name: of the package.
        source: returns its pages.
        first: they stand before those of packages that were loaded earlier.
    """
    others = {key: known for key, known in _sources.items() if key != name}
    _sources.clear()
    _sources.update({name: source, **others} if first else {**others, name: source})


def menu_for(request: HttpRequest, person: Staff) -> list[Group]:
    """Return the menu of a person: only what the person may open."""
    entries = [entry for source in _sources.values() for entry in source(request)]
    entries += _module_entries()
    seen = [e for e in entries if not e.permission or person.may(e.permission)]
    current = _current(request.path, [entry.path for entry in seen])
    groups: dict[str, tuple[Label, list[Line]]] = {}
    for entry in seen:
        line = Line(entry.path, entry.label, entry.icon, entry.path == current)
        groups.setdefault(str(entry.group), (entry.group, []))[1].append(line)
    named = sorted(groups.values(), key=lambda found: bool(found[0]))
    return [Group(label, tuple(lines)) for label, lines in named]


def _module_entries() -> list[Entry]:
    tenant = current_tenant_or_none()
    if tenant is None:
        return []
    found = []
    for manifest in manifests().values():
        if manifest.pages and mode_of(tenant, manifest.code) != "off":
            prefix = f"/modules/{manifest.code.replace('_', '-')}/"
            found += [
                Entry(
                    path=prefix + page.path.lstrip("/"),
                    label=page.label.in_language(get_language()),
                    icon=page.icon if page.icon in _ICONS else "extension",
                    permission=page.permission,
                    group=MODULES,
                )
                for page in manifest.pages
            ]
    return found


def _current(path: str, paths: list[str]) -> str:
    """Return the entry that a page belongs to: the longest path that begins its own."""
    fitting = [p for p in paths if path == p or (p != "/" and path.startswith(p))]
    return max(fitting, key=len, default="")
