from __future__ import annotations

import pytest
from django.db import transaction

from kernel.common.time import utc_now
from kernel.modules.ports import entitlements
from kernel.tenancy.context import TenantRef
from kernel.tenancy.ports import directory
from tenants.services.grants import give
from testkit.modules import ACTOR

pytestmark = pytest.mark.django_db


def _given(tenant: TenantRef, files: int) -> int:
    limits = {"files": files}
    give(tenant.id, "media", source_type="test", source_id=str(files), actor=ACTOR, limits=limits)
    directory().forget(tenant.id)
    return entitlements().decide(tenant.id, "media", utc_now()).limits["files"]


def test_what_was_decided_on_a_right_that_was_taken_back_is_not_remembered(
    tenant_a: TenantRef,
) -> None:
    with transaction.atomic():
        assert _given(tenant_a, 10) == 10
        transaction.set_rollback(True)
    directory().forget(tenant_a.id)

    assert _given(tenant_a, 20) == 20
