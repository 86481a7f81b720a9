"""Requests find their tenant by the host name, and by nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import token_hex

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import DjangoAssertNumQueries, Settings

from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, current_tenant, public_context
from kernel.tenancy.middleware import serves_held_tenants
from kernel.tenancy.ports import directory
from tenants.choices import HoldLevel
from tenants.models import Tenant
from tenants.services.lifecycle import rename
from tenants.services.states import place_hold
from testkit.chaos import Nursery
from testkit.tenants import open_test_tenant

ACTOR = Actor.system("tests")


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_tenant().name)


@serves_held_tenants
def webhook(request: HttpRequest) -> HttpResponse:
    return HttpResponse("received")


urlpatterns = [path("who", who), path("webhook", webhook), path("api/who", who)]


@pytest.fixture(autouse=True)
def store(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.STOA_PROCESS = "store"
    settings.MIDDLEWARE = ["kernel.tenancy.middleware.ScopeMiddleware"]


def get(url: str, host: str, **headers: str) -> HttpResponse:
    return Client().get(url, headers={"Host": host, **headers})  # type: ignore[return-value]


def hold(tenant: TenantRef, level: HoldLevel) -> None:
    place_hold(tenant.id, kind="billing", level=level, reason="unpaid", actor=ACTOR)
    directory().forget(tenant.id)


@pytest.mark.parametrize(
    "host", ["tenant-a.localhost", "TENANT-A.localhost", "tenant-a.localhost.:8000"]
)
def test_a_host_name_leads_to_its_tenant(tenant_a: TenantRef, host: str) -> None:
    assert get("/who", host).content == b"tenant-a"


@pytest.mark.parametrize(
    "host",
    ["nobody.localhost", "", "console.tenant-a.localhost", "x" * 300, "tenant-a.localhost@evil"],
)
def test_an_unknown_host_is_told_nothing(
    tenant_a: TenantRef, settings: Settings, host: str
) -> None:
    answer = get("/who", host)

    assert answer.status_code == 404
    text = answer.content.decode()
    assert settings.STOA_PRODUCT_NAME not in text
    assert "tenant" not in text
    assert answer["Cache-Control"] == "no-store"


def test_what_a_proxy_is_told_of_the_host_counts_for_nothing(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    answer = get(
        "/who",
        "tenant-a.localhost",
        **{"X-Forwarded-Host": "tenant-b.localhost", "Forwarded": "host=tenant-b.localhost"},
    )

    assert answer.content == b"tenant-a"


def test_a_warm_process_asks_the_database_nothing(
    tenant_a: TenantRef, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get("/who", "tenant-a.localhost")
    get("/who", "nobody.localhost")

    with django_assert_num_queries(0):
        assert get("/who", "tenant-a.localhost").status_code == 200
        assert get("/who", "nobody.localhost").status_code == 404


def test_a_closed_shop_says_so_in_its_own_brand_and_still_takes_webhooks(
    tenant_a: TenantRef,
) -> None:
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(
            brand={"name": "<茶馆>", "colour": "#aa3311", "support_email": "help@example.com"}
        )
    hold(tenant_a, HoldLevel.CLOSED)

    page = get("/who", "tenant-a.localhost")

    assert page.status_code == 503
    text = page.content.decode()
    assert "&lt;茶馆&gt;" in text
    assert "#aa3311" in text
    assert "help@example.com" in text
    assert get("/webhook", "tenant-a.localhost").content == b"received"
    problem = get("/api/who", "tenant-a.localhost")
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.status_code == 503


@pytest.mark.parametrize("level", [HoldLevel.WARNED, HoldLevel.READ_ONLY])
def test_a_lighter_hold_leaves_the_storefront_open(tenant_a: TenantRef, level: HoldLevel) -> None:
    hold(tenant_a, level)

    assert get("/who", "tenant-a.localhost").status_code == 200


def eventually(fact: Callable[[], bool], *, seconds: float = 10.0) -> bool:
    """Ask until it is so; an announcement comes on another thread."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.usefixtures("committing")
def test_a_change_made_by_another_process_is_heard_here() -> None:
    tenant = open_test_tenant()
    host = f"{tenant.name}.localhost"
    known = directory()
    assert known.by_host(host, kind="store") is not None
    assert eventually(lambda: known._listener.hears)  # type: ignore[attr-defined]
    assert known.by_host(host, kind="store") is not None
    name = f"renamed-{token_hex(3)}"

    with Nursery() as nursery:
        nursery.run("tests.chaos.work:rename_tenant", tenant=str(tenant.id), name=name)

    def heard() -> bool:
        found = known.by_host(host, kind="store")
        return found is not None and found.name == name

    # Without the announcement the old name would stay for five minutes.
    assert eventually(heard)


@pytest.mark.usefixtures("committing")
def test_a_renamed_tenant_is_renamed_here_at_once() -> None:
    tenant = open_test_tenant()
    directory().by_id(tenant.id)

    rename(tenant.id, "另一个名字", actor=ACTOR)

    assert directory().by_id(tenant.id).name == "另一个名字"
