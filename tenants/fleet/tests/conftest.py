"""A small fleet on an older release, in a database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from kernel.tenancy.context import maintenance_context, public_context
from tenants.fleet.ring import Patience
from tenants.fleet.runner import Choices, run
from tenants.fleet.tests.variants import MEMBERS, VARIANTS, releases
from tenants.models import Tenant
from testkit.database import database_copy, database_template
from testkit.samples import SampleFolder, installed, on_release
from testkit.tenants import open_test_tenant

QUICK = Choices(connections=2, patience=Patience(attempts=3, first_wait=0.05), refill_pool=False)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> SampleFolder:
    """The sample apps and all their releases, as files."""
    folder = SampleFolder(tmp_path_factory.mktemp("samples"))
    folder.app("sample_base")
    folder.app("sample_stamps", module=True)
    folder.app("sample_notes", module=True)
    for variant, apps in VARIANTS.items():
        for label, steps in apps.items():
            folder.release(label, variant, steps)
    return folder


@pytest.fixture(scope="session")
def _fleet_template(
    sample_folder: SampleFolder, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    def build() -> None:
        with installed(sample_folder, kernel=["sample_base"]), on_release(releases("release_1")):
            for label, (ring, modules) in MEMBERS.items():
                open_test_tenant(label, modules=modules, ring=ring)
            # The two tenants of the run's template lack the kernel's sample app.
            run(QUICK)

    with django_db_blocker.unblock(), database_template(build) as name:
        yield name


@dataclass
class Fleet:
    """The tenants of a test's own database, by name."""

    database: str

    def tenant(self, name: str) -> Tenant:
        with public_context():
            return Tenant.objects.get(name=name)

    def columns(self, name: str, table: str) -> list[str]:
        """Return a table's columns in a tenant; none when the table is absent."""
        with maintenance_context(self.tenant(name).schema_name), connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s)"
                " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                [table],
            )
            return [row[0] for row in cursor.fetchall()]

    def applied(self, name: str, label: str) -> list[str]:
        """Return the migrations of an app that a tenant has recorded, in order, doubles too."""
        with maintenance_context(self.tenant(name).schema_name), connection.cursor() as cursor:
            cursor.execute("SELECT name FROM django_migrations WHERE app = %s ORDER BY id", [label])
            return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def fleet(_fleet_template: str, sample_folder: SampleFolder, committing: None) -> Iterator[Fleet]:
    """Seven tenants on release 1 with the sample apps; the test picks the next release."""
    with (
        database_copy(_fleet_template) as name,
        installed(sample_folder, kernel=["sample_base"]),
        on_release(releases("release_1")),
    ):
        yield Fleet(name)
