"""Switching modules: what is refused changes nothing, and nobody else has to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event
from time import monotonic

import psycopg
import pytest
from django.db import connection, connections

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.modules.errors import (
    ConflictingModule,
    MissingRequirement,
    ModuleNotEntitled,
    NeededByAnother,
    UnknownModule,
)
from kernel.modules.manifest import InvalidManifest, Manifest, Text
from kernel.modules.ports import entitlements
from kernel.modules.registry import check_together, manifests
from kernel.relations.closure import differences
from kernel.relations.models import Closure, Relation, RelationChange, RelationPolicy
from kernel.relations.tests.people import bind, people
from kernel.tenancy.context import TenantRef, maintenance_context, public_context, tenant_context
from tenants.ddl.catalog import digest, read_catalog, tables_of_schema
from tenants.errors import ModuleNotInstalled, NotConfirmed, StateRefused, TenantBusy
from tenants.invalidation import changed
from tenants.models import Grant, ModuleInstall
from tenants.services.modules import disable, drop, enable
from testkit.database import login_url
from testkit.modules import ACTOR, anew, carried, switched_off, switched_on
from testkit.tenants import open_test_tenant

HERE = "testkit.tests.modules"
modules = carried(
    *(f"{HERE}.{code}.manifest:manifest" for code in ("lamp", "shade", "candle", "picky"))
)
A_SECOND = 1.0


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


def state_of(tenant: TenantRef) -> tuple[str, list[tuple[str, str]]]:
    """What must not change: the catalog with the migrations' records, and the registry."""
    with maintenance_context(tenant.schema), connection.cursor() as cursor:
        catalog = digest(read_catalog(cursor, tables_of_schema(cursor)))
        cursor.execute("SELECT string_agg(app || name, ',' ORDER BY id) FROM django_migrations")
        catalog += str(cursor.fetchone()[0])
    with public_context():
        rows = ModuleInstall.objects.filter(tenant_id=tenant.id).order_by("module")
        return catalog, list(rows.values_list("module", "state"))


@contextmanager
def refused(tenant: TenantRef, error: type[DomainError], **fields: object) -> Iterator[None]:
    before = state_of(tenant)
    with pytest.raises(error) as caught:
        yield
    assert {key: caught.value.fields.get(key) for key in fields} == fields
    assert state_of(tenant) == before


def entitled(tenant: TenantRef, *codes: str) -> TenantRef:
    from tenants.services.grants import give

    for code in codes:
        give(tenant.id, code, source_type="test", source_id=code, actor=ACTOR)
    return anew(tenant.id)


# --- refusals


def test_a_module_that_nobody_carries_is_unknown(tenant: TenantRef) -> None:
    with refused(tenant, UnknownModule, module="teleport"):
        enable(tenant.id, "teleport", actor=ACTOR)


def test_a_module_without_a_right_is_refused(tenant: TenantRef) -> None:
    with refused(tenant, ModuleNotEntitled, module="lamp", reason="no_grant"):
        enable(tenant.id, "lamp", actor=ACTOR)


def test_a_module_whose_requirement_is_off_is_refused(tenant: TenantRef) -> None:
    entitled(tenant, "shade", "lamp")

    with refused(tenant, MissingRequirement, module="shade", missing=["lamp"]):
        enable(tenant.id, "shade", actor=ACTOR)


def test_a_module_that_another_needs_stays_on(tenant: TenantRef) -> None:
    switched_on(tenant, "shade")

    with refused(tenant, NeededByAnother, module="lamp", needed_by=["shade"]):
        disable(tenant.id, "lamp", actor=ACTOR)


