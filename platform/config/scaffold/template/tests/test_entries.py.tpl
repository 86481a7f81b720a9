"""What members leave."""

from __future__ import annotations

import pytest

from __package__.errors import TooManyEntries
from __package__.models import Entry
from __package__.services import leave_entry
from kernel.audit.actor import Actor
from kernel.members.models import Member
from kernel.settings.services import set_settings
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.modules import switched_on


def test_a_member_has_no_more_entries_than_the_tenant_allows(tenant_a: TenantRef) -> None:
    with tenant_context(switched_on(tenant_a, "__code__")):
        set_settings("__code__", {"most_entries": 1}, actor=Actor.system("tests"))
        member = Member.objects.create(login="lan@example.com", name="兰兰")
        leave_entry(member.id, text="one")

        with pytest.raises(TooManyEntries):
            leave_entry(member.id, text="two")

        assert [entry.text for entry in Entry.objects.all()] == ["one"]
