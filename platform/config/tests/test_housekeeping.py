"""What is past its time goes, in public as in a tenant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from config.tasks import purge
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.sessions import purge_at


def _session(key: str, days: int) -> None:
    Session.objects.create(
        session_key=key, session_data="", expire_date=utc_now() + timedelta(days=days)
    )


def _keys() -> list[str]:
    return list(Session.objects.values_list("session_key", flat=True))


@pytest.mark.django_db
def test_ended_sessions_go_in_the_scope_that_was_asked_for(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        _session("ended", -1)
        _session("living", 1)
    with public_context():
        _session("ended-too", -1)
        _session("living-too", 1)

    with tenant_context(tenant_a):
        purge_at(utc_now())
        assert _keys() == ["living"]
    with public_context():
        assert sorted(_keys()) == ["ended-too", "living-too"]
        purge()
        assert _keys() == ["living-too"]
