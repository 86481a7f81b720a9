"""The operator puts functions on sale, partners ask their own prices, and shops pay those."""

from __future__ import annotations

from secrets import token_hex

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.billing.models import (
    BundlePart,
    Edition,
    Offer,
    PriceLine,
    PriceList,
    Product,
)
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
    refused = operator.post("/products/new/", {**told, "term": "month", "trial_days": "-1"})
    made = operator.post("/products/new/", {**told, "term": "month", "trial_days": "7"})
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
    assert desk.post("/products/new/", told).status_code == 403
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
    operator.post("/products/new/", {**told, "term": "month", "trial_days": "0"})
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
        "/products/new/",
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


def test_the_operator_builds_a_bundle_support_and_tiers_and_shows_them_with_pictures(
    partner: Channel, tenant_a: TenantRef, settings: Settings
) -> None:
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    desk = signed_in(partner.host, partner)
    names = {"name_zh": "签到", "name_en": "Check-in"}
    operator.post(
        "/products/new/",
        {**names, "feature": "check_in", "edition": "standard", "term": "perpetual",
         "support_months": "12"},
    )  # fmt: skip
    operator.post(
        "/products/new/",
        {"name_zh": "短信", "name_en": "Texts", "feature": "sms", "edition": "use",
         "included": "10", "term": "usage"},
    )  # fmt: skip
    with public_context():
        check_in = Product.objects.get(code="check_in")
        parts = [each.pk.hex for each in Edition.objects.order_by("pk")]
        texts = Offer.objects.get(code="sms.use.usage")
    here = f"/products/{check_in.public_id}/"
    bundle = {"name_zh": "礼包", "name_en": "Starter", "code": "starter", "term": "month"}

    alone = operator.post("/products/new/?kind=bundle", {**bundle, "parts": parts[:1]})
    bundled = operator.post("/products/new/?kind=bundle", {**bundle, "parts": parts})
    supported = operator.post(
        "/products/new/?kind=support",
        {"name_zh": "维护", "name_en": "Care", "supports": check_in.pk.hex, "term": "year"},
    )
    again = operator.post(
        "/products/new/", {**names, "feature": "check_in", "edition": "more", "term": "month"}
    )
    twice = operator.post(f"{here}offers/", {"edition": "standard", "term": "perpetual"})
    by_month = operator.post(f"{here}offers/", {"edition": "standard", "term": "month"})
    same = operator.post(f"{here}editions/", {**names, "code": "standard"})
    larger = operator.post(f"{here}editions/", {**names, "code": "large"})
    drawn = SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    acting = SimpleUploadedFile("b.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>")
    shown = {**names, "summary_en": "Points each day", "category": "marketing", "position": "1"}
    pictured = operator.post(here, {**shown, "pictures": [drawn]})
    scripted = operator.post(here, {**shown, "pictures": [acting]})
    stopped = operator.post(f"{here}sale/", {"do": "stop", "offer": "check_in.standard.month"})
    key = texts.pk.hex
    tiers = {f"above_{key}_0": "100", f"each_{key}_0": "0.05"}
    falling = {**tiers, f"above_{key}_1": "50", f"each_{key}_1": "0.04"}
    wrong = operator.post("/prices/", {f"price_{key}": "0.08", **falling})
    half = operator.post("/prices/", {f"price_{key}": "0.08", f"above_{key}_0": "100"})
    priced = operator.post("/prices/", {f"price_{key}": "0.08", **tiers})

    statuses = [each.status_code for each in (alone, again, twice, same, scripted, wrong, half)]
    assert statuses == [422] * 7
    statuses = [
        each.status_code
        for each in (bundled, supported, by_month, larger, pictured, stopped, priced)
    ]
    assert statuses == [302] * 7
    assert [desk.get(path).status_code for path in ("/products/", here)] == [403, 403]
    assert desk.post(here, shown).status_code == 403
    with public_context():
        check_in.refresh_from_db()
        assert check_in.summary_in("en") == "Points each day"
        assert [path.startswith("/look/") for path in check_in.pictures] == [True]
        assert PriceLine.objects.get(offer=texts).tiers == [[100, 5]]
        assert not Offer.objects.get(code="check_in.standard.month").is_active
        assert Product.objects.get(supports=check_in).code == "check_in-support"
        assert BundlePart.objects.filter(bundle__product__code="starter").count() == 2
    listed = operator.get("/products/?q=start").content.decode()
    assert "Starter" in listed
    assert "Texts" not in listed
    page = operator.get(here).content.decode()
    assert "12 months of updates and support" in page
