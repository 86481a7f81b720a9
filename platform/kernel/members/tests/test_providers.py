"""Signing in by other companies, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from kernel.audit.models import AuditEntry
from kernel.common.secrets.errors import SecretMissing
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer, get_secret
from kernel.members.choices import ProviderKind
from kernel.members.errors import (
    InvalidProvider,
    ProviderDown,
    ProviderRefused,
    UnknownProvider,
)
from kernel.members.models import Identity, Member, ProviderBinding
from kernel.members.providers.outbound import ask_outside
from kernel.members.services.identities import sign_in_with
from kernel.members.services.providers import (
    begin,
    bind_provider,
    offered_providers,
    prove,
    unbind_provider,
)
from kernel.members.tests.doubles import CLIENT, SECRET, OpenIdDouble, WeChatDouble, served
from kernel.members.tests.people import CLERK, NOW, PHONE, by_code
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import store

BACK = "http://tenant-a.localhost/account/back/"
KINDS = {
    "official": ProviderKind.WECHAT_OFFICIAL,
    "website": ProviderKind.WECHAT_WEBSITE,
    "app": ProviderKind.WECHAT_APP,
    "mini": ProviderKind.WECHAT_MINI,
}


@pytest.fixture(autouse=True)
def _root_key(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=NOW)
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.fixture
def openid(settings: Any) -> Iterator[OpenIdDouble]:
    company = OpenIdDouble()
    with served(company) as address:
        settings.STOA_IDENTITY_INNER_HOSTS = [urlsplit(address).netloc]
        yield company


@pytest.fixture
def wechat(settings: Any) -> Iterator[WeChatDouble]:
    company = WeChatDouble()
    with served(company) as address:
        settings.STOA_WECHAT_API = address
        yield company


def bind_openid(company: OpenIdDouble) -> ProviderBinding:
    return bind_provider(
        "login",
        kind=ProviderKind.OIDC,
        name="企业登录",
        client_id=CLIENT,
        secret=SECRET,
        issuer=company.address,
        actor=CLERK,
        now=NOW,
    )


def bind_wechat(*codes: str) -> None:
    for code in codes:
        bind_provider(
            code,
            kind=KINDS[code],
            name="微信",
            client_id=f"wx-{code}",
            secret=SECRET,
            actor=CLERK,
            now=NOW,
        )


def come_back(company: OpenIdDouble, **claims: Any) -> Member:
    url, ticket = begin("login", redirect_uri=BACK)
    code, state = company.sign_in(url, **claims)
    proven = prove("login", answer=code, state=state, ticket=ticket)
    return sign_in_with(proven, device="x", now=NOW).member


def test_an_openid_provider_lets_members_in(in_tenant_a: TenantRef, openid: OpenIdDouble) -> None:
    bind_openid(openid)

    first = come_back(openid, sub="u1", name="Ann", email="Ann@Example.com", email_verified=True)
    again = come_back(openid, sub="u1")
    other = come_back(openid, sub="u2", email="bea@example.com", email_verified="true")

    assert (first, first.name, first.login) == (again, "Ann", "ann@example.com")
    assert (other.login, Member.objects.count()) == (None, 2)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"aud": "another-client"},
        {"nonce": "another"},
        {"exp": 1},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
        {"azp": "another-client"},
    ],
)
def test_a_token_that_is_not_for_us_is_refused(
    in_tenant_a: TenantRef, openid: OpenIdDouble, claims: dict[str, Any]
) -> None:
    bind_openid(openid)
    openid.claims = claims

    with pytest.raises(ProviderRefused):
        come_back(openid, **{"sub": "u1"} | claims)

    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("algorithm", "signer"),
    [
        ("RS256", lambda: RSAKey.generate_key(2048, {"kid": "k1"})),
        ("HS256", lambda: OctKey.import_key(SECRET * 4, {"kid": "k1"})),
    ],
)
def test_a_token_with_anothers_signature_is_refused(
    in_tenant_a: TenantRef,
    openid: OpenIdDouble,
    algorithm: str,
    signer: Callable[[], object],
) -> None:
    bind_openid(openid)
    openid.algorithm, openid.signer = algorithm, signer()

    with pytest.raises(ProviderRefused):
        come_back(openid, sub="u1")


def test_an_answer_to_somebody_elses_question_is_refused(
    tenant_a: TenantRef, tenant_b: TenantRef, openid: OpenIdDouble
) -> None:
    with tenant_context(tenant_a):
        bind_openid(openid)
        url, ticket = begin("login", redirect_uri=BACK)
        code, state = openid.sign_in(url, sub="u1")
        _url, other = begin("login", redirect_uri=BACK)
        for told in (
            {"state": "x", "ticket": ticket},
            {"state": state, "ticket": other},
            {"state": state, "ticket": "forged"},
            {"state": state},
        ):
            with pytest.raises(ProviderRefused):
                prove("login", answer=code, **told)
    with tenant_context(tenant_b):
        bind_openid(openid)
        with pytest.raises(ProviderRefused):
            prove("login", answer=code, state=state, ticket=ticket)
    with tenant_context(tenant_a):
        assert prove("login", answer=code, state=state, ticket=ticket).subject == "u1"
        with pytest.raises(ProviderRefused):
            prove("login", answer=code, state=state, ticket=ticket)


@pytest.mark.parametrize(
    "target",
    [
        *("https://evil.example.com/", "//tenant-a.localhost/", "javascript:alert(1)"),
        *("http://tenant-a.localhost@evil.example.com/", "http://tenant-b.localhost/"),
    ],
)
def test_nobody_is_sent_back_to_another_site(
    in_tenant_a: TenantRef, openid: OpenIdDouble, target: str
) -> None:
    bind_openid(openid)

    with pytest.raises(ProviderRefused):
        begin("login", redirect_uri=target)


def test_a_person_is_one_in_all_wechat_accounts_of_a_company(
    in_tenant_a: TenantRef, wechat: WeChatDouble
) -> None:
    bind_wechat("official", "mini", "app")
    wechat.people = {
        code: {"openid": f"open-{code}", "unionid": "union-1"}
        for code in ("official", "mini", "app")
    }
    url, ticket = begin("official", redirect_uri=BACK)
    state = parse_qs(urlsplit(url).query)["state"][0]

    proofs = [
        prove("official", answer="official", state=state, ticket=ticket),
        prove("mini", answer="mini"),
        prove("app", answer="app"),
    ]
    members = {sign_in_with(proven, device="x", now=NOW).member for proven in proofs}

    assert urlsplit(url).path == "/connect/oauth2/authorize"
    assert url.endswith("#wechat_redirect")
    assert [member.name for member in members] == ["阿兰"]
    assert Identity.objects.filter(unionid="union-1").count() == 3


def test_a_mini_program_proves_the_number(in_tenant_a: TenantRef, wechat: WeChatDouble) -> None:
    bind_wechat("mini")
    member = by_code(PHONE).member
    wechat.people = {"c": {"openid": "open-1"}}
    wechat.phones = {"p": "13800138000"}

    proven = prove("mini", answer="c", phone_code="p")

    assert proven.phone == PHONE
    assert sign_in_with(proven, device="x", now=NOW).member == member
    with pytest.raises(ProviderRefused):
        prove("mini", answer="c", phone_code="forged")


def test_a_provider_that_refuses_or_is_down_lets_nobody_in(
    in_tenant_a: TenantRef, wechat: WeChatDouble
) -> None:
    bind_wechat("mini")

    with pytest.raises(ProviderRefused):
        prove("mini", answer="unknown")
    wechat.is_down = True
    with pytest.raises(ProviderDown):
        prove("mini", answer="c")
    with pytest.raises(UnknownProvider):
        prove("nowhere", answer="c")

    assert not Member.objects.exists()


def test_a_secret_is_kept_sealed_and_never_on_record(
    in_tenant_a: TenantRef, openid: OpenIdDouble
) -> None:
    bind_openid(openid)
    bind_provider(
        "login",
        kind=ProviderKind.OIDC,
        name="新名字",
        client_id=CLIENT,
        secret="",
        issuer=openid.address,
        actor=CLERK,
        now=NOW,
    )

    assert get_secret("identity.login")["secret"] == SECRET
    assert SECRET not in str(list(AuditEntry.objects.values()))
    assert [p.name for p in offered_providers()] == ["新名字"]
    unbind_provider("login", actor=CLERK, now=NOW)
    assert offered_providers() == []
    with pytest.raises(SecretMissing):
        get_secret("identity.login")
    with pytest.raises(UnknownProvider):
        unbind_provider("login", actor=CLERK, now=NOW)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("code", {"code": "phone"}),
        ("code", {"code": "A b"}),
        ("name", {"name": " "}),
        ("client_id", {"client_id": ""}),
        ("secret", {"secret": ""}),
        ("issuer", {"issuer": "https://login.example.com"}),
        ("issuer", {"kind": ProviderKind.OIDC}),
    ],
)
def test_particulars_that_cannot_be_used_bind_nothing(
    in_tenant_a: TenantRef, field: str, told: dict[str, Any]
) -> None:
    fit = {"code": "mini", "kind": KINDS["mini"], "name": "微信", "client_id": "x", "secret": "x"}

    with pytest.raises(InvalidProvider) as refused:
        bind_provider(**fit | told, actor=CLERK, now=NOW)

    assert refused.value.fields["field"] == field
    assert not ProviderBinding.objects.exists()


def test_a_binding_never_becomes_another_company(
    in_tenant_a: TenantRef, openid: OpenIdDouble, wechat: WeChatDouble
) -> None:
    bind_openid(openid)

    with pytest.raises(InvalidProvider):
        bind_provider(
            "login",
            kind=ProviderKind.WECHAT_MINI,
            name="微信",
            client_id="x",
            secret="x",
            actor=CLERK,
            now=NOW,
        )

    assert ProviderBinding.objects.get().kind == "oidc"


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/", "https://127.0.0.1/", "https://localhost:5432/"),
        *("https://169.254.169.254/latest/", "https://[::1]/", "https://10.0.0.1/"),
        *("https://user@127.0.0.1/", "file:///etc/passwd", "https:///", "https://x:99999/"),
        "http://1.1.1.1/",
    ],
)
def test_an_address_inside_is_never_asked(address: str) -> None:
    with pytest.raises((ProviderRefused, ProviderDown)):
        ask_outside(address)


def test_a_provider_that_says_it_is_another_is_not_bound(
    in_tenant_a: TenantRef, openid: OpenIdDouble
) -> None:
    openid.facts = {"issuer": "https://accounts.example.com"}

    with pytest.raises(ProviderRefused):
        bind_openid(openid)

    assert not ProviderBinding.objects.exists()


def test_keys_at_an_inner_address_are_not_fetched(
    in_tenant_a: TenantRef, openid: OpenIdDouble
) -> None:
    bind_openid(openid)
    openid.facts = {"jwks_uri": "https://127.0.0.1:1/keys"}

    with pytest.raises(ProviderRefused):
        come_back(openid, sub="u1")


def test_a_member_signs_in_by_a_provider_over_http(
    tenant_a: TenantRef, openid: OpenIdDouble, wechat: WeChatDouble
) -> None:
    with tenant_context(tenant_a):
        bind_openid(openid)
        bind_wechat("mini")
    wechat.people = {"c": {"openid": "open-1"}}
    api = "/api/v1/store/members/providers/"
    with store(tenant_a) as browser:

        def post(path: str, body: dict[str, str], **headers: str) -> Any:
            return browser.post(
                f"{api}{path}", body, content_type="application/json", headers=headers
            )

        offered = browser.get(api).json()
        begun = post("login/begin/", {"redirect_uri": BACK}).json()
        code, state = openid.sign_in(begun["url"], sub="u1", name="Ann")
        told = {"code": code, "state": state, "ticket": begun["ticket"]}
        signed = post("login/sign-in/", told)
        bearer = {"Authorization": f"Bearer {signed.json()['token']}"}
        added = post("mini/identities/", {"code": "c"}, **bearer)
        again = post("mini/sign-in/", {"code": "c"})
        unknown = post("nowhere/sign-in/", {"code": "c"})

    assert [p["code"] for p in offered] == ["login", "mini"]
    assert (signed.status_code, added.status_code, again.status_code) == (200, 200, 200)
    assert again.json()["member"] == signed.json()["member"] == added.json()
    assert (unknown.status_code, unknown.json()["code"]) == (404, "members.unknown_provider")
