"""Opening accounts, signing in and what is a member's own, as the server answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import redis

from kernel.cart.models import CartLine
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.ledger.services import Owner, adjust, cash_asset
from kernel.members.choices import ConsentKind, ProviderKind, SignUp
from kernel.members.models import Consent, Identity, Member, MemberPolicy
from kernel.members.services.consents import allows, publish_document
from kernel.members.services.providers import bind_provider
from kernel.members.tests.doubles import CLIENT, SECRET, OpenIdDouble, served
from kernel.members.tests.people import CLERK, MAILBOX, last_code
from kernel.relations.models import Relation
from kernel.relations.services import invite_code_of
from testkit.web import MEMBER_PASSWORD, TenantClient
from themes.tests.samples import Shelf
from themes.tests.test_buying import HERE, hidden, put, text_of

PHONE = "+8613800138000"
CODE = "/account/sign-in/code/"
TERMS = {"en": {"title": "Terms of use", "body": "Be kind.\nPay what you order."}}


@pytest.fixture(autouse=True)
def _messages(settings: Any) -> None:
    settings.STOA_SMS_PROVIDER = MAILBOX


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Any) -> None:
    """Forget how many codes other tests had sent: the tenant is the same for all of them."""
    with redis.Redis.from_url(settings.STOA_REDIS_URL) as client:
        if keys := list(client.scan_iter(f"{settings.STOA_REDIS_PREFIX}limit*")):
            client.delete(*keys)


@pytest.fixture
def openid(settings: Any, tmp_path: Path, shelf: Shelf) -> Iterator[OpenIdDouble]:
    """A company that knows people, with which the shop works."""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    company = OpenIdDouble()
    with served(company) as address:
        settings.STOA_IDENTITY_INNER_HOSTS = [urlsplit(address).netloc]
        bind_provider(
            "acme",
            kind=ProviderKind.OIDC,
            name="Acme",
            client_id=CLIENT,
            secret=SECRET,
            issuer=address,
            actor=CLERK,
            now=utc_now(),
        )
        yield company
    default_sealer.cache_clear()


def by_code(browser: TenantClient, target: str = PHONE, **more: str) -> Any:
    """Have a code sent and type it in, as the two forms ask for it."""
    asked = text_of(browser.post(CODE, {"login": target, "do": "send", **more}))
    kept = {name: hidden(asked, name) for name in ("login", "agree")}
    return browser.post(CODE, {**kept, "do": "enter", "code": last_code(target), **more})


def by_company(browser: TenantClient, company: OpenIdDouble, query: str, **claims: str) -> Any:
    """Go to the company, say who one is, and come back."""
    sent = browser.get(f"/account/with/acme/?{query}")
    code, state = company.sign_in(sent["Location"], **claims)
    return browser.get(f"/account/with/acme/back/?{urlencode({'code': code, 'state': state})}")


def signed_in(browser: TenantClient) -> Member:
    """Be the new member, in a browser that keeps its cookies."""
    assert by_code(browser)["Location"] == "/"
    return Member.objects.get()


def test_a_code_opens_an_account_and_brings_the_cart_along(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Green tea")
    put(browser)

    answer = by_code(browser, next="/cart/")

    member = Member.objects.get()
    assert (answer["Location"], member.login) == ("/cart/", PHONE)
    assert CartLine.objects.get().cart.member_id == member.pk
    assert PHONE in text_of(browser.get("/account/ways/"))
    assert by_code(browser)["Location"] == "/"
    assert Member.objects.count() == 1


def test_the_cart_says_once_what_did_not_come_along(browser: TenantClient, shelf: Shelf) -> None:
    shelf.product("Green tea", max_per_order=3)
    signed_in(browser)
    put(browser)
    browser.post("/account/sign-out/")
    put(browser)

    by_code(browser)

    page = text_of(browser.get("/cart/"))
    assert "<b>Green tea</b> × 1: left out." in page
    assert "left out." not in text_of(browser.get("/cart/"))


def test_favourites_are_kept_and_forgotten(browser: TenantClient, shelf: Shelf) -> None:
    shelf.product("Green tea")
    keep, forget = "/account/favourites/keep/", "/account/favourites/forget/"

    stranger = browser.post(keep, {"product": "product-1"}, **HERE)
    signed_in(browser)
    browser.post(keep, {"product": "product-1"}, **HERE)
    unknown = browser.post(keep, {"product": "none"}, **HERE)
    page = text_of(browser.get("/account/favourites/"))
    browser.post(forget, {"product": "product-1"}, **HERE)

    assert stranger["Location"].startswith("/account/sign-in/")
    assert unknown.status_code == 404
    assert "Green tea" in page
    assert "Nothing kept yet." in text_of(browser.get("/account/favourites/"))


def test_what_was_looked_at_is_found_again_and_invoices_have_names(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Green tea")
    browser.get("/")
    page = text_of(browser.get("/products/product-1/"))
    asked = re.search(r'<body[^>]* data-page="([^"]+)"', page)
    assert asked is not None
    islands = f"/islands/?{unescape(asked[1])}&ids=b-none"
    browser.get(islands)
    signed_in(browser)
    company = {"kind": "company", "title": "Harbor Ltd.", "tax_number": "", "is_default": "on"}
    new = "/account/invoices/new/"

    browser.get(islands)
    seen = text_of(browser.get("/account/recent/"))
    browser.post("/account/recent/clear/")
    refused = browser.post(new, company)
    kept = browser.post(new, {**company, "tax_number": "91310000MA1"})
    listed = text_of(browser.get("/account/invoices/"))
    edit = re.search(r'href="(/account/invoices/inv_[^"]+/)"', listed)

    assert "Green tea" in seen
    assert "Nothing looked at yet." in text_of(browser.get("/account/recent/"))
    assert (refused.status_code, kept["Location"]) == (422, "/account/invoices/")
    assert "A company has a tax number." in text_of(refused)
    assert "91310000MA1" in listed
    assert edit is not None
    assert browser.post(f"{edit[1]}remove/").status_code == 302
    assert browser.get(edit[1]).status_code == 404


@pytest.mark.usefixtures("shelf")
def test_a_wrong_code_says_so_and_the_right_one_still_works(browser: TenantClient) -> None:
    browser.post(CODE, {"login": PHONE, "do": "send"})
    right = last_code(PHONE)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    refused = browser.post(CODE, {"login": PHONE, "do": "enter", "code": wrong})
    answer = browser.post(CODE, {"login": PHONE, "do": "enter", "code": right})

    assert refused.status_code == 422
    assert "The code is wrong" in text_of(refused)
    assert answer.status_code == 302


@pytest.mark.usefixtures("shelf")
def test_an_invitation_link_binds_whoever_registers_later(
    browser: TenantClient, shelf: Shelf
) -> None:
    sponsor = Member.objects.create(login="mei@example.com", name="Mei")
    MemberPolicy.objects.create(sign_up=SignUp.INVITED)
    form = {"name": "Lan", "login": "lan@example.com", "password": MEMBER_PASSWORD}

    alone = browser.post("/account/register/", form)
    browser.get(f"/?via={invite_code_of(sponsor.pk)}")
    answer = browser.post("/account/register/", form)

    assert alone.status_code == 422
    assert "An invitation by a member is needed" in text_of(alone)
    assert answer.status_code == 302
    assert Relation.objects.get().sponsor_id == sponsor.pk
    page = text_of(browser.get("/account/invite/"))
    own = invite_code_of(Member.objects.get(login="lan@example.com").pk)
    assert f"/account/register/?via={own}" in page
    assert "You were invited by M*." in page


@pytest.mark.usefixtures("shelf")
def test_an_invitation_is_typed_in_where_only_invited_people_join(browser: TenantClient) -> None:
    sponsor = Member.objects.create(login="mei@example.com", name="Mei")
    MemberPolicy.objects.create(sign_up=SignUp.INVITED)

    assert by_code(browser).status_code == 422
    assert by_code(browser, invite_code=invite_code_of(sponsor.pk)).status_code == 302
    assert Relation.objects.get().sponsor_id == sponsor.pk


@pytest.mark.usefixtures("shelf")
def test_terms_are_read_and_agreed_to_before_an_account_is_opened(browser: TenantClient) -> None:
    now = utc_now()
    publish_document(ConsentKind.TERMS, TERMS, is_required=True, actor=CLERK, now=now)

    unread = browser.post(CODE, {"login": PHONE, "do": "send"})
    done = by_code(browser, agree="terms:1")

    assert unread.status_code == 422
    assert "Please read and agree" in text_of(unread)
    assert "Pay what you order." in text_of(browser.get("/legal/terms/"))
    assert done["Location"] == "/"
    assert (Consent.objects.get().version, Consent.objects.get().is_given) == (1, True)
    assert browser.get("/legal/none/").status_code == 404


@pytest.mark.usefixtures("shelf")
def test_who_has_not_agreed_to_new_terms_is_asked_at_the_next_sign_in(
    browser: TenantClient,
) -> None:
    form = {"name": "Lan", "login": "lan@example.com", "password": MEMBER_PASSWORD}
    browser.post("/account/register/", form)
    browser.post("/account/sign-out/")
    now = utc_now()
    publish_document(ConsentKind.TERMS, TERMS, is_required=True, actor=CLERK, now=now)
    publish_document(ConsentKind.MARKETING, TERMS, is_required=False, actor=CLERK, now=now)

    answer = browser.post("/account/sign-in/", {**form, "next": "/cart/"})
    asked = browser.get(answer["Location"])
    went_on = browser.post("/account/agreements/", {"agree": "terms:1", "next": "/cart/"})
    browser.post("/account/privacy/", {"marketing": "on"})

    assert answer["Location"] == "/account/agreements/?next=%2Fcart%2F"
    assert "Before you go on" in text_of(asked)
    assert went_on["Location"] == "/cart/"
    member = Member.objects.get()
    assert allows(member.pk, ConsentKind.MARKETING)
    browser.post("/account/privacy/", {})
    assert not allows(member.pk, ConsentKind.MARKETING)
    assert allows(member.pk, ConsentKind.TERMS)


def test_a_company_lets_somebody_in_and_is_added_and_removed(
    browser: TenantClient, openid: OpenIdDouble
) -> None:
    first = by_company(browser, openid, "next=/cart/", sub="u1", name="Lan")
    page = text_of(browser.get("/account/ways/"))
    alone = Identity.objects.get()
    refused = browser.post("/account/ways/remove/", {"way": alone.public_id})
    browser.post("/account/ways/new/", {"login": PHONE, "do": "send"})
    code = last_code(PHONE)
    browser.post("/account/ways/new/", {"login": PHONE, "do": "enter", "code": code})
    removed = browser.post("/account/ways/remove/", {"way": alone.public_id})
    again = by_company(browser, openid, "add=1", sub="u2", name="Lan")

    assert first["Location"] == "/cart/"
    assert "Acme" in page
    assert refused.status_code == 409
    assert "the only way in which you can sign in" in text_of(refused)
    assert (removed.status_code, again["Location"]) == (302, "/account/ways/")
    known = Identity.objects.order_by("created_at", "id")
    assert [each.provider for each in known] == ["phone", "acme"]
    assert {each.member_id for each in known} == {Member.objects.get().pk}


def test_a_companys_answer_is_taken_from_whoever_was_sent_there_and_once(
    browser: TenantClient, openid: OpenIdDouble
) -> None:
    stolen = browser.get("/account/with/acme/back/?code=x&state=y")
    sent = browser.get("/account/with/acme/?next=https://elsewhere.example/")
    question = parse_qs(urlsplit(sent["Location"]).query)
    code, state = openid.sign_in(sent["Location"], sub="u1")
    back = f"/account/with/acme/back/?{urlencode({'code': code, 'state': state})}"
    forged = browser.get(back.replace(state, "other"))
    late = browser.get(back)
    unknown = browser.get("/account/with/other/")

    assert question["redirect_uri"][0].endswith("/account/with/acme/back/")
    assert [each.status_code for each in (stolen, forged, late, unknown)] == [422, 422, 422, 404]
    assert "did not confirm who you are" in text_of(stolen)
    assert not Member.objects.exists()


@pytest.mark.usefixtures("openid")
def test_wechat_is_offered_where_it_can_be_used(browser: TenantClient) -> None:
    for code, kind in (
        ("official", ProviderKind.WECHAT_OFFICIAL),
        ("website", ProviderKind.WECHAT_WEBSITE),
    ):
        bind_provider(
            code, kind=kind, name="微信", client_id="wx1", secret="s", actor=CLERK, now=utc_now()
        )

    usual = text_of(browser.get("/account/sign-in/"))
    inside = text_of(browser.get("/account/sign-in/", HTTP_USER_AGENT="iPhone MicroMessenger/8"))
    sent = browser.get("/account/with/official/")

    assert "/account/with/website/" in usual
    assert "/account/with/official/" not in usual
    assert "/account/with/official/" in inside
    assert sent["Location"].startswith("https://open.weixin.qq.com/connect/oauth2/authorize?")


@pytest.mark.usefixtures("shelf")
def test_a_forgotten_password_is_chosen_anew(browser: TenantClient) -> None:
    signed_in(browser)
    browser.post("/account/sign-out/")
    page = "/account/forgotten/"
    new = {"login": PHONE, "do": "enter", "password": MEMBER_PASSWORD}

    browser.post(page, {"login": PHONE, "do": "send"})
    short = browser.post(page, {**new, "password": "short", "code": last_code(PHONE)})
    done = browser.post(page, {**new, "code": last_code(PHONE)})
    browser.post("/account/sign-out/")
    entered = browser.post("/account/sign-in/", {"login": PHONE, "password": MEMBER_PASSWORD})
    stranger = browser.post(page, {"login": "none@example.com", "do": "send"})

    assert (short.status_code, done.status_code, entered.status_code) == (422, 302, 302)
    assert "We sent a code to none@example.com" in text_of(stranger)


@pytest.mark.usefixtures("shelf")
def test_a_member_changes_name_and_password_and_closes_the_account(browser: TenantClient) -> None:
    member = signed_in(browser)
    new = "a lantern over still water"

    browser.post("/account/name/", {"name": "Lan Lan"})
    first = browser.post("/account/password/", {"new": MEMBER_PASSWORD})
    wrong = browser.post("/account/password/", {"old": "other", "new": new})
    right = browser.post("/account/password/", {"old": MEMBER_PASSWORD, "new": new})
    kept = browser.post("/account/close/", {"password": "other"})
    closed = browser.post("/account/close/", {"password": new})

    assert [each.status_code for each in (first, wrong, right)] == [302, 422, 302]
    assert (kept.status_code, closed["Location"]) == (422, "/")
    member.refresh_from_db()
    assert member.anonymised_at is not None
    assert not Identity.objects.exists()
    assert browser.get("/account/ways/")["Location"].startswith("/account/sign-in/")


@pytest.mark.usefixtures("shelf")
def test_a_member_sees_what_he_has_and_how_it_came_about(browser: TenantClient) -> None:
    member = signed_in(browser)
    asset = cash_asset("CNY")
    for number in range(21):
        adjust(
            Owner("member", member.pk),
            asset.code,
            100,
            key=f"gift:{number}",
            reason="sorry",
            actor=CLERK,
        )

    page = text_of(browser.get("/account/assets/"))
    older = re.search(r'href="(/account/assets/\?of=cny&amp;before=\d+)"', page)

    assert "¥21.00" in page
    assert page.count("+¥1.00") == 20
    assert older is not None
    assert text_of(browser.get(older[1].replace("&amp;", "&"))).count("+¥1.00") == 1
    assert browser.get("/account/assets/?of=none").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        *("ways", "ways/new", "password", "privacy", "invite", "assets", "favourites", "close"),
        *("name", "recent", "invoices", "invoices/new", "payment-password"),
    ],
)
def test_strangers_see_nothing_of_it(browser: TenantClient, shelf: Shelf, page: str) -> None:
    assert browser.get(f"/account/{page}/")["Location"].startswith("/account/sign-in/?next=")
    assert browser.post(f"/account/{page}/", **HERE).status_code in {302, 405}