def test_what_loses_its_base_is_on_hold_and_is_there_again_with_it(tenant: TenantRef) -> None:
    from tenants.services.grants import give

    def mode() -> tuple[str, str]:
        found = entitlements().decide(anew(tenant.id).id, "shade", utc_now())
        return found.mode, found.reason

    switched_on(tenant, "shade")
    assert mode() == ("full", "granted")
    ended = utc_now() - timedelta(days=1)
    later = utc_now() + timedelta(days=1)
    with public_context():
        Grant.objects.filter(tenant_id=tenant.id, feature="lamp").update(
            starts_at=ended - timedelta(days=1), ends_at=ended, off_at=later
        )
    changed(tenant.id)
    assert mode() == ("read_only", "without_base")
    with public_context():
        Grant.objects.filter(tenant_id=tenant.id, feature="lamp").update(off_at=ended)
    changed(tenant.id)
    assert mode() == ("off", "without_base")

    give(tenant.id, "lamp", source_type="test", source_id="again", actor=ACTOR)

    assert mode() == ("full", "granted")


@pytest.mark.parametrize(("first", "second"), [("lamp", "candle"), ("candle", "lamp")])
def test_modules_that_exclude_each_other_are_never_on_together(
    tenant: TenantRef, first: str, second: str
) -> None:
    switched_on(tenant, first)
    entitled(tenant, second)

    with refused(tenant, ConflictingModule, module=second, excluded_by=[first]):
        enable(tenant.id, second, actor=ACTOR)


def test_a_migration_that_fails_half_way_leaves_nothing(tenant: TenantRef) -> None:
    entitled(tenant, "picky")
    with tenant_context(tenant):
        Member.objects.create(login="lan@example.com", name="兰兰")

    with refused(tenant, ModuleNotInstalled, module="picky"):
        enable(tenant.id, "picky", actor=ACTOR)


def test_a_migration_that_cannot_be_compiled_leaves_nothing(tenant: TenantRef) -> None:
    from testkit.modules import carrying

    with carrying(f"{HERE}.broken.manifest:manifest"):
        entitled(tenant, "broken")

        with refused(tenant, ModuleNotInstalled, module="broken"):
            enable(tenant.id, "broken", actor=ACTOR)


def test_what_is_on_is_not_dropped_and_dropping_is_confirmed(tenant: TenantRef) -> None:
    switched_on(tenant, "lamp")

    with refused(tenant, NotConfirmed, expected="lamp"):
        drop(tenant.id, "lamp", actor=ACTOR, confirmation="yes")
    with refused(tenant, StateRefused):
        drop(tenant.id, "lamp", actor=ACTOR, confirmation="lamp")


def test_switching_twice_switches_once(tenant: TenantRef) -> None:
    switched_on(tenant, "lamp")
    before = state_of(tenant)

    enable(tenant.id, "lamp", actor=ACTOR)
    assert state_of(tenant) == before
    switched_off(tenant, "lamp")
    disable(tenant.id, "lamp", actor=ACTOR)
    drop(tenant.id, "lamp", actor=ACTOR, confirmation="lamp")
    drop(tenant.id, "lamp", actor=ACTOR, confirmation="lamp")
    assert state_of(tenant)[1] == []


def test_a_reward_module_that_goes_and_another_that_comes_leave_relations_as_they_were(
    tenant: TenantRef,
) -> None:
    switched_on(tenant, "check_in")
    with tenant_context(tenant):
        head, *team = people(4)
        bind(team[0], head)
        for member in team[1:]:
            bind(member, team[0])

    def kept() -> list[object]:
        with tenant_context(tenant):
            tables = (Relation, Closure, RelationChange, RelationPolicy)
            return [list(table.objects.order_by("pk").values()) for table in tables]

    before = kept()
    switched_off(tenant, "check_in")
    switched_on(tenant, "lamp")
    after_change = kept()
    drop(tenant.id, "check_in", actor=ACTOR, confirmation="check_in")

    assert [len(rows) for rows in before[:2]] == [3, 5]  # type: ignore[arg-type]
    assert before == after_change == kept()
    with tenant_context(tenant):
        assert differences() == []


# --- manifests


