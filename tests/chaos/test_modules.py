"""Switching a module on, killed."""

from __future__ import annotations

import random
from secrets import token_hex
from uuid import UUID

import pytest

from kernel.audit.actor import Actor
from kernel.modules.registry import manifests
from kernel.tenancy.context import public_context
from tenants.choices import InstallState
from tenants.ddl.packs import pack_for
from tenants.ddl.replay import applied_migrations
from tenants.directory import read_tenant
from tenants.models import ModuleInstall
from tenants.services.grants import give
from tenants.tests.states import definition_of, rows_of
from testkit.chaos import Nursery, kill_points
from testkit.tenants import open_test_tenant

ACTOR = Actor.system("kill test")
ENABLE = "tests.chaos.work:enable_module"

pytestmark = pytest.mark.usefixtures("committing")


def entitled(code: str) -> str:
    tenant = open_test_tenant()
    give(tenant.id, code, source_type="test", source_id="x", actor=ACTOR)
    return str(tenant.id)


def test_a_killed_switch_leaves_a_module_on_or_absent(nursery: Nursery, rounds: int) -> None:
    code = next(code for code, manifest in manifests().items() if not manifest.requires)
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)
    model = entitled(code)
    length = nursery.run(ENABLE, tenant=model, module=code).statements
    whole = definition_of(read_tenant(UUID(model))[0].schema)
    tables = set(pack_for(code).tables)

    for point in kill_points(rounds, statements=length, dice=dice):
        tenant_id = entitled(code)
        schema = read_tenant(UUID(tenant_id))[0].schema
        nursery.start(ENABLE, kill_at=point, tenant=tenant_id, module=code).wait()

        there = tables & set(rows_of(schema))
        noted = {app for app, _name in applied_migrations(schema)} & {code}
        with public_context():
            installs = ModuleInstall.objects.filter(tenant_id=tenant_id).count()
        assert (there, noted, installs) in [(set(), set(), 0), (tables, {code}, 1)]

        nursery.run(ENABLE, tenant=tenant_id, module=code)
        assert definition_of(schema) == whole
        assert len(applied_migrations(schema)) == len(set(applied_migrations(schema)))
        with public_context():
            assert [
                install.state for install in ModuleInstall.objects.filter(tenant_id=tenant_id)
            ] == [InstallState.ENABLED]
