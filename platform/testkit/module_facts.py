"""Facts about a module, read from its code, its routes and a tenant's schema."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import get_resolver

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.backoffice.menu import menu_for
from kernel.common.ids import uuid7
from kernel.modules.manifest import Manifest, Seam
from kernel.modules.registry import load
from kernel.tenancy.context import TenantRef, maintenance_context, tenant_context

MOUNTS: Final = {"store": "/", "console": "/modules/", "api": "/api/v1/store/"}
_SAMPLES: Final = {
    "int": "1",
    "str": "sample",
    "slug": "sample",
    "path": "sample",
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
}
_ARGUMENT: Final = re.compile(r"<(?:(\w+):)?\w+>")
_PERMISSION_CALLS: Final = frozenset({"staff_page", "may", "has_perm"})
_NOT_SHOWN: Final = re.compile(
    r"<(script|style|title|template)\b.*?</\1>|<!--.*?-->|<[^>]*lang=[\"']en[^>]*>.*?</",
    re.DOTALL | re.IGNORECASE,
)
_SHOWN_ATTRIBUTE: Final = re.compile(r"(?:aria-label|placeholder|alt|title)=[\"']([^\"']*)[\"']")
_ENGLISH: Final = re.compile(r"[A-Za-z]{2,}(?:[ ,'’-]+[A-Za-z]{2,})+")


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a module, with sample values for its arguments."""

    path: str
    name: str
    is_plain: bool
    reads: bool


def routes(manifest: Manifest, seam: Seam) -> list[Route]:
    """Return the routes of a module at a seam."""
    if seam not in manifest.urls:
        return []
    prefix = MOUNTS[seam] + manifest.code.replace("_", "-") + "/"
    patterns = get_resolver(manifest.urls[seam]).url_patterns
    return [
        Route(
            path=prefix + _ARGUMENT.sub(lambda m: _SAMPLES[m.group(1) or "str"], text),
            name=pattern.name or text,
            is_plain=_ARGUMENT.search(text) is None,
            reads=_reads(pattern.callback),
        )
        for text, pattern in _flat(patterns, "")
    ]


def _flat(patterns: list[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _flat(pattern.url_patterns, text)
        else:
            yield text, pattern


def _reads(view: Any) -> bool:
    """Tell whether a view answers GET; asked of it, because a function does not say."""
    by_class = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if by_class is not None:
        return hasattr(by_class, "get")
    answer = view(RequestFactory().get("/")) if _only_posts(view) else None
    return answer is None


def _only_posts(view: Any) -> bool:
    """Tell whether `require_POST` or the like stands around a function."""
    while view is not None:
        closure = getattr(view, "__closure__", None) or ()
        for cell in closure:
            methods = cell.cell_contents
            if isinstance(methods, list | tuple) and methods and set(methods) <= _WRITES:
                return True
        view = getattr(view, "__wrapped__", None)
    return False


_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def imports_django(manifest: Manifest) -> list[str]:
    """Return what Django's packages are loaded once the manifest is, in a new interpreter."""
    code = (
        f"import sys; from {manifest.package}.manifest import manifest;"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in ('django', 'rest_framework')))"
    )
    done = subprocess.run(  # noqa: S603  fixed program, our own code
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr  # noqa: S101  this is a check of a test
    return done.stdout.split()


def used_permissions(manifest: Manifest) -> set[str]:
    """Return the permissions that the module's code asks for, and those of its menu pages."""
    folder = Path(str(load(f"{manifest.package}:__file__"))).parent
    found = {page.permission for page in manifest.pages}
    for path in folder.rglob("*.py"):
        if "tests" in path.relative_to(folder).parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in _PERMISSION_CALLS:
                found |= {_text(argument, constants) for argument in node.args[:1]}
    return {name for name in found if name}


def _name(function: ast.expr) -> str:
    return str(getattr(function, "id", getattr(function, "attr", "")))


def _text(argument: ast.expr, constants: dict[str, Any]) -> str:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    return str(constants.get(argument.id, "")) if isinstance(argument, ast.Name) else ""


def missing_migrations(label: str) -> list[str]:
    """Return what the models have and the migrations have not."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(
        graph=loader.graph, trim_to_apps={label}, convert_apps={label}
    )
    return [str(o.describe()) for migration in changes.get(label, []) for o in migration.operations]


def tables_in(tenant: TenantRef) -> set[str]:
    """Return the tables of a tenant's schema."""
    from tenants.ddl.catalog import tables_of_schema

    with maintenance_context(tenant.schema), connection.cursor() as cursor:
        return set(tables_of_schema(cursor))


def row_counts(tenant: TenantRef, tables: Collection[str]) -> dict[str, int]:
    """Return how many rows each table of a tenant has."""
    counts = {}
    with maintenance_context(tenant.schema), connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  a name from the catalog
            counts[table] = int(cursor.fetchone()[0])
    return counts


def console_menu(tenant: TenantRef) -> set[str]:
    """Return the paths in the menu of somebody who may do everything."""
    request = RequestFactory().get("/")
    with tenant_context(tenant):
        person = Staff.objects.create(email=f"{uuid7().hex}@example.com", name="掌柜")
        role = Role.objects.create(code=uuid7().hex, name="*", permissions=["*"])
        RoleAssignment.objects.create(staff=person, role=role)
        return {line.path for group in menu_for(request, person) for line in group.lines}


def english_in(answer: Any) -> list[str]:
    """Return English phrases that a reader of Chinese would meet on a page.

    Single words pass, because brands and codes are such; the name of the
    language in the language's own words passes too.
    """
    if not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
        return []
    text = answer.content.decode()
    shown = (
        "\n".join(_SHOWN_ATTRIBUTE.findall(text))
        + "\n"
        + re.sub(r"<[^>]+>", "\n", _NOT_SHOWN.sub("\n", text))
    )
    return [text for text in _ENGLISH.findall(shown) if text not in settings.STOA_PRODUCT_NAME]