def manifest(code: str, **fields: object) -> Manifest:
    texts = {"name": Text("灯", "Lamp"), "summary": Text("灯", "Lamp")}
    return Manifest(code=code, package="x", version="1.0.0", category="x", **texts, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("together", "told"),
    [
        ([manifest("one", requires=("two",))], "one: names the unknown module 'two'"),
        ([manifest("one", conflicts=("two",))], "one: names the unknown module 'two'"),
        ([manifest("one"), manifest("one")], "one: two modules have this code"),
        (
            [manifest("one", requires=("two",)), manifest("two", requires=("one",))],
            "requirements go in a circle",
        ),
        ([manifest("one", kernel=">=99.0")], "one: needs kernel >=99.0"),
        ([manifest("one", kernel="new")], "one: kernel 'new' is no range"),
    ],
)
def test_manifests_that_do_not_go_together_are_refused(together: list[Manifest], told: str) -> None:
    with pytest.raises(InvalidManifest, match=told.replace(">=", ">=")):
        check_together(together)


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "Lamp"},
        {"code": "a"},
        {"code": "lamp", "requires": ("lamp",)},
        {"code": "lamp", "requires": ("shade",), "conflicts": ("shade",)},
        {"code": "lamp", "events": ("shade.fell",)},
    ],
)
def test_a_malformed_manifest_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidManifest):
        manifest(**fields)  # type: ignore[arg-type]


def test_a_module_of_another_distribution_is_found() -> None:
    assert manifests()["lamp"].package == f"{HERE}.lamp"


# --- together, and under load


def in_thread(work: Callable[[], float]) -> Callable[[], float]:
    def run() -> float:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def test_two_who_switch_on_together_install_once(tenant: TenantRef) -> None:
    entitled(tenant, "lamp")
    start = Barrier(2)

    def switch() -> float:
        start.wait(timeout=180)
        begun = monotonic()
        enable(tenant.id, "lamp", actor=ACTOR)
        return monotonic() - begun

    with ThreadPoolExecutor(2) as pool:
        seconds = [future.result() for future in [pool.submit(in_thread(switch)) for _ in "12"]]

    assert max(seconds) < A_SECOND
    assert state_of(tenant)[1] == [("lamp", "enabled")]


def test_a_table_that_stays_locked_is_told_as_busy_and_others_go_on(tenant: TenantRef) -> None:
    entitled(tenant, "lamp")
    other = open_test_tenant()
    with psycopg.connect(login_url("owner")) as writer:
        writer.execute(f"LOCK TABLE {tenant.schema}.members_member IN ROW EXCLUSIVE MODE")

        with refused(tenant, TenantBusy, module="lamp"):
            enable(tenant.id, "lamp", actor=ACTOR)
        writer.execute(f"LOCK TABLE {tenant.schema}.members_member IN ROW EXCLUSIVE MODE")
        enabled_elsewhere = switched_on(other, "lamp")
        writer.rollback()

    assert "lamp" in enabled_elsewhere.modules
    enable(tenant.id, "lamp", actor=ACTOR)
    assert "lamp" in anew(tenant.id).modules


def test_requests_go_on_while_a_module_is_switched_on_and_off(tenant: TenantRef) -> None:
    entitled(tenant, "lamp")
    other = open_test_tenant()
    done, started = Event(), Barrier(3)

    def work_in(place: TenantRef) -> Callable[[], float]:
        def work() -> float:
            longest, number = 0.0, 0
            started.wait(timeout=180)
            while not done.is_set():
                begun, number = monotonic(), number + 1
                with tenant_context(place):
                    Member.objects.create(login=f"m{number}@example.com", name="兰兰")
                    assert Member.objects.count() == number
                longest = max(longest, monotonic() - begun)
            return longest

        return work

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(in_thread(work_in(place))) for place in (tenant, other)]
        try:
            started.wait(timeout=180)
            for _round in range(5):
                enable(tenant.id, "lamp", actor=ACTOR)
                disable(tenant.id, "lamp", actor=ACTOR)
                drop(tenant.id, "lamp", actor=ACTOR, confirmation="lamp")
        finally:
            done.set()
        waits = [worker.result(timeout=180) for worker in workers]

    assert max(waits) < A_SECOND
