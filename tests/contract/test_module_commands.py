"""``stoa module`` and ``stoa grant`` as a script would call them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from config.cli import grant, module
from kernel.common.errors import DomainError
from kernel.modules.errors import ModuleNotEntitled
from kernel.tenancy.context import TenantRef
from kernel.tenancy.errors import UnknownTenant
from tenants.errors import NotConfirmed, StateRefused
from testkit.module_facts import tables_in
from testkit.modules import anew, carried
from testkit.tenants import open_test_tenant

runner = CliRunner()
lamp = carried(
    "testkit.tests.modules.lamp.manifest:manifest", "testkit.tests.modules.shade.manifest:manifest"
)


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


def told(app: typer.Typer, *arguments: str) -> Any:
    done = runner.invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refusal(app: typer.Typer, *arguments: str) -> BaseException | None:
    done = runner.invoke(app, [*arguments])
    assert done.exit_code != 0
    return done.exception


@pytest.mark.parametrize("by", ["id", "host"])
def test_a_module_is_granted_switched_on_and_off(tenant: TenantRef, by: str) -> None:
    name = tenant.public_id if by == "id" else str(tenant.host("store"))
    of_tenant = ["--tenant", name]

    assert isinstance(refusal(module.app, "enable", "lamp", *of_tenant), ModuleNotEntitled)
    [given] = told(grant.app, "give", "lamp", *of_tenant, "--until", "2999-01-01")
    assert given["ends_at"].startswith("2999-01-01")
    [on] = told(module.app, "enable", "lamp", *of_tenant)
    assert (on["state"], on["right"]) == ("on", "full")
    assert "lamp" in anew(tenant.id).modules
    [off] = told(module.app, "disable", "lamp", *of_tenant)
    assert off["state"] == "off, data kept"
    assert told(grant.app, "revoke", "lamp", *of_tenant) == {"ended": 1}
    assert told(grant.app, "list", *of_tenant) == []


def test_a_module_is_uninstalled_after_its_data_was_put_away(tenant: TenantRef) -> None:
    of_tenant = ["--tenant", tenant.public_id]
    told(module.app, "enable", "check_in", *of_tenant)

    assert isinstance(
        refusal(module.app, "uninstall", "check_in", *of_tenant, "--confirm", tenant.name),
        StateRefused,
    )
    told(module.app, "disable", "check_in", *of_tenant)
    assert isinstance(
        refusal(module.app, "uninstall", "check_in", *of_tenant, "--confirm", "another"),
        NotConfirmed,
    )
    gone = told(module.app, "uninstall", "check_in", *of_tenant, "--confirm", tenant.name)

    assert gone["archive"]
    assert "check_in_checkin" not in tables_in(tenant)


def test_the_status_says_what_stands_in_the_way(tenant: TenantRef) -> None:
    rows = {row["code"]: row for row in told(module.app, "status", "-t", tenant.public_id)}

    assert rows["shade"]["stands_in_the_way"] == ["needs lamp"]
    assert rows["check_in"]["right"] == "full"


def test_the_list_counts_tenants(tenant: TenantRef) -> None:
    before = {row["code"]: row["tenants"] for row in told(module.app, "list")}
    told(module.app, "enable", "check_in", "-t", tenant.public_id)

    after = {row["code"]: row["tenants"] for row in told(module.app, "list")}

    assert after["check_in"] == before["check_in"] + 1


def test_tables_are_printed_for_people(tenant: TenantRef) -> None:
    done = runner.invoke(module.app, ["status", "-t", tenant.public_id])

    assert done.exit_code == 0
    assert "check_in" in done.stdout


@pytest.mark.usefixtures("committing")
@pytest.mark.parametrize("name", ["nobody.example.com", "ten_00000000000000000000000000", "x"])
def test_a_tenant_that_is_not_there_is_named_so(name: str) -> None:
    assert isinstance(refusal(module.app, "status", "-t", name), UnknownTenant | DomainError)


def test_an_end_without_a_beginning_is_refused(tenant: TenantRef) -> None:
    of_tenant = ["-t", tenant.public_id]

    assert refusal(grant.app, "give", "lamp", *of_tenant, "--off", "2999-01-01") is not None
    assert refusal(grant.app, "give", "lamp", *of_tenant, "--until", "2001-01-01") is not None
    assert refusal(grant.app, "give", "lamp", *of_tenant, "--until", "soon") is not None
    assert told(grant.app, "list", *of_tenant) == []
