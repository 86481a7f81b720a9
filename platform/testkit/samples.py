"""Apps and modules written for one test or benchmark, with several releases of each.

A release is a package of migrations; Django's `MIGRATION_MODULES` says which
one is current. So a test can stand on an older release, open tenants there, and
go on to the next one, as an installation does. Modules are found through the
entry points of a real (if tiny) distribution, as any module is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

DISTRIBUTION = "stoa_samples-1.0.0.dist-info"


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: its name without the number, and its operations as Python text.

    Attributes:
        atomic: False for what runs outside a transaction.
        depends: other apps' migrations, ``("label", "0001_initial")``.
    """

    name: str
    operations: str
    atomic: bool = True
    depends: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class SampleFolder:
    """A folder on the import path that holds sample apps."""

    path: Path
    apps: dict[str, bool] = field(default_factory=dict)

    def app(self, label: str, *, module: bool = False, requires: Sequence[str] = ()) -> None:
        """Write a package for an app of the kernel, or for a module."""
        package = self.path / label
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        config = "".join(part.capitalize() for part in label.split("_")) + "Config"
        (package / "apps.py").write_text(
            "from django.apps import AppConfig\n\n\n"
            f"class {config}(AppConfig):\n    name = {label!r}\n    label = {label!r}\n"
        )
        if module:
            (package / "manifest.py").write_text(
                "from kernel.modules.manifest import Manifest, Text\n\n"
                f"manifest = Manifest(\n    code={label!r},\n    package={label!r},\n"
                f"    name=Text({label!r}, {label!r}),\n    version='1.0.0',\n"
                "    summary=Text('示例', 'A sample.'),\n    category='samples',\n"
                f"    requires={tuple(requires)!r},\n)\n"
            )
        self.apps[label] = module
        self._write_distribution()

    def release(self, label: str, name: str, steps: Sequence[Step]) -> None:
        """Write a release of an app: a package of migrations, numbered from 0001."""
        package = self.path / label / name
        package.mkdir()
        (package / "__init__.py").write_text("")
        before = ""
        for number, step in enumerate(steps, start=1):
            own = f"{number:04d}_{step.name}"
            depends = [*step.depends, *([(label, before)] if before else [])]
            (package / f"{own}.py").write_text(
                _MIGRATION.format(
                    initial="    initial = True\n" if number == 1 else "",
                    atomic="" if step.atomic else "    atomic = False\n",
                    depends=depends,
                    operations=indent(dedent(step.operations).strip(), " " * 8),
                )
            )
            before = own

    def modules(self) -> list[str]:
        """Return the labels of the modules."""
        return [label for label, module in self.apps.items() if module]

    def _write_distribution(self) -> None:
        info = self.path / DISTRIBUTION
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: stoa-samples\nVersion: 1.0.0\n"
        )
        points = "\n".join(f"{label} = {label}.manifest:manifest" for label in self.modules())
        (info / "entry_points.txt").write_text(f"[stoa.modules]\n{points}\n")


_MIGRATION = """\
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from kernel.common.db.fields import DBForeignKey


class Migration(migrations.Migration):
{initial}{atomic}    dependencies = {depends!r}
    operations = [
{operations}
    ]
"""


@contextmanager
def installed(folder: SampleFolder, *, kernel: Sequence[str] = ()) -> Iterator[None]:
    """Make a folder's apps part of the installation, in this process.

    Args:
        folder: what holds them.
        kernel: labels of apps whose tables every tenant has.
    """
    from django.conf import settings
    from django.test import override_settings

    _forget_caches()
    sys.path.insert(0, str(folder.path))
    configs = [f"{label}.apps.{_config(label)}" for label in folder.apps]
    try:
        with override_settings(
            INSTALLED_APPS=[*settings.INSTALLED_APPS, *configs],
            STOA_TENANT_APPS=[*settings.STOA_TENANT_APPS, *kernel],
        ):
            _forget_caches()
            yield
    finally:
        sys.path.remove(str(folder.path))
        _forget_caches()


@contextmanager
def on_release(releases: Mapping[str, str]) -> Iterator[None]:
    """Stand on a release of each app: label to the name of a package of migrations."""
    from django.test import override_settings

    modules = {label: f"{label}.{name}" for label, name in releases.items()}
    with override_settings(MIGRATION_MODULES=modules):
        _forget_caches()
        yield
    _forget_caches()


def _config(label: str) -> str:
    return "".join(part.capitalize() for part in label.split("_")) + "Config"


def _forget_caches() -> None:
    from kernel.modules.registry import manifests
    from tenants.ddl.packs import catalog_lines
    from tenants.ddl.segments import _ordered, disk, target_digest

    for cached in (manifests, disk, _ordered, target_digest, catalog_lines):
        cached.cache_clear()
