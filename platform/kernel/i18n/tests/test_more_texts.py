"""Legal texts, what pictures show and names of taxes: missing ones are listed and fall back."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from kernel.audit.models import AuditEntry
from kernel.backoffice.taxes.forms import ZoneForm, zone_initial
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.selectors import product_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.i18n.services import LanguageTerms, set_languages
from kernel.i18n.texts.kinds import text_kind
from kernel.i18n.texts.selectors import all_texts, completeness
from kernel.i18n.texts.services import translate
from kernel.media.choices import AssetKind, AssetState
from kernel.media.models import Asset
from kernel.members.choices import ConsentKind
from kernel.members.models import ConsentDocument
from kernel.members.services.consents import publish_document
from kernel.taxes.models import TaxRate, TaxZone
from kernel.taxes.services.zones import RateTerms, ZoneTerms, save_zone
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import make_product
from testkit.factories.orders import TESTER
from testkit.tenants import refreshed
from testkit.web import store

NOW = utc_now()
FRENCH = (
    LanguageTerms("zh-hans"),
    LanguageTerms("en"),
    LanguageTerms("fr", falls_back_to="en"),
    LanguageTerms("ja", is_offered=False),
)
TERMS = {
    "zh-hans": {"title": "服务条款", "body": "货到付款。"},
    "en": {"title": "Terms", "body": "Pay what you order."},
}


def published(texts: dict[str, dict[str, str]] = TERMS) -> ConsentDocument:
    return publish_document(ConsentKind.TERMS, texts, is_required=True, actor=TESTER, now=NOW)


def a_picture() -> tuple[Product, Picture, Asset]:
    product = make_product(title="龙井")
    picture = Picture.objects.create(product=product, file="a.png", alt="一杯茶", state="ready")
    asset = Asset.objects.create(
        kind=AssetKind.IMAGE,
        name="tea.png",
        media_type="image/png",
        digest="d" * 64,
        bytes=1,
        alt="一壶茶",
        state=AssetState.READY,
    )
    return product, picture, asset


def a_rate() -> TaxRate:
    rates = [RateTerms("standard", {"zh-hans": "增值税", "en": "VAT"}, 130_000)]
    save_zone(ZoneTerms("cn", "中国", ["CN"], rates=rates), actor=TESTER)
    return TaxRate.objects.get()


def missing(code: str, language: str) -> list[tuple[str, str, str]]:
    found = all_texts([text_kind(code)], language, is_missing=True)
    return [(each.title, each.part.code, each.own) for each in found]


def test_what_has_no_translation_is_listed(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    published({"en": {"title": "Old", "body": "Old."}})
    published()
    product, _picture, _asset = a_picture()
    a_rate()

    with tenant_context(refreshed(shop)), override("en"):
        listed = {code: missing(code, "fr") for code in ("legal", "picture", "asset", "tax_rate")}
        english = {
            found.code: found.states[0].missing for found in completeness() if found.code in listed
        }

    assert listed == {
        "legal": [
            ("Terms of service", "title", "服务条款"),
            ("Terms of service", "body", "货到付款。"),
        ],
        "picture": [(product.title, "alt", "一杯茶")],
        "asset": [("tea.png", "alt", "一壶茶")],
        "tax_rate": [("中国", "name", "增值税")],
    }
    assert english == {"legal": 0, "picture": 1, "asset": 1, "tax_rate": 0}


def test_translations_of_them_are_kept_and_on_record(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    document, (product, picture, asset), rate = published(), a_picture(), a_rate()

    with tenant_context(refreshed(shop)):
        for kind, key, told in (
            ("legal", document.pk, {"title": "Conditions", "body": "Payez."}),
            ("picture", picture.pk, {"alt": "Une tasse"}),
            ("asset", asset.pk, {"alt": "Une théière"}),
            ("tax_rate", rate.pk, {"name": "TVA"}),
        ):
            assert translate(kind, key, "fr", told, actor=TESTER, now=NOW) == len(told)
            assert translate(kind, key, "fr", told, actor=TESTER, now=NOW) == 0
        shown = product_page(product.handle, now=NOW, language="fr")

    for row in (document, asset, rate):
        row.refresh_from_db()
    assert document.texts == {**TERMS, "fr": {"title": "Conditions", "body": "Payez."}}
    assert (document.version, ConsentDocument.objects.count()) == (1, 1)
    assert asset.alts == {"fr": "Une théière"}
    assert rate.names == {"zh-hans": "增值税", "en": "VAT", "fr": "TVA"}
    assert [each.alt for each in shown.pictures] == ["Une tasse"]
    told_of = AuditEntry.objects.filter(action="members.document_translated").get()
    assert told_of.after is not None
    assert told_of.after["body"] == "Payez."


def test_a_legal_text_that_is_no_longer_in_force_is_not_translated(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    old = published()
    published()

    with tenant_context(refreshed(shop)), pytest.raises(DomainError):
        translate("legal", old.pk, "fr", {"title": "Conditions"}, actor=TESTER, now=NOW)

    old.refresh_from_db()
    assert old.texts == TERMS


def test_buyers_read_a_legal_text_in_their_language_or_along_the_chain(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    document = published()
    tenant = refreshed(shop)

    def read(path: str) -> str:
        with store(tenant) as browser:
            return str(browser.get(path).content.decode())

    before = read("/fr/legal/terms/")
    with tenant_context(tenant):
        translate("legal", document.pk, "fr", {"title": "Conditions"}, actor=TESTER, now=NOW)
    after = read("/fr/legal/terms/")

    assert "Pay what you order." in before
    assert "Conditions" not in before
    assert "Conditions" in after
    assert "Pay what you order." in after
    assert "货到付款。" in read("/legal/terms/")


def test_saving_a_tax_zone_keeps_translations_that_its_form_does_not_show(
    shop: TenantRef,
) -> None:
    set_languages(FRENCH, actor=TESTER)
    rate = a_rate()
    with tenant_context(refreshed(shop)):
        translate("tax_rate", rate.pk, "fr", {"name": "TVA"}, actor=TESTER, now=NOW)
    zone, rates = TaxZone.objects.get(), list(TaxRate.objects.all())
    initial = zone_initial(zone, rates)
    data: dict[str, Any] = {**initial, "countries": "CN", "regions": "", "rate_0_percent": "9"}

    form = ZoneForm(data, initial=initial, rows=1)
    assert form.is_valid(), form.errors
    save_zone(form.told(0), zone_id=zone.pk, actor=TESTER)

    kept = TaxRate.objects.get()
    assert (kept.ppm, kept.names) == (90_000, {"zh-hans": "增值税", "en": "VAT", "fr": "TVA"})
