"""One tenant's tree is nothing to another."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import connections, transaction

from kernel.members.errors import UnknownMember
from kernel.relations.errors import SponsorClosed
from kernel.relations.locks import own_tree
from kernel.relations.models import Relation
from kernel.relations.selectors import standing_of, team_of
from kernel.relations.tests.people import bind, people
from kernel.tenancy.context import TenantRef, bind_context, tenant_context
from testkit.tenants import open_test_tenant


def test_members_of_two_shops_are_never_bound(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        member, sponsor = people(2)
        bind(member, sponsor)
    with tenant_context(tenant_b):
        [stranger] = people(1)
        with pytest.raises(SponsorClosed):
            bind(stranger, sponsor)
        with pytest.raises(UnknownMember):
            bind(member, stranger)

        assert not Relation.objects.exists()
        assert standing_of(sponsor).team == team_of(sponsor).count() == 0


def test_a_move_in_one_shop_keeps_no_other_waiting(committing: None) -> None:
    busy, other = open_test_tenant(), open_test_tenant()
    owned, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            own_tree()
            owned.set()
            done.wait(timeout=180)
        connections.close_all()

    with tenant_context(busy):
        holder = Thread(target=bind_context(hold))
        holder.start()
    try:
        assert owned.wait(timeout=180)
        with tenant_context(other):
            member, sponsor = people(2)
            bind(member, sponsor)
            assert Relation.objects.get().sponsor_id == sponsor
        assert holder.is_alive()
    finally:
        done.set()
        holder.join()
