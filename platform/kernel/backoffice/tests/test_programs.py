"""API keys and webhooks as staff meet them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from kernel.keys.models import ApiKey
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.webhooks.models import Delivery, Endpoint
from kernel.webhooks.services.sending import send_due
from testkit.receiver import Receiver
from testkit.sealing import root_key
from testkit.web import TenantClient


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with (
        root_key(),
        Receiver() as server,
        override_settings(STOA_WEBHOOK_INNER_HOSTS=[server.host]),
    ):
        yield server


def test_staff_make_a_key_see_it_once_and_revoke_it(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("keys.view", "keys.manage", "products.view")
    told = {"name": "ERP", "a_minute": "60", "networks": "10.0.0.0/8\n203.0.113.7"}
    form = desk.get("/keys/new/").content.decode()
    field = form.split('value="products.view"')[0].rsplit('name="', 1)[1].split('"')[0]

    nothing = desk.post("/keys/new/", told)
    wrong = desk.post("/keys/new/", {**told, field: "products.view", "networks": "here"})
    made = desk.post("/keys/new/", {**told, field: "products.view"}).content.decode()
    with tenant_context(tenant):
        row = ApiKey.objects.get()
    listed = desk.get("/keys/").content.decode()
    turned = desk.post(f"/keys/{row.public_id}/rotate/", {"hours": "1"}).content.decode()
    ended = desk.post(f"/keys/{row.public_id}/revoke/")

    assert "staff.manage" not in form
    assert (nothing.status_code, wrong.status_code, ended.status_code) == (422, 422, 302)
    assert "is no address" in wrong.content.decode()
    text = made.split("<code>adm_")[1].split("<")[0]
    assert text not in listed
    assert "<code>adm_" in turned
    assert row.networks == ["10.0.0.0/8", "203.0.113.7/32"]
    with tenant_context(tenant):
        assert ApiKey.objects.get().revoked_at is not None


def test_staff_make_a_webhook_test_it_look_and_send_again(
    desk: TenantClient, tenant: TenantRef, receiver: Receiver
) -> None:
    desk.as_staff("webhooks.view", "webhooks.manage")
    told = {"name": "ERP", "url": receiver.url, "events": ["order.paid"]}

    inside = desk.post("/webhooks/new/", {**told, "url": "https://169.254.169.254/"})
    made = desk.post("/webhooks/new/", told).content.decode()
    with tenant_context(tenant):
        path = f"/webhooks/{Endpoint.objects.get().public_id}/"
    tested = desk.post(f"{path}test/", {"event": "order.paid"})
    with tenant_context(tenant):
        send_due()
    shown = desk.get(tested["Location"]).content.decode()
    with tenant_context(tenant):
        Delivery.objects.update(is_test=False)
    again = desk.post(f"{tested['Location']}replay/")
    log = desk.get(f"{path}deliveries/?state=waiting").content.decode()
    span = {"since": "2020-01-01T00:00", "until": "2100-01-01T00:00"}
    between = desk.post(f"{path}replay/", span)
    turned = desk.post(f"{path}secret/").content.decode()
    events = desk.get("/webhooks/events/").content.decode()
    off = desk.post(f"{path}switch/", {"on": "0"})
    listed = desk.get("/webhooks/").content.decode()
    removed = desk.post(f"{path}remove/")

    assert inside.status_code == 422
    assert "in the open internet is needed" in inside.content.decode()
    assert "whsec_" in made
    assert "whsec_" in turned
    assert made.split("whsec_")[1][:20] not in listed
    assert "204" in shown
    assert "order.paid" in log
    assert [each.status_code for each in (again, between, off, removed)] == [302] * 4
    assert "stock.low" in events
    assert len(receiver.received) == 1


def test_who_may_only_look_changes_nothing(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("webhooks.view", "keys.view")

    shown = desk.get("/webhooks/").content.decode() + desk.get("/keys/").content.decode()
    refused = [desk.get(path).status_code for path in ("/webhooks/new/", "/keys/new/")]

    assert "/new/" not in shown
    assert refused == [403, 403]
