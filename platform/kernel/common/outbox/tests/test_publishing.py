"""Publishing belongs to the caller's transaction."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from kernel.common.outbox.errors import NotInTransaction
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.outbox.tests.probe import Probed
from kernel.common.wakeups.models import Wakeup
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.errors import NoTenant
from testkit.tenants import open_test_tenant


def _wakeups(tenant: TenantRef) -> int:
    with public_context():
        return Wakeup.objects.filter(schema_name=tenant.schema).count()


def test_an_event_outside_a_transaction_is_refused(inside: TenantRef) -> None:
    with pytest.raises(NotInTransaction):
        publish(Probed(number=1), aggregate="a")

    assert OutboxEvent.objects.count() == 0


def test_an_event_without_a_tenant_is_refused(tenant: TenantRef) -> None:
    with public_context(), transaction.atomic(), pytest.raises(NoTenant):
        publish(Probed(number=1), aggregate="a")


def test_a_rolled_back_transaction_leaves_neither_event_nor_wakeup(inside: TenantRef) -> None:
    with transaction.atomic():
        publish(Probed(number=1), aggregate="a")
        transaction.set_rollback(True)

    assert OutboxEvent.objects.count() == 0
    assert _wakeups(inside) == 0


def test_a_transaction_wakes_its_tenant_once(inside: TenantRef) -> None:
    with transaction.atomic():
        publish(Probed(number=1), aggregate="a")
        publish(Probed(number=2), aggregate="b")

    assert OutboxEvent.objects.count() == 2
    assert _wakeups(inside) == 1


def test_a_rolled_back_savepoint_does_not_take_the_wakeup_with_it(inside: TenantRef) -> None:
    with transaction.atomic():
        savepoint = transaction.savepoint()
        publish(Probed(number=1), aggregate="a")
        transaction.savepoint_rollback(savepoint)
        publish(Probed(number=2), aggregate="a")

    assert [e.payload for e in OutboxEvent.objects.all()] == [{"number": 2}]
    assert _wakeups(inside) == 1


def test_a_tenant_can_wake_only_itself(tenant: TenantRef) -> None:
    other = open_test_tenant()
    with tenant_context(other), transaction.atomic():
        publish(Probed(number=1), aggregate="a")

    assert (_wakeups(tenant), _wakeups(other)) == (0, 1)
    with (
        tenant_context(tenant),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
    ):
        cursor.execute("INSERT INTO public.outbox_wakeup (schema_name) VALUES (%s)", [other.schema])


def test_the_public_scope_has_nobody_to_wake(tenant: TenantRef) -> None:
    with (
        public_context(),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match=r"no tenant role is set|permission denied"),
    ):
        cursor.execute("SELECT shared.outbox_wake()")
