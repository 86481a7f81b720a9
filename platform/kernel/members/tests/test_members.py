"""Accounts: who may open one, who is signed in, and for how long."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from kernel.common.time import utc_now
from kernel.members.errors import InvalidMember, LoginTaken, SignInRefused
from kernel.members.models import Member, MemberSession
from kernel.members.services import (
    SESSION_LIFETIME,
    SignedIn,
    current_member,
    normal_login,
    register_member,
    sign_in,
    sign_out,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import MEMBER_PASSWORD, store

NOW = utc_now()
API = "/api/v1/store/members/"


@pytest.fixture
def member(in_tenant_a: TenantRef) -> Member:
    return register_member(login="Lan@Example.com ", name="兰兰", password=MEMBER_PASSWORD)


def signed_in() -> SignedIn:
    return sign_in(login="lan@example.com", password=MEMBER_PASSWORD, device="x", now=NOW)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (" Lan@Example.COM", "lan@example.com"),
        ("138 0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+49 (30) 1234-567", "+49301234567"),
    ],
)
def test_a_login_has_one_form(given: str, stored: str) -> None:
    assert normal_login(given) == stored


@pytest.mark.parametrize(
    "given", ["", "lan", "12345", "+0123456789", "a@b", "@", "x" * 260 + "@a.cn"]
)
def test_what_is_neither_address_nor_number_is_refused(given: str) -> None:
    with pytest.raises(InvalidMember):
        normal_login(given)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("name", "a\u202eb"),
        ("password", "short"),
        ("password", "x" * 300),
    ],
)
def test_particulars_that_cannot_be_used_open_nothing(
    in_tenant_a: TenantRef, field: str, value: str
) -> None:
    told = {"login": "lan@example.com", "name": "兰兰", "password": MEMBER_PASSWORD} | {
        field: value
    }

    with pytest.raises(InvalidMember) as caught:
        register_member(login=told["login"], name=told["name"], password=told["password"])

    assert caught.value.fields["field"] == field
    assert not Member.objects.exists()


def test_a_login_is_one_persons(member: Member) -> None:
    with pytest.raises(LoginTaken):
        register_member(login="LAN@example.com", name="另一位", password=MEMBER_PASSWORD)

    assert Member.objects.get() == member


def test_the_token_is_nowhere_in_the_database(member: Member) -> None:
    token = signed_in().token

    session = MemberSession.objects.get()
    assert session.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert current_member(token, now=NOW) == member


@pytest.mark.parametrize("login", ["lan@example.com", "nobody@example.com", "\x00"])
def test_a_wrong_password_and_an_unknown_login_are_told_alike(member: Member, login: str) -> None:
    with pytest.raises(SignInRefused):
        sign_in(login=login, password="wrong", device="", now=NOW)

    assert not MemberSession.objects.exists()


def test_a_session_ends_by_time_by_signing_out_and_with_the_account(member: Member) -> None:
    first, second, third = (signed_in().token for _device in range(3))

    sign_out(first, now=NOW)
    assert current_member(first, now=NOW) is None
    assert current_member(second, now=NOW + SESSION_LIFETIME) is None
    Member.objects.update(is_active=False)
    assert current_member(third, now=NOW) is None
    with pytest.raises(SignInRefused):
        signed_in()


def test_being_seen_is_written_now_and_then(member: Member) -> None:
    token = signed_in().token

    current_member(token, now=NOW + timedelta(minutes=1))
    assert MemberSession.objects.get().last_seen_at == NOW
    current_member(token, now=NOW + timedelta(minutes=6))
    assert MemberSession.objects.get().last_seen_at == NOW + timedelta(minutes=6)


def test_a_token_of_one_tenant_is_nothing_in_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with store(tenant_a) as browser:
        browser.as_member()
        assert browser.get(f"{API}me/").status_code == 200
    with store(tenant_b) as other:
        other.defaults["HTTP_AUTHORIZATION"] = browser.defaults["HTTP_AUTHORIZATION"]
        assert other.get(f"{API}me/").status_code == 401


def test_an_account_is_opened_used_and_left_over_the_api(tenant_a: TenantRef) -> None:
    told = {"login": "13800138000", "name": "兰兰", "password": MEMBER_PASSWORD}
    with store(tenant_a) as browser:
        opened = browser.post(f"{API}register/", told, content_type="application/json")
        bearer = {"Authorization": f"Bearer {opened.json()['token']}"}
        shown = browser.get(f"{API}me/", headers=bearer).json()
        left = browser.post(f"{API}sign-out/", headers=bearer)
        after = browser.get(f"{API}me/", headers=bearer)

    assert (opened.status_code, left.status_code, after.status_code) == (201, 204, 401)
    assert (shown["login"], shown["id"][:4]) == ("+8613800138000", "mem_")


def test_guessing_a_password_is_slowed_down(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        register_member(login="guess@example.com", name="兰兰", password=MEMBER_PASSWORD)
    told = {"login": "guess@example.com", "password": "wrong"}
    with store(tenant_a, REMOTE_ADDR="203.0.113.77") as browser:
        answers = [
            browser.post(f"{API}sign-in/", told, content_type="application/json").status_code
            for _attempt in range(11)
        ]

    assert answers == [401] * 10 + [429]


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(
    tenant_a: TenantRef, settings: object
) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]
    told = {"login": "lan@example.com", "name": "兰兰", "password": MEMBER_PASSWORD}
    with store(tenant_a) as browser:
        answer = browser.post("/account/register/", told, secure=True)

    cookie = answer.cookies["__Host-member"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert (cookie["domain"], cookie["samesite"]) == ("", "Lax")


@pytest.mark.parametrize("target", ["//evil.example.com/", "https://evil.example.com", "\\\\evil"])
def test_signing_in_never_leads_to_another_site(tenant_a: TenantRef, target: str) -> None:
    told = {"login": "lan@example.com", "name": "兰兰", "password": MEMBER_PASSWORD, "next": target}
    with store(tenant_a) as browser:
        answer = browser.post("/account/register/", told)

    assert (answer.status_code, answer["Location"]) == (302, "/")
