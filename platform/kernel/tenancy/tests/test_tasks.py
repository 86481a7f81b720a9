"""A task runs in the tenant that sent it, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from celery import Task, current_app
from django.db import transaction

from kernel.audit.actor import Actor, acting, current_actor
from kernel.common.flow import current_request_id, in_request
from kernel.modules.gate import mode_of
from kernel.tenancy.context import (
    TenantRef,
    chosen_scope,
    current_tenant,
    public_context,
    tenant_context,
)
from kernel.tenancy.errors import NoTenant, UnknownTenant
from kernel.tenancy.module_mode import set_module_gate, switched_on
from kernel.tenancy.ports import TenantDirectory, directory, set_directory
from kernel.tenancy.tasks import TENANT_HEADER, enqueue, tenant_task
from kernel.tenancy.tests.fixed import Fixed

seen: list[object] = []
meeting = threading.Barrier(2)


@tenant_task(name="test.note")
def note(value: str = "") -> None:
    seen.append((current_tenant().schema, value))


@tenant_task(name="test.who")
def who() -> None:
    seen.append(current_actor().name)


@tenant_task(name="test.request")
def which_request() -> None:
    seen.append(current_request_id())


@tenant_task(name="test.public", scope="public")
def public_note() -> None:
    seen.append(chosen_scope())


@tenant_task(name="test.module", module="probe")
def module_note() -> None:
    seen.append("ran")


@tenant_task(name="test.report", module="probe", writes=False)
def module_report() -> None:
    seen.append("reported")


@tenant_task(name="test.refund", runs_when_suspended=True)
def refund() -> None:
    seen.append("refunded")


@tenant_task(name="test.meet")
def meet() -> None:
    before = current_tenant().schema
    meeting.wait(timeout=120)
    seen.append((before, current_tenant().schema))


@tenant_task(name="test.fail")
def fail() -> None:
    raise LookupError


@pytest.fixture
def known(one: TenantRef, two: TenantRef) -> Iterator[Fixed]:
    before: TenantDirectory = directory()
    fixed = Fixed(one, two)
    set_directory(fixed)
    yield fixed
    set_directory(before)


@pytest.fixture(autouse=True)
def eager(known: Fixed) -> Iterator[None]:
    seen.clear()
    current_app.conf.task_always_eager = True
    current_app.conf.task_eager_propagates = True
    yield
    current_app.conf.task_always_eager = False
    current_app.conf.task_eager_propagates = False


def test_a_task_runs_in_the_tenant_that_sent_it(one: TenantRef) -> None:
    with tenant_context(one):
        note.apply_async(kwargs={"value": "x"})

    assert seen == [(one.schema, "x")]
    assert chosen_scope() is None


def test_sending_without_a_tenant_is_refused(one: TenantRef) -> None:
    with pytest.raises(NoTenant):
        note.apply_async()
    with public_context(), pytest.raises(NoTenant):
        note.apply_async()

    assert seen == []


def test_a_message_without_a_tenant_fails_and_never_runs(one: TenantRef) -> None:
    with tenant_context(one), pytest.raises(NoTenant):
        # What a message looks like that another program put into the queue.
        Task.apply(note, throw=True)
    with pytest.raises(NoTenant):
        Task.apply(note, headers={TENANT_HEADER: "public"}, throw=True)

    assert seen == []


def test_a_public_task_needs_no_tenant_and_gets_none(one: TenantRef) -> None:
    with tenant_context(one):
        public_note.apply_async()
        assert current_tenant() == one

    with public_context():
        assert seen == [chosen_scope()]


def test_a_task_of_an_unknown_tenant_fails(one: TenantRef) -> None:
    stranger = replace(one, id=UUID(int=99))
    with tenant_context(stranger), pytest.raises(UnknownTenant):
        note.apply_async()

    assert seen == []


def test_two_threads_keep_their_tenants_while_one_task_runs_in_both(
    one: TenantRef, two: TenantRef
) -> None:
    def send(tenant: TenantRef) -> str:
        with tenant_context(tenant):
            meet.apply_async()
            return current_tenant().schema

    with ThreadPoolExecutor(2) as pool:
        after = list(pool.map(send, [one, two]))

    assert after == [one.schema, two.schema]
    assert sorted(seen, key=str) == sorted((t.schema, t.schema) for t in (one, two))


def test_a_task_that_fails_gives_the_scope_back(one: TenantRef, two: TenantRef) -> None:
    with tenant_context(one), pytest.raises(LookupError):
        fail.apply_async()
    with tenant_context(two):
        note.apply_async()

    assert seen == [(two.schema, "")]
    assert chosen_scope() is None


@pytest.fixture
def _switches_alone() -> Iterator[None]:
    set_module_gate(switched_on)
    yield
    set_module_gate(mode_of)


@pytest.mark.usefixtures("_switches_alone")
def test_a_task_of_a_module_that_is_off_is_silent(known: Fixed, one: TenantRef) -> None:
    with tenant_context(one):
        known.tenants[one.id] = replace(one, modules=frozenset())
        module_note.apply_async()
        assert seen == []
        known.tenants[one.id] = replace(one, modules=frozenset({"probe"}))
        module_note.apply_async()

    assert seen == ["ran"]


@pytest.mark.usefixtures("_switches_alone")
def test_a_module_that_may_only_read_runs_no_task_that_writes(one: TenantRef) -> None:
    set_module_gate(lambda _tenant, _module: "read_only")

    with tenant_context(one):
        module_note.apply_async()
        module_report.apply_async()

    assert seen == ["reported"]


def test_only_money_in_flight_runs_for_a_suspended_tenant(known: Fixed, one: TenantRef) -> None:
    known.tenants[one.id] = replace(one, state="suspended", level=3)
    with tenant_context(one):
        note.apply_async()
        refund.apply_async()

    assert seen == ["refunded"]


def test_nothing_runs_for_an_archived_tenant(known: Fixed, one: TenantRef) -> None:
    known.tenants[one.id] = replace(one, state="archived", level=4)
    with tenant_context(one):
        refund.apply_async()

    assert seen == []


def test_the_actor_follows_the_task(one: TenantRef) -> None:
    person = Actor("staff", "stf_1", "Li", acting_as=Actor("member", "mem_1", "Wang"))
    with tenant_context(one), acting(person):
        who.apply_async()

    assert seen == ["Li"]


def test_the_request_id_follows_the_task(one: TenantRef) -> None:
    with tenant_context(one), in_request("req-7"):
        which_request.apply_async()

    assert seen == ["req-7"]


def test_enqueued_work_is_sent_on_commit_in_the_tenant_of_the_call(
    committing: None,
    one: TenantRef,
    two: TenantRef,
) -> None:
    with tenant_context(two), transaction.atomic():
        with tenant_context(one):
            enqueue(note, value="sent")
        assert seen == []
    with tenant_context(one), transaction.atomic():
        enqueue(note, value="undone")
        transaction.set_rollback(True)

    assert seen == [(one.schema, "sent")]
