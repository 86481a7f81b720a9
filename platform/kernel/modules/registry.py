"""Which modules this installation carries.

Found without Django, because settings ask for them: packages in ``apps/`` that
hold a ``manifest.py``, and entry points of the group ``stoa.modules`` of any
installed distribution.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points, version
from types import MappingProxyType

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from kernel.modules.manifest import InvalidManifest, Manifest

ENTRY_POINT_GROUP = "stoa.modules"
IN_TREE_PACKAGE = "apps"


def _in_tree() -> list[Manifest]:
    folder = importlib.util.find_spec(IN_TREE_PACKAGE)
    places = folder.submodule_search_locations if folder is not None else None
    return [
        importlib.import_module(f"{info.name}.manifest").manifest
        for info in pkgutil.iter_modules(places, f"{IN_TREE_PACKAGE}.")
        if info.ispkg and importlib.util.find_spec(f"{info.name}.manifest") is not None
    ]


def _from_distributions() -> list[Manifest]:
    return [point.load() for point in entry_points(group=ENTRY_POINT_GROUP)]


def check_together(manifests: list[Manifest]) -> None:
    """Check what the modules say of each other and of the kernel.

    Raises:
        InvalidManifest: a code stands twice, a module names an unknown one,
            requirements go in a circle, or the kernel is of another version.
    """
    by_code: dict[str, Manifest] = {}
    for manifest in manifests:
        if not isinstance(manifest, Manifest):
            raise InvalidManifest(f"{manifest!r} is not a Manifest")
        if manifest.code in by_code:
            raise InvalidManifest(f"{manifest.code}: two modules have this code")
        by_code[manifest.code] = manifest
    kernel = Version(version("stoa"))
    for manifest in manifests:
        for other in (*manifest.requires, *manifest.conflicts):
            if other not in by_code:
                raise InvalidManifest(f"{manifest.code}: names the unknown module {other!r}")
        try:
            fits = SpecifierSet(manifest.kernel).contains(kernel, prereleases=True)
        except InvalidSpecifier as error:
            raise InvalidManifest(
                f"{manifest.code}: kernel {manifest.kernel!r} is no range"
            ) from error
        if not fits:
            raise InvalidManifest(
                f"{manifest.code}: needs kernel {manifest.kernel}, this is {kernel}"
            )
    for manifest in manifests:
        requirements_of(manifest.code, by_code)


def requirements_of(code: str, by_code: Mapping[str, Manifest]) -> list[str]:
    """Return what a module needs, directly or not, in the order to switch on.

    Raises:
        InvalidManifest: the requirements go in a circle.
    """
    order: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise InvalidManifest(
                f"{name}: requirements go in a circle: {' > '.join((*path, name))}"
            )
        for other in by_code[name].requires:
            visit(other, (*path, name))
        if name not in order:
            order.append(name)

    visit(code, ())
    return order[:-1]


@cache
def manifests() -> Mapping[str, Manifest]:
    """Return all modules by code, in alphabetical order.

    Raises:
        InvalidManifest: one of them cannot be used.
    """
    found = sorted([*_in_tree(), *_from_distributions()], key=lambda m: getattr(m, "code", ""))
    check_together(found)
    return MappingProxyType({manifest.code: manifest for manifest in found})


def manifest_of(code: str) -> Manifest | None:
    """Return a module's manifest, or None when no module has this code."""
    return manifests().get(code)


def module_app_configs() -> list[str]:
    """Return what INSTALLED_APPS must name for the modules."""
    return [app_config_of(manifest) for manifest in manifests().values()]


def app_config_of(manifest: Manifest) -> str:
    """Return the path of a module's application class: its code in capitals, and ``Config``."""
    name = "".join(part.capitalize() for part in manifest.code.split("_")) + "Config"
    return f"{manifest.package}.apps.{name}"


def forget_modules() -> None:
    """Look for modules anew at the next question."""
    manifests.cache_clear()


def module_of_package(dotted: str) -> str | None:
    """Return the code of the module that a Python path belongs to, or None for kernel code."""
    for manifest in manifests().values():
        if dotted == manifest.package or dotted.startswith(f"{manifest.package}."):
            return manifest.code
    return None


def load(reference: str) -> object:
    """Import ``package.module:attribute``."""
    path, _colon, attribute = reference.partition(":")
    return getattr(importlib.import_module(path), attribute)
