"""Migrations reach every tenant once, ring by ring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import psycopg
import pytest
from django.db import connection

from kernel.audit.actor import Actor
from kernel.tenancy.context import maintenance_context, public_context
from tenants.choices import InstallState, RunState
from tenants.ddl.packs import pack_for
from tenants.ddl.segments import KERNEL, target_digest
from tenants.fleet import runner
from tenants.fleet.apply import Outcome, replay
from tenants.fleet.errors import NoRunToAbort, RunInProgress, UnsafeMigrations
from tenants.fleet.plan import make_plan, release_name
from tenants.fleet.ring import RingState
from tenants.fleet.runner import run
from tenants.fleet.tests.conftest import QUICK, Fleet
from tenants.fleet.tests.variants import MEMBERS, releases
from tenants.models import DdlPack, MigrationRun, ModuleInstall, TenantMigration
from tenants.services.grants import give
from tenants.services.modules import disable, enable
from testkit.database import login_url
from testkit.samples import on_release

ACTOR = Actor.system("tests")
ALL = [*MEMBERS, "tenant-a", "tenant-b"]
WITH_STAMPS = [name for name, (_ring, modules) in MEMBERS.items() if "sample_stamps" in modules]


def test_every_tenant_gets_what_its_set_of_modules_needs(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        done = run(QUICK)

        assert done.state == RunState.DONE
        for name in ALL:
            assert fleet.columns(name, "sample_base_shelf") == ["id", "label", "height"]
            stamps = ["id", "shelf_id", "title", "year"] if name in WITH_STAMPS else []
            assert fleet.columns(name, "sample_stamps_stamp") == stamps
            albums = ["id", "stamp_id"] if name in WITH_STAMPS else []
            assert fleet.columns(name, "sample_stamps_album") == albums
            assert fleet.tenant(name).release == target_digest(KERNEL)
        with public_context():
            installed = set(ModuleInstall.objects.values_list("module", "release"))
        assert installed == {
            (code, target_digest(code)) for code in ("sample_stamps", "sample_notes")
        }


def test_a_pack_is_built_once_for_each_distinct_state(fleet: Fleet) -> None:
    with public_context():
        before = DdlPack.objects.count()

    with on_release(releases("release_2")):
        done = run(QUICK)
        again = run(QUICK)

    with public_context():
        assert DdlPack.objects.count() - before == 2
    assert done.report["packs"] == 2
    assert again.report["packs"] == 0
    assert again.report["rings"] == []


def test_rings_are_migrated_in_order(fleet: Fleet) -> None:
    seen: list[int] = []

    with on_release(releases("release_2")):
        done = run(QUICK, watch=lambda state: seen.append(state.ring))

    assert seen == sorted(seen)
    assert [(ring["ring"], ring["done"]) for ring in done.report["rings"]] == [
        (0, 1),
        (1, 1),
        (2, 5),
    ]


def test_the_tenants_role_may_use_new_tables_and_not_change_definitions(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        run(QUICK)
    tenant = fleet.tenant("canary")

    with maintenance_context(tenant.schema_name), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'sample_stamps_album', 'INSERT'),"
            " has_table_privilege(%s, 'sample_stamps_album', 'TRUNCATE')",
            [tenant.role_name, tenant.role_name],
        )
        assert cursor.fetchone() == (True, False)


def test_a_migrated_schema_is_the_same_as_a_new_one(fleet: Fleet) -> None:
    from tenants.ddl.catalog import digest, read_catalog

    with on_release(releases("release_2")):
        run(QUICK)
        for segment in (KERNEL, "sample_stamps"):
            pack = pack_for(segment)
            schema = fleet.tenant("early").schema_name
            with maintenance_context(schema), connection.cursor() as cursor:
                assert digest(read_catalog(cursor, pack.tables)) == pack.catalog


def test_a_locked_tenant_is_retried_while_the_others_go_on(fleet: Fleet) -> None:
    schema = fleet.tenant("late-bare").schema_name
    others_done = Event()

    def watch(state: RingState) -> None:
        if state.ring == 2 and state.done == state.total - 1 and state.retried:
            others_done.set()

    patient = replace(QUICK, patience=replace(QUICK.patience, attempts=20))
    with (
        on_release(releases("release_2")),
        psycopg.connect(login_url("owner")) as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute(f"LOCK TABLE {schema}.sample_base_shelf IN ACCESS SHARE MODE")
        future = pool.submit(run, patient, watch=watch)
        assert others_done.wait(300)
        assert fleet.applied("late-bare", "sample_base") == ["0001_initial"]
        holder.rollback()
        done = future.result(300)

    assert done.state == RunState.DONE
    assert fleet.applied("late-bare", "sample_base") == ["0001_initial", "0002_height"]
    with public_context():
        row = TenantMigration.objects.get(run=done, tenant__name="late-bare")
    assert row.done
    assert row.attempts > 1
    assert row.error == ""


def test_a_tenant_that_stays_locked_stops_the_next_ring(fleet: Fleet) -> None:
    schema = fleet.tenant("early").schema_name

    with on_release(releases("release_2")), psycopg.connect(login_url("owner")) as holder:
        holder.execute(f"LOCK TABLE {schema}.sample_base_shelf IN ACCESS SHARE MODE")
        done = run(QUICK)

    assert done.state == RunState.STOPPED
    assert [failed["name"] for failed in done.report["failed"]] == ["early"]
    assert "lock timeout" in done.report["failed"][0]["error"]
    assert fleet.applied("canary", "sample_base")[-1] == "0002_height"
    assert fleet.applied("late-bare", "sample_base")[-1] == "0001_initial"


def test_a_failing_migration_stops_at_the_canaries_and_leaves_no_trace(fleet: Fleet) -> None:
    with on_release(releases("broken")), pytest.raises(Exception, match="nonsense"):
        # It cannot even be compiled: nothing was begun.
        run(QUICK)

    for name in ALL:
        assert fleet.applied(name, "sample_stamps") in ([], ["0001_initial"])


def test_a_migration_that_fails_on_one_tenants_data_stops_its_ring(fleet: Fleet) -> None:
    """What compiles on an empty schema may still fail on a schema that was changed by hand."""
    with maintenance_context(fleet.tenant("canary").schema_name), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sample_stamps_stamp ADD year text")

    with on_release(releases("release_2")):
        done = run(QUICK)

    assert done.state == RunState.STOPPED
    assert [failed["name"] for failed in done.report["failed"]] == ["canary"]
    assert "already exists" in done.report["failed"][0]["error"]
    for name in ALL:
        assert fleet.columns(name, "sample_base_shelf") == ["id", "label"]


def test_an_abort_leaves_finished_tenants_finished_and_begins_no_other(fleet: Fleet) -> None:
    def watch(state: RingState) -> None:
        if state.ring == 1 and state.done == 1:
            runner.abort()

    with on_release(releases("release_2")):
        aborted = run(QUICK, watch=watch)

        assert aborted.state == RunState.ABORTED
        assert fleet.applied("early", "sample_base")[-1] == "0002_height"
        assert fleet.applied("late-bare", "sample_base")[-1] == "0001_initial"

        assert run(QUICK).state == RunState.DONE
        assert fleet.applied("late-bare", "sample_base")[-1] == "0002_height"


def test_there_is_nothing_to_abort_when_nothing_runs(fleet: Fleet) -> None:
    with pytest.raises(NoRunToAbort):
        runner.abort()


def test_a_run_whose_process_died_is_taken_up(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        with public_context():
            left = MigrationRun.objects.create(release=release_name())
        canary = make_plan([fleet.tenant("canary").pk]).work[0]
        assert replay(canary, run_id=left.pk).outcome is Outcome.DONE

        done = run(QUICK)

    assert done.pk == left.pk
    assert done.state == RunState.DONE
    with public_context():
        assert TenantMigration.objects.filter(run=done, done=True).count() == len(ALL)
        assert TenantMigration.objects.get(run=done, tenant__name="canary").attempts == 1


def test_a_run_whose_process_died_can_be_aborted(fleet: Fleet) -> None:
    with public_context():
        MigrationRun.objects.create(release="x")

    assert runner.abort().state == RunState.ABORTED


def test_a_second_runner_is_refused(fleet: Fleet) -> None:
    refused: list[Exception] = []

    def watch(state: RingState) -> None:
        if not refused:
            with ThreadPoolExecutor(1) as pool, pytest.raises(RunInProgress) as caught:
                pool.submit(run, QUICK).result()
            refused.append(caught.value)

    with on_release(releases("release_2")):
        done = run(QUICK, watch=watch)

    assert refused
    assert done.state == RunState.DONE


def test_two_that_apply_the_same_plan_apply_it_once(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        work = make_plan([fleet.tenant("early").pk]).work[0]
        with public_context():
            row = MigrationRun.objects.create(release="x")
        start = Barrier(2)

        def apply() -> Outcome:
            start.wait()
            try:
                return replay(work, run_id=row.pk).outcome
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            outcomes = [future.result() for future in [pool.submit(apply), pool.submit(apply)]]

    assert outcomes.count(Outcome.DONE) == 1
    assert set(outcomes) <= {Outcome.DONE, Outcome.MOVED, Outcome.LATER}
    assert fleet.applied("early", "sample_stamps") == ["0001_initial", "0002_year", "0003_album"]


def test_migrations_outside_a_transaction_go_through_django(fleet: Fleet) -> None:
    with on_release(releases("by_django")):
        done = run(QUICK)

    assert done.state == RunState.DONE, done.report
    for name in WITH_STAMPS:
        assert fleet.applied(name, "sample_stamps")[-1] == "0003_index"
        with maintenance_context(fleet.tenant(name).schema_name), connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('stamp_year')"
            )
            assert cursor.fetchone() == (True,)
    assert fleet.applied("late-notes", "sample_stamps") == []


def test_an_index_that_a_killed_run_built_is_built_again(fleet: Fleet) -> None:
    with maintenance_context(fleet.tenant("canary").schema_name), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX stamp_year ON sample_stamps_stamp (title)")

    with on_release(releases("by_django")):
        assert run(QUICK).state == RunState.DONE

    assert fleet.applied("canary", "sample_stamps")[-1] == "0003_index"


def test_migrations_that_running_code_would_feel_are_refused(fleet: Fleet) -> None:
    with on_release(releases("unsafe")):
        with pytest.raises(UnsafeMigrations) as caught:
            run(QUICK)

        assert "fleet.E001" in str(caught.value)
        assert "fleet.E002" in str(caught.value)
        assert fleet.columns("canary", "sample_base_shelf") == ["id", "label"]
        assert run(replace(QUICK, allow_unsafe=True)).state == RunState.DONE

    assert fleet.columns("canary", "sample_base_shelf") == ["id", "caption", "height"]


def test_a_tenant_that_is_ahead_of_this_code_is_left_alone_and_named(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        run(QUICK)

    done = run(QUICK)

    assert done.state == RunState.DONE
    assert set(done.report["ahead"]) == set(ALL)
    assert fleet.columns("canary", "sample_base_shelf") == ["id", "label", "height"]


def test_the_status_says_who_is_where(fleet: Fleet) -> None:
    with on_release(releases("release_2")):
        before = runner.status()
        run(QUICK)
        after = runner.status()

    assert before["rings"] == [
        {"ring": 0, "current": 0, "behind": 1, "ahead": 0},
        {"ring": 1, "current": 0, "behind": 1, "ahead": 0},
        {"ring": 2, "current": 0, "behind": 5, "ahead": 0},
    ]
    assert after["tenants"] == []
    assert after["run"]["state"] == RunState.DONE


def test_ready_schemas_of_the_older_release_are_replaced(fleet: Fleet) -> None:
    from tenants.models import SchemaSlot
    from tenants.services import pool

    pool.refill(1)
    with on_release(releases("release_2")):
        run(replace(QUICK, refill_pool=True))
        with public_context():
            found = set(SchemaSlot.objects.values_list("release", flat=True))

        assert found == {target_digest(KERNEL)}


def test_a_module_that_missed_migrations_while_off_gets_them_when_it_is_switched_on(
    fleet: Fleet,
) -> None:
    tenant = fleet.tenant("canary")
    disable(tenant.pk, "sample_stamps", actor=ACTOR)

    with on_release(releases("by_django")):
        give(tenant.pk, "sample_stamps", source_type="test", source_id="x", actor=ACTOR)
        enable(tenant.pk, "sample_stamps", actor=ACTOR)

        assert "year" in fleet.columns("canary", "sample_stamps_stamp")
        assert fleet.columns("canary", "stamp_year") == ["year"]
        assert len(fleet.applied("canary", "sample_stamps")) == 3
        with public_context():
            install = ModuleInstall.objects.get(tenant=tenant, module="sample_stamps")
        assert (install.state, install.release) == (
            InstallState.ENABLED,
            target_digest("sample_stamps"),
        )
