"""A schema that was changed by hand is found."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from kernel.tenancy.context import maintenance_context
from tenants.fleet import drift
from tenants.fleet.runner import run
from tenants.fleet.tests.conftest import QUICK, Fleet
from tenants.fleet.tests.variants import MEMBERS, releases
from testkit.samples import on_release

NOW = timedelta(0)
EVERYBODY = len(MEMBERS) + 2


def alter(fleet: Fleet, name: str, text: str) -> None:
    with maintenance_context(fleet.tenant(name).schema_name), connection.cursor() as cursor:
        cursor.execute(text)


def test_a_fleet_that_only_the_runner_changed_has_not_drifted(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        run(QUICK)

        tally = drift.check(per_second=1000, fresh_for=NOW)

    assert (tally.checked, tally.clean, tally.drifted) == (EVERYBODY, EVERYBODY, [])


def test_what_was_altered_by_hand_is_named_line_by_line(fleet: Fleet) -> None:
    alter(fleet, "early", "ALTER TABLE sample_stamps_stamp ALTER title TYPE varchar(99)")
    alter(fleet, "late-bare", "CREATE TABLE by_hand (id int)")

    tally = drift.check(per_second=1000, fresh_for=NOW)

    assert tally.drifted == ["early", "late-bare"]
    early, bare = drift.findings()
    assert early["segment"] == "sample_stamps"
    assert early["lines"] == [
        "- column sample_stamps_stamp.title: character varying(20) not null",
        "+ column sample_stamps_stamp.title: character varying(99) not null",
    ]
    assert bare["lines"] == ["+ table by_hand.by_hand: belongs to nobody"]


def test_a_finding_goes_when_the_schema_is_mended(fleet: Fleet) -> None:
    alter(fleet, "late-bare", "CREATE TABLE by_hand (id int)")
    drift.check(per_second=1000, fresh_for=NOW)
    alter(fleet, "late-bare", "DROP TABLE by_hand")

    drift.check(per_second=1000, fresh_for=NOW)

    assert drift.findings() == []


def test_a_check_that_was_cut_short_goes_on_where_it_stood(fleet: Fleet) -> None:
    first = drift.check(per_second=1000, seconds=0)
    second = drift.check(per_second=1000)
    third = drift.check(per_second=1000)

    assert not first.finished
    assert second.finished
    assert second.checked == EVERYBODY - first.checked
    assert third.checked == 0
    assert third.fresh == EVERYBODY


def test_tenants_that_wait_for_a_migration_are_not_called_drifted(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        tally = drift.check(per_second=1000, fresh_for=NOW)

    assert tally.behind == EVERYBODY
    assert tally.drifted == []
