"""`stoa migrate` as scripts and people use it."""

from __future__ import annotations

import json

from django.db import connection
from typer.testing import CliRunner

from config.cli.migrate import app
from kernel.tenancy.context import maintenance_context
from tenants.fleet.tests.conftest import Fleet
from tenants.fleet.tests.variants import MEMBERS, releases
from testkit.samples import on_release

EVERYBODY = len(MEMBERS) + 2
stoa = CliRunner()


def test_a_release_is_planned_applied_and_looked_at(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        planned = json.loads(stoa.invoke(app, ["plan", "--json"]).stdout)
        done = stoa.invoke(app, ["run", "--json", "-c", "2"])
        where = json.loads(stoa.invoke(app, ["status", "--json"]).stdout)

    assert [ring["tenants"] for ring in planned["rings"]] == [1, 1, 5]
    statements = [text for pack in planned["packs"] for text in pack["sql"]]
    assert any('ADD COLUMN "year"' in text for text in statements)
    assert planned["breaches"] == []
    assert done.exit_code == 0
    assert json.loads(done.stdout)["state"] == "done"
    assert where["run"]["done"] == EVERYBODY
    assert where["tenants"] == []


def test_people_see_the_rings_and_the_end(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        planned = stoa.invoke(app, ["plan"])
        done = stoa.invoke(app, ["run"])
        where = stoa.invoke(app, ["status"])

    assert "sample_stamps.0002_year" in planned.stdout
    assert "ring 0 (canaries)" in done.stdout
    assert "done" in done.stdout
    assert f"{EVERYBODY} tenants done" in where.stdout


def test_the_plan_names_what_running_code_would_feel(fleet: Fleet) -> None:
    with on_release(releases("unsafe")):
        planned = json.loads(stoa.invoke(app, ["plan", "--json"]).stdout)

    assert [breach["serious"] for breach in planned["breaches"]] == [True, True]
    assert "fleet.E001" in planned["breaches"][0]["text"]


def test_a_run_that_stops_ends_with_status_1(fleet: Fleet) -> None:
    with maintenance_context(fleet.tenant("canary").schema_name), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sample_stamps_stamp ADD year text")

    with on_release(releases("release_2")):
        done = stoa.invoke(app, ["run", "--json"])

    assert done.exit_code == 1
    assert json.loads(done.stdout)["failed"][0]["name"] == "canary"


def test_drift_ends_with_status_1_and_names_the_lines(fleet: Fleet) -> None:
    with maintenance_context(fleet.tenant("canary").schema_name), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE by_hand (id int)")

    found = stoa.invoke(app, ["drift", "--json", "--per-second", "1000"])

    assert found.exit_code == 1
    (finding,) = json.loads(found.stdout)["findings"]
    assert finding["lines"] == ["+ table by_hand.by_hand: belongs to nobody"]
