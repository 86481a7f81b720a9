"""A migration killed at any moment is complete after the next run, and nothing is done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from kernel.tenancy.context import maintenance_context, public_context
from tenants.choices import RunState
from tenants.fleet.plan import make_plan
from tenants.fleet.runner import run
from tenants.fleet.tests.conftest import QUICK, Fleet
from tenants.fleet.tests.variants import MEMBERS, releases
from tenants.models import MigrationRun, TenantMigration
from testkit.database import database_copy, login_url
from testkit.samples import SampleFolder, installed, on_release

ROOT = Path(__file__).resolve().parents[3]
EXPECTED = {
    "sample_base": ["0001_initial", "0002_height", "0003_sleep"],
    "sample_stamps": ["0001_initial", "0002_year", "0003_index"],
}


@pytest.fixture
def compiled(_fleet_template: str, sample_folder: SampleFolder, committing: None) -> Iterator[str]:
    """The fleet with its packs built, to copy for each round."""
    with (
        database_copy(_fleet_template) as name,
        installed(sample_folder, kernel=["sample_base"]),
        on_release(releases("slow")),
    ):
        make_plan()
        connections["default"].close()
        yield name


def start(folder: SampleFolder) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tenants.fleet.tests.kill_settings",
        "STOA_PROCESS_DATABASE_URL": login_url("owner"),
        "STOA_DB_PREFIX": settings.STOA_DB_PREFIX,
        "PYTHONPATH": f"{folder.path}:{ROOT / 'platform'}:{ROOT}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tenants.fleet.tests.kill_target"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def killed_after(process: subprocess.Popen[str], *, seconds: float) -> None:
    """Let it work for so long after it is loaded, then kill it with no chance to tidy up."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def check_complete(fleet: Fleet) -> None:
    for name in [*MEMBERS, "tenant-a", "tenant-b"]:
        modules = MEMBERS.get(name, (2, ()))[1]
        assert fleet.applied(name, "sample_base") == EXPECTED["sample_base"]
        assert fleet.columns(name, "sample_base_shelf") == ["id", "label", "height"]
        stamps = EXPECTED["sample_stamps"] if "sample_stamps" in modules else []
        assert fleet.applied(name, "sample_stamps") == stamps
        if not stamps:
            continue
        with maintenance_context(fleet.tenant(name).schema_name), connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('stamp_year')"
            )
            assert cursor.fetchone() == (True,)


def rounds(compiled: str, folder: SampleFolder, *, count: int) -> None:
    chance = random.Random()
    killed_inside = 0
    for _ in range(count):
        with database_copy(compiled) as name:
            fleet = Fleet(name)
            killed_after(start(folder), seconds=chance.uniform(0.05, 1.2))
            with public_context():
                killed_inside += MigrationRun.objects.filter(state=RunState.RUNNING).exists()

            done = run(QUICK)

            assert done.state == RunState.DONE, done.report
            check_complete(fleet)
            with public_context():
                assert not MigrationRun.objects.filter(state=RunState.RUNNING).exists()
                assert not TenantMigration.objects.filter(run=done, done=False).exists()
    if count > 10:
        assert killed_inside > count // 4, "the kills came too early or too late to prove anything"


def test_a_killed_migration_is_complete_after_the_next_run(
    compiled: str, sample_folder: SampleFolder
) -> None:
    rounds(compiled, sample_folder, count=3)


@pytest.mark.soak
def test_a_killed_migration_is_complete_after_the_next_run_fifty_times(
    compiled: str, sample_folder: SampleFolder
) -> None:
    rounds(compiled, sample_folder, count=50)
