"""Languages of a shop, texts in them, and what the program says."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.http import QueryDict
from django.utils.translation import get_language, gettext, ngettext

from kernel.backoffice.languages.translations import export_rows
from kernel.catalogue.models import Product
from kernel.catalogue.services.products import create_product
from kernel.catalogue.texts import translated
from kernel.common.csv import csv_lines
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.dataio.tables import rows_of, shape_of
from kernel.i18n.errors import (
    InvalidLanguages,
    InvalidTranslation,
    InvalidWording,
    UnknownText,
)
from kernel.i18n.languages import in_any, offered
from kernel.i18n.middleware import chosen_language
from kernel.i18n.models import ShopLanguage, Wording
from kernel.i18n.services import LanguageTerms, set_languages, set_wordings
from kernel.i18n.speaking import speaking
from kernel.i18n.texts.kinds import text_kind
from kernel.i18n.texts.selectors import completeness, in_parts, texts_of
from kernel.i18n.texts.services import take_translations, translate
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER
from testkit.tenants import refreshed

NOW = utc_now()
FRENCH = (
    LanguageTerms("zh-hans"),
    LanguageTerms("en"),
    LanguageTerms("fr", falls_back_to="en"),
    LanguageTerms("ja", is_offered=False),
)


def product(title: str = "龙井", **texts: object) -> Product:
    return create_product({"title": title, **texts}, actor=TESTER)  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("languages", "field"),
    [
        ([LanguageTerms("en")], "zh-hans"),
        ([LanguageTerms("zh-hans", is_offered=False)], "zh-hans"),
        ([LanguageTerms("zh-hans"), LanguageTerms("xx")], "xx"),
        ([LanguageTerms("zh-hans"), LanguageTerms("fr"), LanguageTerms("fr")], "languages"),
        ([LanguageTerms("zh-hans"), LanguageTerms("fr", "de")], "fr"),
        (
            [LanguageTerms("zh-hans"), LanguageTerms("fr", "en"), LanguageTerms("en", "fr")],
            "fr",
        ),
    ],
)
def test_languages_that_cannot_be_offered_together_are_refused(
    shop: TenantRef, languages: list[LanguageTerms], field: str
) -> None:
    with pytest.raises(InvalidLanguages) as refusal:
        set_languages(languages, actor=TESTER)

    assert refusal.value.fields["field"] == field
    assert not ShopLanguage.objects.exists()


def test_buyers_are_answered_in_the_languages_that_are_offered(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    tenant = refreshed(shop)

    def answered(path: str, cookie: str | None, wishes: str) -> tuple[str, str, bool]:
        found = chosen_language(path, cookie, wishes, tenant, is_store=True)
        return found.code, found.prefix, found.is_usual

    assert offered(tenant) == ("zh-hans", "en", "fr")
    assert answered("/", None, "fr-CA,fr;q=0.9") == ("fr", "", True)
    assert answered("/", None, "ja,de") == ("zh-hans", "", True)
    assert answered("/", "en", "fr") == ("en", "", True)
    assert answered("/fr/products/tea/", None, "en") == ("fr", "/fr", False)
    assert answered("/fr/products/tea/", "fr", "en") == ("fr", "/fr", True)
    assert answered("/ja/", None, "en") == ("en", "", True)
    assert answered("/fr/api/v1/store/cart/", None, "en") == ("en", "", True)
    assert answered("/france/", None, "en") == ("en", "", True)


def test_a_missing_translation_falls_back_and_is_listed(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    tea = product(i18n={"en": {"title": "Dragon Well"}}, summary="清明前")
    product("碧螺春", i18n={"en": {"title": "Biluochun"}, "fr": {"title": "Biluochun"}})

    with tenant_context(refreshed(shop)):
        title = translated(tea.i18n, "fr", "title", tea.title)
        summary = translated(tea.i18n, "fr", "summary", tea.summary)
        own = translated(tea.i18n, "zh-hans", "title", tea.title)
        names = in_any({"zh-hans": "快递", "en": "Express"}, "fr")
        kind = text_kind("product")
        missing = texts_of(kind, "fr", is_missing=True)
        listed = [
            (each.part.code, each.own)
            for each in in_parts(kind, list(missing), "fr")
            if not each.translation
        ]
        states = {
            each.language: (each.missing, each.whole)
            for found in completeness()
            if found.code == "product"
            for each in found.states
        }

    assert (title, summary, own, names) == ("Dragon Well", "清明前", "龙井", "Express")
    assert listed == [("title", "龙井"), ("summary", "清明前")]
    assert states == {"en": (1, 3), "fr": (2, 3), "ja": (3, 3)}


def test_a_translation_is_kept_by_whoever_keeps_the_text(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    tea = product(summary="清明前")
    html = {"description_html": "<p>Bon<script>alert(1)</script></p>"}

    changed = translate("product", tea.pk, "fr", {"title": "Thé"}, actor=TESTER, now=NOW)
    translate("product", tea.pk, "ja", html, actor=TESTER, now=NOW)
    again = translate("product", tea.pk, "fr", {"title": "Thé"}, actor=TESTER, now=NOW)

    tea.refresh_from_db()
    assert (changed, again, tea.version) == (1, 0, 3)
    assert tea.i18n == {"fr": {"title": "Thé"}, "ja": {"description_html": "<p>Bon</p>"}}
    translate("product", tea.pk, "fr", {"title": ""}, actor=TESTER, now=NOW)
    tea.refresh_from_db()
    assert "fr" not in tea.i18n
    with pytest.raises(InvalidTranslation):
        translate("product", tea.pk, "zh-hans", {"title": "茶"}, actor=TESTER, now=NOW)
    with pytest.raises(UnknownText):
        translate("product", uuid7(), "fr", {"title": "Thé"}, actor=TESTER, now=NOW)
    with pytest.raises(UnknownText):
        translate("product", tea.pk, "fr", {"handle": "the"}, actor=TESTER, now=NOW)


def test_a_file_of_texts_comes_back_with_its_translations(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    tea, cup = product("=1+1"), product("杯子")
    query = QueryDict("language=fr&kind=product&missing=on")
    lines = list(csv_lines(export_rows(query)))

    assert "'=1+1" in "".join(lines)
    body = "".join(line.replace(",\r\n", ",Traduit\r\n") for line in lines)
    Product.objects.filter(pk=cup.pk).update(title="茶杯")
    body += f"product,{uuid7()},title,fr,,Rien\r\nproduct,none,title,fr,,Rien\r\n"
    body += f"product,{tea.pk},title,zh-hans,,Rien\r\nwords,Add to cart,,fr,,<b>Ajouter</b>\r\n"
    body += "words,Checkout,,fr,,Commander\r\n"
    file = BytesIO(body.encode())
    taken = take_translations(rows_of(file, shape_of(file)), actor=TESTER, now=NOW)

    tea.refresh_from_db()
    cup.refresh_from_db()
    assert tea.i18n == {"fr": {"title": "Traduit"}}
    assert cup.i18n == {}
    assert (taken.changed, taken.refused_count) == (2, 5)
    assert [each.line for each in taken.refused] == [5, 6, 3, 4, 7]
    assert Wording.objects.get().text == "Commander"


def test_the_shop_says_things_in_its_own_words_in_any_language(shop: TenantRef) -> None:
    set_languages(FRENCH, actor=TESTER)
    set_wordings("fr", {"Add to cart": "Ajouter au panier"}, actor=TESTER)
    set_wordings("en", {"Add to cart": "Into the basket"}, actor=TESTER)

    with tenant_context(refreshed(shop)):
        with speaking("fr"):
            french = (get_language(), gettext("Add to cart"), gettext("Checkout"))
            counted = ngettext("%(num)s piece", "%(num)s pieces", 2)
        with speaking("en"):
            english = gettext("Add to cart")
        with speaking("zh-hans"):
            chinese = gettext("Add to cart")

    assert french == ("fr", "Ajouter au panier", "Checkout")
    assert counted == "%(num)s pieces"
    assert (english, chinese) == ("Into the basket", "加入购物车")
    set_wordings("fr", {"Add to cart": ""}, actor=TESTER)
    assert not Wording.objects.filter(language="fr").exists()


@pytest.mark.parametrize(
    ("msgid", "text"),
    [
        ("Nobody says this", "Personne"),
        ("Add to cart", '<img src=x onerror="alert(1)">'),
        ("Add to cart", 'Buy" onclick="x'),
        ("%(num)s pieces", "pièces"),
        ("%(num)s pieces", "%(num)s %(more)s pièces"),
        ("%(num)s pieces", "%(num)s % pièces"),
        ("Add to cart", "x" * 2_001),
    ],
)
def test_words_that_pages_cannot_take_are_refused(shop: TenantRef, msgid: str, text: str) -> None:
    with pytest.raises(InvalidWording):
        set_wordings("en", {msgid: text, "Checkout": "Pay"}, actor=TESTER)

    assert not Wording.objects.exists()


def test_another_shop_has_languages_and_words_of_its_own(
    shop: TenantRef, tenant_b: TenantRef
) -> None:
    set_languages(FRENCH, actor=TESTER)
    set_wordings("en", {"Add to cart": "Into the basket"}, actor=TESTER)

    with tenant_context(refreshed(tenant_b)) as other, speaking("en"):
        assert offered(other) == ("zh-hans", "en")
        assert not Wording.objects.exists()
        assert gettext("Add to cart") == "Add to cart"
