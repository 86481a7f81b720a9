"""Apps of others come in by OAuth, as far as somebody lets them."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from kernel.audit.actor import SYSTEM
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.keys.models import App, AppToken, TokenKind
from kernel.keys.oauth.apps import AppDraft, register_app, shut_out
from kernel.keys.oauth.errors import InvalidApp
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

BACK = "https://erp.example/back?shop=1"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()
TOKEN, END = "/oauth/token/", "/oauth/revoke/"
CONFIRMED = "confirmed_at"
SCOPES = ("reviews.view", "orders.view")


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        yield client


@pytest.fixture
def app(tenant_a: TenantRef) -> dict[str, str]:
    with tenant_context(tenant_a):
        draft = AppDraft(name="ERP", redirect_uris=[BACK], scopes=SCOPES)
        row, secret = register_app(draft, actor=SYSTEM, now=utc_now())
    return {"client_id": row.public_id, "client_secret": secret}


def wish(app: dict[str, str], **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "scope": "reviews.view",
        "state": "xyz",
        "code_challenge": CHALLENGE.rstrip("="),
        "code_challenge_method": "S256",
        **more,
    }


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def answered(desk: TenantClient, asked: dict[str, str], **told: str) -> dict[str, str]:
    """Answer the question whether an app may come in; return what the app is told."""
    page = desk.post("/apps/authorize/", told, query_params=asked).content.decode()
    [address] = re.findall(r'href="(https://erp[^"]+)"', page)
    return query_of(html.unescape(address))


def code_for(desk: TenantClient, app: dict[str, str], **more: str) -> str:
    desk.as_staff("keys.manage", "keys.view", *SCOPES, email=f"{token_hex(4)}@example.com")
    return answered(desk, wish(app, **more), allow="1")["code"]


def sent(desk: TenantClient, path: str, told: dict[str, str]) -> Any:
    return desk.post(path, urlencode(told), content_type="application/x-www-form-urlencoded")


def traded(desk: TenantClient, app: dict[str, str], code: str, **more: str) -> Any:
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **more}
    return sent(desk, TOKEN, {"code_verifier": VERIFIER, **told, **app})


def renewed(desk: TenantClient, app: dict[str, str], token: str, **more: str) -> Any:
    told = {"grant_type": "refresh_token", "refresh_token": token, **more}
    return sent(desk, TOKEN, {**told, **app})


def reads(desk: TenantClient, token: str, path: str = "reviews/") -> int:
    shown: Any = {"headers": {"Authorization": f"Bearer {token}"}}
    # A program has no session beside its token.
    with console(desk.tenant) as program:
        return int(program.get(f"/api/v1/admin/{path}", **shown).status_code)


def test_an_app_that_is_let_in_reads_what_it_may_and_renews_its_tokens(
    desk: TenantClient, app: dict[str, str], tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    code = code_for(desk, app)
    desk.logout()

    server = desk.get("/.well-known/oauth-authorization-server").json()
    made = traded(desk, app, code).json()
    first = [reads(desk, made["access_token"], each) for each in ("reviews/", "orders/", "keys/")]
    new = renewed(desk, app, made["refresh_token"]).json()
    more = renewed(desk, app, new["refresh_token"], scope="orders.view")
    with console(tenant_b) as elsewhere:
        away = reads(elsewhere, made["access_token"])

    assert (made["token_type"], made["scope"], made["expires_in"]) == (
        "Bearer", "reviews.view", 3600,
    )  # fmt: skip
    assert first == [200, 403, 403]
    assert urlsplit(server["token_endpoint"]).path == TOKEN
    assert reads(desk, new["access_token"]) == 200
    assert (more.status_code, more.json()["error"], away) == (400, "invalid_scope", 401)
    with tenant_context(tenant_a):
        AppToken.objects.filter(kind=TokenKind.ACCESS).update(
            expires_at=utc_now() - timedelta(seconds=1)
        )
        kept = str(list(AppToken.objects.values())) + str(list(AuditEntry.objects.values()))
        assert App.objects.get().granted == ["reviews.view"]
    assert reads(desk, new["access_token"]) == 401
    assert not [each for each in (code, *made.values()) if f"'{each}'" in kept and "_" in str(each)]


def test_a_code_or_a_refresh_token_that_comes_twice_ends_all_that_came_of_it(
    desk: TenantClient, app: dict[str, str], tenant_a: TenantRef
) -> None:
    code = code_for(desk, app)
    made = traded(desk, app, code).json()
    again = traded(desk, app, code)
    after = reads(desk, made["access_token"])

    made = traded(desk, app, code_for(desk, app)).json()
    new = renewed(desk, app, made["refresh_token"]).json()
    stolen = renewed(desk, app, made["refresh_token"])

    assert (again.status_code, again.json()["error"], after) == (400, "invalid_grant", 401)
    assert (stolen.status_code, reads(desk, new["access_token"])) == (400, 401)


@pytest.mark.parametrize(
    "more",
    [
        {"code_verifier": "w" * 50},
        {"redirect_uri": "https://erp.example/other"},
        {"client_secret": "guessed"},
        {"code": "code_guessed"},
        {"grant_type": "password"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_code_is_good_for_its_own_app_address_and_verifier_alone(
    desk: TenantClient, app: dict[str, str], tenant_a: TenantRef, more: dict[str, str]
) -> None:
    code = code_for(desk, app)

    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = sent(desk, TOKEN, {**told, "code_verifier": VERIFIER, **app, **more})

    assert answer.status_code in {400, 401}
    assert set(answer.json()) == {"error"}
    with tenant_context(tenant_a):
        assert not AppToken.objects.filter(kind=TokenKind.ACCESS).exists()


def test_people_are_asked_and_sent_only_to_an_address_that_the_app_registered(
    desk: TenantClient, app: dict[str, str], tenant_a: TenantRef
) -> None:
    desk.as_staff("keys.manage", "reviews.view")
    with tenant_context(tenant_a):
        session = desk.session
        confirmed = session.pop(CONFIRMED)
        session.save()
    asked = desk.get("/apps/authorize/", wish(app))
    with tenant_context(tenant_a):
        session[CONFIRMED] = confirmed
        session.save()
    page = desk.get("/apps/authorize/", wish(app)).content.decode()
    wrong = desk.get("/apps/authorize/", wish(app, redirect_uri="https://evil.example/"))
    plain = desk.get("/apps/authorize/", wish(app, code_challenge_method="plain"))
    too_much = desk.get("/apps/authorize/", wish(app, scope="payments.refund"))
    no = answered(desk, wish(app))
    lacks = answered(desk, wish(app, scope="orders.view"), allow="1")

    assert (asked.status_code, asked["Location"][:17]) == (302, "/account/confirm/")
    assert "ERP" in page
    assert (wrong.status_code, "Location" in wrong) == (400, False)
    assert [query_of(each["Location"])["error"] for each in (plain, too_much)] == [
        "invalid_request",
        "invalid_scope",
    ]
    assert (no["error"], no["state"], no["shop"], lacks["error"]) == (
        "access_denied", "xyz", "1", "access_denied",
    )  # fmt: skip
    with tenant_context(tenant_a):
        assert not AppToken.objects.exists()
    desk.as_staff("orders.view", email="other@example.com")
    assert desk.get("/apps/authorize/", wish(app)).status_code == 403


def test_an_app_that_is_shut_out_or_ends_its_token_is_outside_at_once(
    desk: TenantClient, app: dict[str, str], tenant_a: TenantRef
) -> None:
    ended = traded(desk, app, code_for(desk, app)).json()
    sent(desk, END, {"token": ended["refresh_token"], **app})
    shut = traded(desk, app, code_for(desk, app)).json()
    with tenant_context(tenant_a):
        shut_out(App.objects.get().pk, actor=SYSTEM, now=utc_now())

    assert reads(desk, ended["access_token"]) == 401
    assert (reads(desk, shut["access_token"]), desk.get("/apps/").status_code) == (401, 200)
    assert renewed(desk, app, shut["refresh_token"]).status_code == 400


@pytest.mark.parametrize(
    "uri",
    ["http://erp.example/", "https://a@b.example/", "javascript:alert(1)", "https://e.example/#x"],
)
@pytest.mark.usefixtures("in_tenant_a")
def test_an_app_lives_where_nobody_listens_in(uri: str) -> None:
    draft = AppDraft(name="ERP", redirect_uris=[uri], scopes=["orders.view"])

    with pytest.raises(InvalidApp) as refused:
        register_app(draft, actor=SYSTEM, now=utc_now())

    assert refused.value.fields["field"] == "redirect_uris"
    assert not App.objects.exists()
