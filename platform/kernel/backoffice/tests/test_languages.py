"""Languages, currencies and translations, as staff meet them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.common.time import utc_now
from kernel.i18n.models import ShopCurrency, ShopLanguage, Wording
from kernel.i18n.services import LanguageTerms, set_languages
from kernel.pricing.services.price_lists import create_price_list
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import TESTER, make_variant
from testkit.web import TenantClient

JSON = "application/json"
CURRENCY = {
    "code": "USD",
    "rate": "0.14",
    "margin": "2",
    "rounding": "up",
    "step": "1",
    "below": "0.01",
    "is_shown": "on",
    "position": "0",
}


@pytest.fixture
def translated(tenant: TenantRef) -> Iterator[TenantRef]:
    """A shop that has one language more."""
    with tenant_context(tenant):
        languages = [LanguageTerms("zh-hans"), LanguageTerms("en"), LanguageTerms("fr", "en")]
        set_languages(languages, actor=TESTER)
    directory().forget(tenant.id)
    yield tenant
    directory().forget(tenant.id)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_languages_and_currencies_are_set_and_refused_on_their_page(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("languages.view", "languages.manage")

    circle = {"state_en": "offered", "other_en": "fr", "state_fr": "offered", "other_fr": "en"}
    refused = desk.post("/languages/", circle)
    kept = desk.post("/languages/", {**circle, "other_en": ""})
    wrong = desk.post("/languages/currencies/new/", {**CURRENCY, "step": "0.001", "rate": "-1"})
    made = desk.post("/languages/currencies/new/", CURRENCY)
    page = text(desk.get("/languages/"))
    change = text(desk.get("/languages/currencies/USD/"))
    desk.as_staff("languages.view", email="reader@example.com")
    closed = desk.post("/languages/currencies/USD/remove/")

    assert (refused.status_code, kept.status_code) == (422, 302)
    assert (wrong.status_code, made.status_code, closed.status_code) == (422, 302, 403)
    assert "13.99" not in page
    assert "¥99.00 ≈ USD 14.99" in page
    assert 'value="0.14"' in change
    with tenant_context(tenant):
        codes = ShopLanguage.objects.order_by("position").values_list("code", "falls_back_to")
        assert list(codes) == [("zh-hans", ""), ("en", ""), ("fr", "en")]
        row = ShopCurrency.objects.get()
        assert (row.rate, row.margin_bp, row.step_minor, row.below_minor) == (
            Decimal("0.14"),
            200,
            100,
            1,
        )
    directory().forget(tenant.id)


def test_markets_are_made_and_refused_on_their_page_and_over_the_api(
    desk: TenantClient, tenant: TenantRef
) -> None:
    with tenant_context(tenant):
        fields: Any = {"name": "Abroad"}
        row = create_price_list(
            code="abroad", currency="CNY", fields=fields, actor=TESTER, now=utc_now()
        )
    path, api = "/languages/markets/", "/api/v1/admin/i18n/markets/"
    europe = {"name": "Europe", "code": "eu", "countries": "Germany, FR", "position": "0"}
    told = {"name": "Asia", "countries": ["JP"], "return_days": 7}
    desk.as_staff("languages.view", "languages.manage", "prices.manage")

    empty = desk.post(f"{path}new/", {**europe, "countries": ""})
    made = desk.post(f"{path}new/", {**europe, "return_days": "30", "price_lists": "abroad"})
    page = text(desk.get(path))
    form = text(desk.get(f"{path}eu/"))
    asia = desk.put(f"{api}asia/", told, content_type=JSON)
    twice = desk.put(f"{api}asia/", {**told, "countries": ["DE"]}, content_type=JSON)
    listed = desk.get(api).json()["items"]
    gone = [desk.delete(f"{api}asia/").status_code for _each in range(2)]
    desk.as_staff("languages.view", "languages.manage", email="words@example.com")
    prices = desk.put(f"{api}eu/", {**told, "price_lists": []}, content_type=JSON)
    blind = text(desk.get(f"{path}eu/"))
    desk.as_staff("languages.view", email="reader@example.com")
    closed = desk.post(f"{path}eu/remove/")

    assert (empty.status_code, made.status_code, asia.status_code) == (422, 302, 200)
    assert "Germany, France" in page
    assert "30 days without a reason" in page
    assert f"/prices/{row.public_id}/" in page
    assert 'value="30"' in form
    assert "abroad" in form
    assert "abroad" not in blind
    assert (twice.status_code, twice.json()["code"]) == (400, "i18n.invalid_market")
    assert [each["code"] for each in listed] == ["asia", "eu"]
    assert listed[1]["price_lists"] == ["abroad"]
    assert (gone, prices.status_code, closed.status_code) == ([204, 404], 403, 403)
    directory().forget(tenant.id)


def test_texts_are_translated_in_lists_and_by_files(
    desk: TenantClient, translated: TenantRef
) -> None:
    desk.as_staff("languages.view", "languages.translate")
    with tenant_context(translated):
        tea = make_variant(title="龙井", summary="<b>清明前</b>").product
    listed = "/languages/translations/product/?language=fr&missing=on"

    states = text(desk.get("/languages/translations/"))
    missing = text(desk.get(listed))
    saved = desk.post(listed, {f"title-{tea.pk.hex}": "Thé", f"summary-{tea.pk.hex}": ""})
    long = desk.post(listed, {f"title-{tea.pk.hex}": "x" * 300})
    made: Any = desk.get("/languages/translations/export.csv?language=fr&kind=product")
    file = b"".join(made.streaming_content).replace("Thé".encode(), "Thé vert".encode())
    upload = SimpleUploadedFile("texts.csv", file)
    taken = text(desk.post("/languages/translations/file/", {"file": upload}))
    nonsense = SimpleUploadedFile("x.csv", b"\x00\x01\x02")
    unread = desk.post("/languages/translations/file/", {"file": nonsense}, follow=True)
    unknown = desk.get("/languages/translations/nothing/")

    assert "2 missing" in states
    assert "&lt;b&gt;清明前" in missing
    assert (saved.status_code, long.status_code, unknown.status_code) == (302, 422, 404)
    assert "1 translation was taken." in taken
    assert unread.status_code == 200
    with tenant_context(translated):
        tea.refresh_from_db()
        assert tea.i18n == {"fr": {"title": "Thé vert"}}


def test_words_are_changed_on_their_page_and_over_the_api(
    desk: TenantClient, translated: TenantRef
) -> None:
    desk.as_staff("languages.view", "languages.translate", "languages.manage")
    path, api = "/languages/words/?language=fr&wanted_text=checkout", "/api/v1/admin/i18n"

    found = text(desk.get(path))
    saved = desk.post(path, {"msgid": "Checkout", "text": "Commander"})
    refused = desk.post(path, {"msgid": "Checkout", "text": "<b>Commander</b>"})
    words = desk.get(f"{api}/words/fr/").json()
    more: Any = desk.put(
        f"{api}/words/fr/", {"words": {"Checkout": "", "Add to cart": "Ajouter"}}, content_type=JSON
    )
    rate: Any = desk.put(f"{api}/currencies/USD/", {"rate": "0.14"}, content_type=JSON)
    none: Any = desk.put(f"{api}/currencies/CNY/", {"rate": "1"}, content_type=JSON)
    missing: Any = desk.get(f"{api}/translations/product/?language=xx")

    assert 'value="Checkout"' in found
    assert (saved.status_code, refused.status_code) == (302, 422)
    assert words == {"items": [{"text": "Checkout", "wording": "Commander"}]}
    assert more.json() == {"changed": 2}
    assert (rate.status_code, rate.json()["rate"]) == (200, "0.14")
    assert (none.status_code, missing.status_code) == (400, 400)
    with tenant_context(translated):
        assert list(Wording.objects.values_list("msgid", "text")) == [("Add to cart", "Ajouter")]
