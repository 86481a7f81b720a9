"""Ways around the context, all refused, and threads that lost theirs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django_tenants.utils
import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import signing as plain_signing
from django.core.cache import cache
from django.db import connection, transaction

from kernel.access.models import Role, Staff
from kernel.tenancy import signing
from kernel.tenancy.context import (
    TenantRef,
    TenantThreadPool,
    bind_context,
    current_tenant,
    maintenance_context,
    public_context,
    tenant_context,
)
from kernel.tenancy.errors import CrossTenantWrite, NoTenant, TenantSwitchRefused
from kernel.tenancy.sessions import SessionStore
from tenants.models import Tenant
from tests.isolation.conftest import mark


def test_django_tenants_own_ways_of_switching_are_refused(tenant_a: TenantRef) -> None:
    tenant = Tenant.objects.get(pk=tenant_a.id)

    with pytest.raises(TenantSwitchRefused), tenant:
        pass
    with pytest.raises(TenantSwitchRefused):
        tenant.activate()
    with pytest.raises(TenantSwitchRefused):
        connection.set_tenant(tenant)  # type: ignore[attr-defined]
    with (
        pytest.raises(TenantSwitchRefused),
        django_tenants.utils.schema_context(tenant_a.schema),
    ):
        pass


def test_a_thread_without_a_tenant_can_touch_nothing_of_one(marked: list[TenantRef]) -> None:
    def careless() -> None:
        cache.set("cart", 1)

    with tenant_context(marked[0]), ThreadPoolExecutor(1) as pool:
        with pytest.raises(NoTenant):
            pool.submit(careless).result()
        with pytest.raises(NoTenant):
            pool.submit(current_tenant).result()


def test_a_pool_thread_is_in_its_submitters_tenant_and_keeps_none(
    marked: list[TenantRef],
) -> None:
    def seen() -> tuple[str, list[str]]:
        codes = list(Role.objects.filter(code__startswith="mark-").values_list("code", flat=True))
        return current_tenant().name, codes

    with TenantThreadPool(1) as pool:
        for tenant in marked * 3:
            with tenant_context(tenant):
                assert pool.submit(seen).result() == (tenant.name, [mark(tenant)])
        with pytest.raises(NoTenant):
            pool.submit(seen).result()
        pool.submit(lambda: connection.close()).result()  # noqa: PLW0108  the thread's own


def test_two_threads_in_two_tenants_do_not_disturb_each_other(marked: list[TenantRef]) -> None:
    barrier = Barrier(2)

    def work(tenant: TenantRef, other: TenantRef) -> list[str]:
        found: list[str] = []
        with tenant_context(tenant):
            for _turn in range(20):
                barrier.wait()
                with tenant_context(other):
                    Role.objects.count()
                barrier.wait()
                found += Role.objects.filter(code__startswith="mark-").values_list(
                    "code", flat=True
                )
        connection.close()
        return found

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(work, marked[0], marked[1])
        two = pool.submit(work, marked[1], marked[0])

    assert set(one.result()) == {mark(marked[0])}
    assert set(two.result()) == {mark(marked[1])}


def test_a_bound_function_runs_in_the_tenant_it_was_bound_in(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        name = bind_context(lambda: current_tenant().name)

    with tenant_context(tenant_b):
        assert name() == tenant_a.name
        assert current_tenant().name == tenant_b.name


def test_a_raw_driver_cursor_is_in_the_tenant_too(marked: list[TenantRef]) -> None:
    with tenant_context(marked[0]):
        Role.objects.count()
    with tenant_context(marked[1]), connection.connection.cursor() as cursor:
        cursor.execute("SELECT code FROM access_role WHERE code LIKE 'mark-%'")

        assert [row[0] for row in cursor.fetchall()] == [mark(marked[1])]


def test_an_exception_between_activations_leaves_the_outer_tenant(
    marked: list[TenantRef],
) -> None:
    with tenant_context(marked[0]):
        with pytest.raises(ZeroDivisionError), tenant_context(marked[1]):
            Role.objects.count()
            raise ZeroDivisionError

        assert Role.objects.filter(code=mark(marked[0])).exists()
        assert not Role.objects.filter(code=mark(marked[1])).exists()


def test_rollbacks_do_not_leave_a_connection_in_another_tenant(marked: list[TenantRef]) -> None:
    with tenant_context(marked[0]):
        Role.objects.count()
    try:
        with transaction.atomic(), tenant_context(marked[1]):
            Role.objects.count()
            with pytest.raises(RuntimeError), transaction.atomic():
                with tenant_context(marked[2]):
                    Role.objects.count()
                raise RuntimeError
            assert Role.objects.filter(code=mark(marked[1])).exists()
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with tenant_context(marked[2]):
        assert Role.objects.filter(code=mark(marked[2])).exists()


def test_maintenance_work_that_is_rolled_back_leaves_no_rights_behind(
    marked: list[TenantRef],
) -> None:
    tenant = marked[0]
    with maintenance_context(tenant.schema), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    try:
        with transaction.atomic(), tenant_context(tenant):
            Role.objects.count()
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        user = cursor.fetchone()[0]

    assert user == tenant.role
    assert user != owner


def test_an_instance_of_one_tenant_is_not_written_in_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        person = Staff.objects.get()

    with tenant_context(tenant_b):
        person.name = "intruder"
        with pytest.raises(CrossTenantWrite):
            person.save()
        with pytest.raises(CrossTenantWrite):
            person.delete()
        with pytest.raises(CrossTenantWrite):
            person.refresh_from_db()
        assert Staff.objects.get().name == "王小梅"


def test_the_same_cache_key_holds_each_tenants_own_value(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        cache.set("cart", "of a")
    with tenant_context(tenant_b):
        assert cache.get("cart") is None
        cache.set("cart", "of b")
    with public_context():
        assert cache.get("cart") is None
    with tenant_context(tenant_a):
        assert cache.get("cart") == "of a"


def test_a_token_signed_in_one_tenant_is_worth_nothing_in_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    from datetime import timedelta

    with tenant_context(tenant_a):
        token = signing.dumps({"order": 1}, salt="receipt")
        assert signing.loads(token, salt="receipt", max_age=timedelta(hours=1)) == {"order": 1}

    with tenant_context(tenant_b), pytest.raises(plain_signing.BadSignature):
        signing.loads(token, salt="receipt", max_age=timedelta(hours=1))
    with public_context(), pytest.raises(plain_signing.BadSignature):
        signing.loads(token, salt="receipt", max_age=timedelta(hours=1))


def test_a_session_of_one_tenant_cannot_be_used_or_read_in_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        session = SessionStore()
        session["staff"] = "someone"
        session.create()
        row = Session.objects.get()
        assert SessionStore(session.session_key).load() == {"staff": "someone"}

    with tenant_context(tenant_b):
        assert SessionStore(session.session_key).load() == {}
        Session.objects.create(
            session_key=row.session_key,
            session_data=row.session_data,
            expire_date=row.expire_date,
        )
        assert SessionStore(session.session_key).load() == {}


def test_content_types_are_each_tenants_own(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        ContentType.objects.get_for_model(Staff)
        first = ContentType.objects.get_for_model(Role)
    with tenant_context(tenant_b):
        second = ContentType.objects.get_for_model(Role)
        assert ContentType.objects.get_for_id(second.pk) == second
        assert second.pk == ContentType.objects.get(app_label="access", model="role").pk
    with tenant_context(tenant_a):
        assert ContentType.objects.get_for_model(Role).pk == first.pk
        assert first.pk == ContentType.objects.get(app_label="access", model="role").pk
