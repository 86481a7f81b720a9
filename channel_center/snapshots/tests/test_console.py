"""The pages of templates, asked for as a channel process is asked."""

from __future__ import annotations

import re
from secrets import token_hex

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.hosts import HOSTS
from channel_center.services.channels import add_staff, create_channel
from kernel.access.services import hash_password
from kernel.audit.actor import Actor
from kernel.catalogue.models import Product
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.directory import to_ref
from tenants.models import Job, Tenant
from tenants.services.jobs import claim, work
from tenants.services.pool import refill
from testkit.factories.catalogue import make_category, make_product

ACTOR = Actor.system("tests")
PASSWORD = "a quiet harbour at dawn"
ALL = ["catalogue.categories", "catalogue.products"]


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> None:
    HOSTS.forget()
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"


def partner() -> tuple[Client, object]:
    slug = f"partner-{token_hex(3)}"
    brand = {"name": "North Star", "colour": "#2d4a9e"}
    channel = create_channel(
        name="North Star", slug=slug, host=f"{slug}.localhost", brand=brand, actor=ACTOR
    )
    email, hashed = f"{token_hex(4)}@example.com", hash_password(PASSWORD)
    add_staff(channel_id=channel.pk, email=email, name="Zhou", password_hash=hashed)
    client = Client(headers={"host": channel.host, "accept-language": "en"})
    client.post("/sign-in/", {"email": email, "password": PASSWORD, "next": "/"})
    return client, channel.pk


def test_a_partner_takes_a_template_opens_a_shop_from_it_and_takes_it_back(
    tenant_a: TenantRef,
) -> None:
    refill(1)
    client, channel_id = partner()
    stranger, _id = partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=channel_id)
    with tenant_context(tenant_a):
        make_category("Tea")
        make_product(title="Cup <b>", handle="cup")
    assert b"There is no template yet" in client.get("/templates/").content

    assert client.post("/templates/new/", {"name": ""}).status_code == 422
    made = client.post("/templates/new/", {"name": "Tea house", "industry": "Tea"})
    page = made.headers["Location"]
    told = {"shop": tenant_a.public_id, "parts": ALL, "note": "first"}
    assert client.post(f"{page}take/", {**told, "parts": []}).status_code == 422
    assert client.post(f"{page}take/", told).status_code == 302
    assert b"Products 1" in client.get(page).content
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}take/", told).status_code in {404, 422}

    template = page.strip("/").split("/")[-1]
    form = {
        "name": "Second",
        "label": f"s-{token_hex(4)}",
        "template": template,
        "colour": "#1f6f5c",
        "locale": "en",
        "currency": "CNY",
        "zone": "Asia/Shanghai",
        "owner_name": "Li",
        "owner_email": "li@example.com",
        "owner_password": "",
    }
    assert stranger.post("/shops/new/", form).status_code == 422
    assert client.post("/shops/new/", form).status_code == 201
    with public_context():
        shop = Tenant.objects.get(name="Second")
        claimed = claim(Job.objects.get(tenant=shop).pk)
        assert claimed is not None
        assert work(claimed).state == "done"
    history = f"/templates/in/{shop.public_id}/"
    shown = client.get(history).content.decode()
    assert "Tea house 1" in shown
    assert "2 things brought" in shown
    compared = client.get(f"{page}in/{shop.public_id}/")
    assert b"The shop has all of it" in compared.content

    undo = re.findall(r'action="([^"]+/undo/)"', shown)[0]
    assert stranger.post(undo).status_code == 404
    client.post(undo)

    assert "Taken back" in client.get(history).content.decode()
    again = client.get(f"{page}in/{shop.public_id}/").content.decode()
    assert "Cup &lt;b&gt;" in again
    chosen = client.post(
        f"{page}in/{shop.public_id}/", {"number": "1", "place": "catalogue.products|cup"}
    )
    assert chosen.headers["Location"] == history
    with public_context():
        waiting = claim(Job.objects.filter(tenant=shop).latest("pk").pk)
        assert waiting is not None
        work(waiting)
        ref_of = Tenant.objects.get(pk=shop.pk)
    with tenant_context(to_ref(ref_of)):
        assert Product.objects.get(handle="cup").status == "active"
