"""Functions and host names of shops over the channel API, and rights that end soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.models import PartnerDelivery
from channel_center.partners.services.endpoints import make_endpoint
from channel_center.partners.services.expiring import tell_of_expiring
from channel_center.partners.tests.test_console_and_api import Api
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.common.time import utc_now
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Domain, Grant, Job, ModuleInstall, Tenant
from tenants.services.jobs import claim, work
from testkit.sealing import root_key


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> Iterator[None]:
    settings.STOA_PROCESS, settings.ROOT_URLCONF = "channel", "config.urls_channel"
    HOSTS.forget()
    with root_key():
        yield


@pytest.fixture
def partner(tenant_a: TenantRef) -> Channel:
    channel = make_partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=channel.pk)
    return channel


def put(api: Api, path: str, told: object) -> Any:
    return api._client.put(f"/api/v1/channel/{path}", json.dumps(told), "application/json")


def test_a_function_is_switched_on_and_off_over_the_api(
    tenant_a: TenantRef, tenant_b: TenantRef, partner: Channel
) -> None:
    code = next(
        code for code, each in manifests().items() if each.tier == "free" and not each.requires
    )
    with public_context():
        ModuleInstall.objects.filter(tenant_id=tenant_a.id, module=code).delete()
    api, path = Api(partner), f"tenants/{tenant_a.public_id}/modules/"

    begun = put(api, f"{path}{code}/", {"is_on": True})
    assert (begun.status_code, begun.json()["is_switching"]) == (202, True)
    shown = {each["code"]: each for each in api.get(path).json()["items"]}
    assert (shown[code]["is_on"], shown[code]["is_switching"]) == (False, True)
    with public_context():
        claimed = claim(Job.objects.get(tenant_id=tenant_a.id, state="queued").pk)
        assert claimed is not None
        work(claimed)
    assert put(api, f"{path}{code}/", {"is_on": True}).json()["is_on"]
    off = put(api, f"{path}{code}/", {"is_on": False})
    assert (off.status_code, off.json()["is_on"]) == (200, False)

    assert put(api, f"{path}no_such/", {"is_on": True}).status_code == 404
    assert api.get(f"tenants/{tenant_b.public_id}/modules/").status_code == 404
    reader = Api(partner, "tenants.view")
    assert put(reader, f"{path}{code}/", {"is_on": True}).status_code == 403


def test_a_host_name_is_added_proven_by_the_dns_and_taken_away(
    tenant_a: TenantRef, partner: Channel
) -> None:
    api, path = Api(partner), f"tenants/{tenant_a.public_id}/domains/"

    made = api.post(path, {"host": "Tea-Shop.com"})

    assert made.status_code == 201
    told = made.json()
    assert (told["host"], told["state"]) == ("tea-shop.com", "pending")
    assert told["txt_name"].endswith(".tea-shop.com")
    assert told["txt_value"]
    listed = {each["host"]: each for each in api.get(path).json()["items"]}
    own = tenant_a.host("store")
    assert listed[own]["is_primary"]
    assert api.post(path, {"host": "not a name"}).status_code == 400
    assert api.post(path, {"host": "tea-shop.com"}).status_code == 409
    assert api.delete(f"{path}tea-shop.com/").status_code == 204
    assert api.delete(f"{path}{own}/").status_code == 409
    with public_context():
        assert not Domain.objects.filter(domain="tea-shop.com").exists()


def test_programs_are_told_of_a_right_that_ends_once_for_each_of_some_days(
    tenant_a: TenantRef, partner: Channel
) -> None:
    now = utc_now()
    make_endpoint(
        partner.pk, name="Site", url="https://8.8.8.8/in", events=["licence.expiring"], actor=ACTOR
    )
    ends = now + timedelta(days=7)
    with public_context():
        for number, (feature, until) in enumerate(
            (("points", ends), ("coupons", ends), ("coupons", None))
        ):
            Grant.objects.create(
                tenant_id=tenant_a.id,
                feature=feature,
                starts_at=now - timedelta(days=20),
                ends_at=until,
                off_at=until,
                source_type="test",
                source_id=str(number),
            )

    assert [tell_of_expiring(now=now) for _each in range(2)] == [1, 0]
    assert tell_of_expiring(now=now + timedelta(hours=12)) == 0
    assert tell_of_expiring(now=now + timedelta(days=4)) == 1

    with public_context():
        rows = PartnerDelivery.objects.filter(event="licence.expiring").order_by("sequence")
        bodies = [json.loads(row.body)["data"] for row in rows]
    assert [(body["module"], body["days"]) for body in bodies] == [("points", 7), ("points", 3)]
