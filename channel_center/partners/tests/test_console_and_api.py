"""Partners' pages and their API, asked for as a channel process is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.models import Application, PartnerDelivery, PartnerKey, SavedView
from channel_center.partners.services.keys import make_key
from channel_center.partners.tests.test_tree import (
    ACTOR,
    PASSWORD,
    allow,
    make_partner,
)
from channel_center.services.channels import add_staff
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Job, SchemaSlot, Tenant
from tenants.services.pool import refill
from testkit.sealing import root_key

EVERYTHING = ("tenants.view", "tenants.manage", "channels.view", "channels.manage",
              "webhooks.manage")  # fmt: skip


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> Iterator[None]:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    with root_key():
        yield


def signed_in(host: str, channel: Channel | None) -> Client:
    email = f"{token_hex(4)}@example.com"
    client = Client(headers={"host": host, "accept-language": "en"})
    with public_context():
        person = add_staff(
            channel_id=channel.pk if channel else None, email=email, name="Zhou", password_hash="!"
        )
        client.force_login(person)
    return client


class Api:
    """A program of a partner."""

    def __init__(self, channel: Channel, *scopes: str, host: str = "") -> None:
        _row, text = make_key(channel.pk, name="Site", scopes=scopes or EVERYTHING, actor=ACTOR)
        self.text = text
        self._client = Client(
            headers={"host": host or channel.host, "authorization": f"Bearer {text}"}
        )

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1/channel/{path}")

    def post(self, path: str, told: object, key: str = "") -> Any:
        headers = {"idempotency-key": key} if key else {}
        return self._client.post(
            f"/api/v1/channel/{path}", json.dumps(told), "application/json", headers=headers
        )

    def put(self, path: str, told: object, key: str = "") -> Any:
        headers = {"idempotency-key": key} if key else {}
        return self._client.put(
            f"/api/v1/channel/{path}", json.dumps(told), "application/json", headers=headers
        )

    def delete(self, path: str) -> Any:
        return self._client.delete(f"/api/v1/channel/{path}")


def wanted_shop(label: str) -> dict[str, object]:
    owner = {"name": "Chen", "email": "chen@example.com"}
    return {"name": "Tea House", "subdomain": label, "owner": owner}


def test_a_program_opens_a_shop_once_however_often_it_asks_and_its_webhook_is_told() -> None:
    refill(1)
    channel, label = make_partner(), f"tea-{token_hex(4)}"
    api = Api(channel)
    hook = {"name": "Site", "url": "https://93.184.216.34/hook", "events": ["tenant.provisioned"]}
    made = api.post("webhooks/", hook)

    first = api.post("tenants/", wanted_shop(label), key="once")
    again = api.post("tenants/", wanted_shop(label), key="once")

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert [first.status_code, again.status_code] == [201, 201]
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["state"] == "active"
    assert len(first.json()["owner_password"]) >= 12
    with public_context():
        assert Tenant.objects.filter(channel_id=channel.pk).count() == 1
        body = json.loads(PartnerDelivery.objects.get().body)
    assert body["type"] == "tenant.provisioned"
    assert body["data"]["tenant"] == first.json()["id"]
    assert api.get("deliveries/").json()["items"][0]["event"] == "tenant.provisioned"


def test_a_key_counts_at_its_own_host_within_its_scopes_and_until_it_is_revoked(
    tenant_a: TenantRef,
) -> None:
    channel, other = make_partner(), make_partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=other.pk)
    api = Api(channel, "tenants.view")
    elsewhere = Api(channel, host=other.host)

    assert api.get("tenants/").json() == {"items": [], "next_cursor": None}
    assert api.get(f"tenants/{tenant_a.public_id}/").status_code == 404
    assert api.post("tenants/", wanted_shop("x")).json()["code"] == "access.scope_missing"
    assert elsewhere.get("tenants/").status_code == 401
    with public_context():
        PartnerKey.objects.all().update(networks=["203.0.113.0/24"])
    assert api.get("self/").json()["code"] == "access.address_refused"
    assert Client(headers={"host": channel.host}).get("/api/v1/channel/self/").status_code == 401


def test_a_program_holds_its_shop_back_and_lets_it_go(tenant_a: TenantRef) -> None:
    channel = make_partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=channel.pk)
    api, path = Api(channel), f"tenants/{tenant_a.public_id}/"

    wrong = api.post(f"{path}holds/", {"level": 4, "reason": "x"})
    hold = api.post(f"{path}holds/", {"level": 3, "reason": "unpaid"})
    held = api.get(path).json()
    gone = api.delete(f"{path}holds/{hold.json()['id']}/")

    assert wrong.status_code == 422
    assert held["state"] == "suspended"
    assert held["holds"][0]["reason"] == "unpaid"
    assert gone.status_code == 204
    assert api.get(path).json()["state"] == "active"


@pytest.mark.parametrize(
    ("url", "event"),
    [
        ("http://93.184.216.34/", "*"),
        ("https://127.0.0.1/", "*"),
        ("https://93.184.216.34/", "tenant.dreamt"),
    ],
)
def test_a_webhook_to_a_place_inside_without_tls_or_of_no_event_is_refused(
    url: str, event: str
) -> None:
    answer = Api(make_partner()).post("webhooks/", {"name": "x", "url": url, "events": [event]})

    assert answer.json()["code"] == "partners.invalid_webhook"


def test_a_partner_applies_for_another_and_the_operator_approves(settings: Settings) -> None:
    parent = make_partner(below=1)
    partner = signed_in(parent.host, parent)
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    slug = f"sub-{token_hex(3)}"
    told = {
        "name": "Little Star",
        "slug": slug,
        "host": f"{slug}.localhost",
        "colour": "#2f5d8a",
        "person_name": "Wu",
        "person_email": f"{slug}@example.com",
        "levels_below": "0",
    }

    too_deep = partner.post("/sub-partners/new/", told | {"levels_below": "1"})
    asked = partner.post("/sub-partners/new/", told)

    assert [too_deep.status_code, asked.status_code] == [422, 302]
    with public_context():
        row = Application.objects.get()
    path = f"/partners/applications/{row.public_id}/"
    assert partner.post(path, {"verdict": "approve"}).status_code == 403
    assert "Little Star" in operator.get("/partners/").content.decode()
    approved = operator.post(path, {"verdict": "approve"})
    link = approved.context["address"]
    assert "Little Star" in partner.get("/sub-partners/").content.decode()
    newcomer = Client(headers={"host": f"{slug}.localhost", "accept-language": "en"})
    page = "/invited/" + link.split("/invited/")[1]
    assert newcomer.post(page, {"password": "short"}).status_code == 422
    assert newcomer.post(page, {"password": PASSWORD}).status_code == 302
    assert newcomer.get(page).status_code == 410
    newcomer.post("/sign-in/", {"email": f"{slug}@example.com", "password": PASSWORD})
    assert newcomer.get("/shops/").status_code == 200


def test_every_page_of_a_partner_answers_and_the_operators_stay_shut() -> None:
    channel = make_partner()
    client = signed_in(channel.host, channel)

    for path in ("/", "/shops/", "/sub-partners/", "/sub-partners/new/", "/people/",
                 "/people/invite/", "/programs/", "/programs/webhooks/new/"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    for path in ("/fleet/", "/functions/", "/announcements/", f"/partners/{channel.public_id}/"):
        assert client.get(path).status_code == 403, path


def test_the_operator_sets_terms_moves_and_holds_back(settings: Settings) -> None:
    top, low = make_partner(below=2), make_partner()
    client = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    page = f"/partners/{low.public_id}/"

    terms = {"levels_below": "1", "credit_limit": "500.00", "currency": "CNY"}
    assert client.post(page, terms).status_code == 302
    assert client.post(f"{page}move/", {"parent": top.public_id}).status_code == 302
    client.post(f"{page}hold/", {"kind": "billing", "level": "2", "reason": "unpaid"})

    shown = client.get(page).content.decode()
    with public_context():
        assert Channel.objects.get(pk=low.pk).parent_id == top.pk
    assert "500.00" in shown
    assert "unpaid" in shown


def test_a_view_of_the_list_is_kept_for_whoever_made_it(tenant_a: TenantRef) -> None:
    channel = make_partner()
    one, other = signed_in(channel.host, channel), signed_in(channel.host, channel)

    nameless = one.post("/views/", {"query": "state=trial", "name": " "})
    one.post("/views/", {"query": "state=trial", "name": "On trial"})

    assert nameless.status_code == 302
    assert "On trial" in one.get("/shops/").content.decode()
    assert "On trial" not in other.get("/shops/").content.decode()
    with public_context():
        view = SavedView.objects.get()
    other.post(f"/views/{view.public_id}/drop/")
    assert "On trial" in one.get("/shops/").content.decode()


def test_a_partner_without_terms_is_told_so(settings: Settings) -> None:
    channel = make_partner()
    client = signed_in(channel.host, channel)
    assert "allow no sub-partners" in client.get("/sub-partners/").content.decode()

    allow(channel, 1)

    assert "Apply for a sub-partner" in client.get("/sub-partners/").content.decode()


def test_a_shop_that_is_opened_from_the_console_answers_at_once(
    settings: Settings,
) -> None:
    refill(1)
    channel, label = make_partner(), f"shop-{token_hex(4)}"
    client = signed_in(channel.host, channel)
    told = {"name": "Tea House", "label": label, "colour": "#1f6f5c", "locale": "en",
            "currency": "CNY", "zone": "Asia/Shanghai", "owner_name": "Chen",
            "owner_email": "chen@example.com"}  # fmt: skip

    opened = client.post("/shops/new/", told)
    with public_context():
        shop = Tenant.objects.get(channel_id=channel.pk)
    at_once = client.get(f"/shops/{shop.public_id}/progress/").json()
    settings.STOA_PROCESS, settings.ROOT_URLCONF = "store", "config.urls_store"
    host = f"{label}.{settings.STOA_BASE_DOMAIN}"
    front = Client(headers={"host": host}).get("/")

    assert opened.status_code == 201
    assert at_once["state"] == "ready"
    assert host in at_once["store"]
    assert front.status_code == 200


def test_how_far_a_shop_is_is_told_while_a_place_is_made_for_it() -> None:
    with public_context():
        SchemaSlot.objects.all().delete()
    channel = make_partner()
    api, client = Api(channel), signed_in(channel.host, channel)

    asked = api.post("tenants/", wanted_shop(f"tea-{token_hex(4)}")).json()
    page = f"/shops/{asked['id']}/progress/"

    assert asked["state"] == "pending"
    assert client.get(page).json()["state"] == "working"
    with public_context():
        Job.objects.filter(tenant__channel_id=channel.pk).update(state="failed")
    assert client.get(page).json()["state"] == "failed"
    assert signed_in((other := make_partner()).host, other).get(page).status_code == 404
