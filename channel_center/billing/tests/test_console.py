"""The operator puts functions on sale, partners ask their own prices, and shops pay those."""

from __future__ import annotations

from secrets import token_hex

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.billing.models import Offer, PriceList
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.wallets import wallet_of
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import signed_in
from channel_center.partners.tests.test_tree import make_partner
from kernel.access.models import Role, RoleAssignment, Staff
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Tenant


@pytest.fixture
def partner(db: None, settings: Settings) -> Channel:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    return make_partner()


def test_a_function_is_put_on_sale_and_each_level_asks_its_own_price(
    partner: Channel, tenant_a: TenantRef, settings: Settings
) -> None:
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk)
        wallet_of(channel_id=partner.pk, currency="CNY")
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    desk = signed_in(partner.host, partner)
    told = {"feature": "check_in", "name_zh": "签到", "name_en": "Check-in", "edition": "standard"}

    empty = desk.get("/prices/").content.decode()
    refused = operator.post("/prices/product/", {**told, "term": "month", "trial_days": "-1"})
    made = operator.post("/prices/product/", {**told, "term": "month", "trial_days": "7"})
    with public_context():
        offer = Offer.objects.get(code="check_in.standard.month")
    price, least = f"price_{offer.pk.hex}", f"least_{offer.pk.hex}"
    nothing = operator.post("/prices/?for=partner", {price: "", least: ""})
    operator.post("/prices/?for=partner", {price: "30.00", least: "50.00"})
    too_low = desk.post("/prices/", {price: "20.00"})
    below_least = desk.post("/prices/", {price: "40.00"})
    set_so = desk.post("/prices/", {price: "99.00"})
    page = desk.get("/prices/").content.decode()

    assert (refused.status_code, made.status_code, nothing.status_code) == (422, 302, 422)
    assert desk.post("/prices/product/", told).status_code == 403
    assert price not in empty
    assert (too_low.status_code, below_least.status_code, set_so.status_code) == (422, 422, 302)
    assert offer.code.encode() not in too_low.content
    assert "30.00" in page
    assert 'value="99.00"' in page
    assert "50.00" in page
    with public_context():
        assert PriceList.objects.count() == 2
        assert quote(tenant_a.id, offer.code).due.minor == 9900


def test_less_than_one_pays_is_asked_only_by_who_may_lose(
    partner: Channel, tenant_a: TenantRef, settings: Settings
) -> None:
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk)
        wallet_of(channel_id=partner.pk, currency="CNY")
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    told = {"feature": "check_in", "name_zh": "签到", "name_en": "Check-in", "edition": "standard"}
    operator.post("/prices/product/", {**told, "term": "month", "trial_days": "0"})
    with public_context():
        offer = Offer.objects.get(code="check_in.standard.month")
    price, lose = f"price_{offer.pk.hex}", f"lose_{offer.pk.hex}"
    operator.post("/prices/?for=partner", {price: "30.00"})
    seller = clerk(partner, "billing.manage")
    boss = clerk(partner, "billing.manage", "billing.below_cost")

    refused = seller.post("/prices/", {price: "20.00", lose: "on"})
    with public_context():
        assert not PriceList.objects.filter(owner=partner.pk).exists()
    allowed = boss.post("/prices/", {price: "20.00", lose: "on"})

    assert (refused.status_code, allowed.status_code) == (422, 302)
    assert lose not in seller.get("/prices/").content.decode()
    assert lose in boss.get("/prices/").content.decode()
    assert quote(tenant_a.id, offer.code).due.minor == 2000
    assert seller.get("/margins/").status_code == 403


def clerk(partner: Channel, *permissions: str) -> Client:
    """Sign in at a partner's as somebody with these permissions and no others."""
    with public_context():
        code = f"clerk-{token_hex(3)}"
        role = Role.objects.create(code=code, name=code, permissions=list(permissions))
        person = Staff.objects.create(
            email=f"{code}@example.com", name="Wu", channel_id=partner.pk, password="!"
        )
        RoleAssignment.objects.create(staff=person, role=role)
        client = Client(headers={"host": partner.host, "accept-language": "en"})
        client.force_login(person)
    return client


def test_a_partner_with_shops_abroad_asks_and_pays_in_each_of_their_currencies(
    partner: Channel, tenant_a: TenantRef, settings: Settings
) -> None:
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    desk = signed_in(partner.host, partner)
    alone = [desk.get(path).content.decode() for path in ("/prices/", "/statement/")]
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk, currency="USD")
    operator.post(
        "/prices/product/",
        {"feature": "check_in", "name_zh": "签到", "name_en": "Check-in", "edition": "standard",
         "term": "month", "trial_days": "0"},
    )  # fmt: skip
    with public_context():
        offer = Offer.objects.get(code="check_in.standard.month")
    price, least = f"price_{offer.pk.hex}", f"least_{offer.pk.hex}"

    operator.post("/prices/?for=partner&currency=USD", {price: "3.00", least: ""})
    published = desk.post("/prices/?currency=USD", {price: "9.90"})
    pages = [
        desk.get(f"{path}?currency=USD").content.decode()
        for path in ("/prices/", "/statement/", "/top-ups/")
    ]

    assert published.headers["Location"].endswith("currency=USD")
    with public_context():
        asked = PriceList.objects.get(owner=partner.pk)
    assert (asked.currency, asked.audience) == ("USD", "shop")
    assert all("currency=CNY" in page and "currency=USD" in page for page in pages)
    assert all("currency=" not in page.partition("<main")[2] or "USD" not in page for page in alone)
    assert "$3.00" in pages[0]
    assert "$0.00" in pages[1]
    assert "$0.00" in pages[2]
    for path in ("/prices/", "/statement/", "/statement/file.csv", "/top-ups/"):
        assert desk.get(f"{path}?currency=XXX").status_code == 422
