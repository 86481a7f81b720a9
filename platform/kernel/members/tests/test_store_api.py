"""Accounts over HTTP, as an app would use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from kernel.common.idempotency.models import IdempotencyRecord
from kernel.common.ids import public_id, uuid7
from kernel.members.choices import CodePurpose, ConsentKind
from kernel.members.models import Address, Identity, Member
from kernel.members.services.consents import publish_document
from kernel.members.tests.people import CLERK, NOW, PHONE, last_code, registered
from kernel.relations.services import invite_code_of
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import MEMBER_PASSWORD, TenantClient, store

API = "/api/v1/store/members/"
HOME = {
    "name": "秦兰",
    "phone": "13800138000",
    "line": "和平路 1 号",
    "region_code": "330106",
}


class App:
    """A member's app."""

    def __init__(self, browser: TenantClient) -> None:
        self.browser = browser
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        options: dict[str, Any] = {"headers": {**self.headers, **headers}}
        if body is not None:
            options |= {"data": body, "content_type": "application/json"}
        return getattr(self.browser, method)(path if path[0] == "/" else f"{API}{path}", **options)

    def get(self, path: str) -> Any:
        return self.ask("get", path)

    def post(self, path: str, body: object, **headers: str) -> Any:
        return self.ask("post", path, body, **headers)

    def code(self, target: str, purpose: CodePurpose = CodePurpose.SIGN_IN) -> str:
        self.post("codes/", {"target": target, "purpose": purpose.value})
        with tenant_context(self.browser.tenant):
            return last_code(target)

    def sign_in(self, target: str = PHONE, **more: str) -> Any:
        answer = self.post("codes/sign-in/", {"target": target, "code": self.code(target), **more})
        self.headers["Authorization"] = f"Bearer {answer.json().get('token', '')}"
        return answer


@pytest.fixture
def app(tenant_a: TenantRef) -> Iterator[App]:
    with store(tenant_a) as browser:
        yield App(browser)


def test_a_code_opens_an_account_and_the_account_is_used_and_left(app: App) -> None:
    signed = app.sign_in()
    renamed = app.ask("patch", "me/", {"name": "兰兰"})
    devices = app.get("sessions/").json()
    left = app.ask("delete", "me/")
    after = app.get("me/")

    assert (signed.status_code, signed.json()["member"]["login"]) == (200, PHONE)
    assert (renamed.json()["name"], len(devices), devices[0]["is_current"]) == ("兰兰", 1, True)
    assert (left.status_code, after.status_code) == (204, 401)
    with tenant_context(app.browser.tenant):
        assert Member.objects.get().anonymised_at is not None


def test_a_wrong_code_is_a_problem_with_a_code_of_its_own(app: App) -> None:
    answer = app.post("codes/sign-in/", {"target": PHONE, "code": "000000"})

    assert (answer.status_code, answer.json()["code"]) == (422, "members.code_refused")
    assert answer["Content-Type"] == "application/problem+json"


def test_the_sixth_code_is_refused_over_http(app: App) -> None:
    answers = [
        app.post("codes/", {"target": PHONE}, **{"X-Device-Id": f"device-{n:04d}"})
        for n in range(6)
    ]

    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 3000


def test_an_invitation_is_followed_over_http(app: App) -> None:
    with tenant_context(app.browser.tenant):
        code = invite_code_of(registered().id)

    refused = app.sign_in(invite_code="abcdefgh")
    accepted = app.sign_in(invite_code=code)
    standing = app.get("/api/v1/store/relations/").json()

    assert (refused.status_code, refused.json()["code"]) == (422, "relations.unknown_invitation")
    assert accepted.status_code == 200
    assert standing["sponsor"]["name"] == "兰*"


def test_other_devices_are_signed_out(app: App) -> None:
    app.sign_in()
    first = dict(app.headers)
    app.sign_in()
    [other] = [d["id"] for d in app.get("sessions/").json() if not d["is_current"]]

    assert app.ask("delete", f"sessions/{other}/").status_code == 204
    assert app.ask("delete", f"sessions/{other}/").status_code == 404
    assert app.ask("get", "me/", **first).status_code == 401
    app.sign_in()
    assert app.ask("delete", "sessions/").status_code == 204
    assert len(app.get("sessions/").json()) == 1


def test_a_second_contact_is_proved_and_forgotten(app: App) -> None:
    app.sign_in()
    code = app.code("lan@example.com", CodePurpose.BIND)

    added = app.post("identities/", {"target": "lan@example.com", "code": code})
    shown = app.get("identities/").json()
    forgotten = app.ask("delete", f"identities/{shown[0]['id']}/")
    last = app.ask("delete", f"identities/{shown[1]['id']}/")

    assert added.status_code == 200
    assert [(i["provider"], i["contact"], i["is_verified"]) for i in shown] == [
        ("phone", PHONE, True),
        ("email", "lan@example.com", True),
    ]
    assert (forgotten.status_code, last.status_code) == (204, 409)
    assert app.get("me/").json()["login"] == "lan@example.com"


def test_a_password_is_set_changed_and_reset(app: App) -> None:
    app.sign_in()
    new = "nine green kites in wind"

    first = app.post("password/", {"new": MEMBER_PASSWORD})
    wrong = app.post("password/", {"old": "x", "new": new})
    second = app.post("password/", {"old": MEMBER_PASSWORD, "new": new})
    by_password = app.post("sign-in/", {"login": PHONE, "password": new})
    told = {
        "login": PHONE,
        "code": app.code(PHONE, CodePurpose.PASSWORD),
        "password": MEMBER_PASSWORD,
    }
    reset = app.post("password/reset/", told)

    assert [a.status_code for a in (first, wrong, second)] == [204, 422, 204]
    assert (by_password.status_code, reset.status_code) == (200, 200)
    assert app.get("me/").status_code == 401


def test_an_address_sent_twice_is_kept_once(app: App) -> None:
    app.sign_in()

    answers = [app.post("addresses/", HOME, **{"Idempotency-Key": "k1"}) for _try in range(2)]

    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["region"] == "浙江省 杭州市 西湖区"
    with tenant_context(app.browser.tenant):
        assert Address.objects.count() == 1


def test_addresses_and_invoice_profiles_are_changed_by_their_owner_alone(app: App) -> None:
    app.sign_in()
    address = app.post("addresses/", HOME).json()["id"]
    profile = app.post("invoice-profiles/", {"kind": "person", "title": "秦兰"}).json()["id"]
    moved = app.ask("put", f"addresses/{address}/", HOME | {"line": "解放路 2 号"})
    company = {"kind": "company", "title": "兰兰公司", "tax_number": "91330106MA27X"}
    changed = app.ask("put", f"invoice-profiles/{profile}/", company)

    stranger = App(app.browser)
    stranger.sign_in("+8613900000009")
    refused = [
        stranger.ask("put", f"addresses/{address}/", HOME),
        stranger.ask("delete", f"addresses/{address}/"),
        stranger.ask("put", f"invoice-profiles/{profile}/", company),
        stranger.ask("delete", f"invoice-profiles/{profile}/"),
    ]

    assert (moved.json()["line"], changed.json()["kind"]) == ("解放路 2 号", "company")
    assert [a.status_code for a in refused] == [404] * 4
    assert [a["line"] for a in app.get("addresses/").json()] == ["解放路 2 号"]
    assert app.ask("delete", f"addresses/{address}/").status_code == 204
    assert app.ask("delete", f"invoice-profiles/{profile}/").status_code == 204


def test_an_address_that_is_refused_says_which_field(app: App) -> None:
    app.sign_in()

    answer = app.post("addresses/", HOME | {"region_code": "330100"})

    assert (answer.status_code, answer.json()["field"]) == (422, "region_code")


def test_favourites_and_footprints_come_in_pages(app: App) -> None:
    app.sign_in()
    products = [public_id("prd", uuid7()) for _number in range(3)]
    for product in products:
        assert app.post("favourites/", {"product": product}).status_code == 201
        assert app.post("footprints/", {"product": product}).status_code == 204

    first = app.get("favourites/?page_size=2").json()
    after = urlsplit(first["next"])
    rest = app.get(f"{after.path}?{after.query}").json()
    app.ask("delete", f"favourites/{products[0]}/")

    shown = [kept["product"] for kept in [*first["results"], *rest["results"]]]
    assert shown == products[::-1]
    assert len(app.get("favourites/").json()["results"]) == 2
    assert len(app.get("footprints/").json()["results"]) == 3
    assert app.ask("delete", "footprints/").status_code == 204
    assert app.post("favourites/", {"product": "1; DROP TABLE"}).status_code == 404


def test_regions_are_read_without_an_account(app: App) -> None:
    provinces = app.get("regions/").json()
    districts = app.get("regions/?parent=330100").json()

    assert len(provinces) == 34
    assert {"code": "330106", "name": "西湖区", "has_parts": False} in districts
    assert app.get("regions/?parent=nowhere").json() == []


def test_a_text_is_agreed_to(app: App) -> None:
    texts = {"zh-hans": {"title": "服务条款", "body": "……"}}
    with tenant_context(app.browser.tenant):
        publish_document(ConsentKind.TERMS, texts, is_required=True, actor=CLERK, now=NOW)
    app.sign_in()

    asked = app.get("consents/").json()
    said = app.post("consents/", {"kind": "terms", "version": 1, "is_given": True})
    unknown = app.post("consents/", {"kind": "terms", "version": 7, "is_given": True})

    assert (asked[0]["texts"], asked[0]["said"]) == (texts, None)
    assert (said.status_code, unknown.status_code) == (201, 404)
    assert app.get("consents/").json()[0]["said"]["is_given"] is True


def test_a_token_is_never_kept_for_a_repeated_request(app: App) -> None:
    told = {"login": "lan@example.com", "name": "兰兰", "password": MEMBER_PASSWORD}

    app.post("register/", told, **{"Idempotency-Key": "k1"})
    app.post("sign-in/", told, **{"Idempotency-Key": "k2"})

    with tenant_context(app.browser.tenant):
        assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        *("me/", "sessions/", "identities/", "addresses/", "invoice-profiles/"),
        *("favourites/", "footprints/", "consents/", "/api/v1/store/relations/"),
    ],
)
def test_a_stranger_and_another_shops_member_see_nothing(
    app: App, tenant_b: TenantRef, path: str
) -> None:
    with store(tenant_b) as browser:
        elsewhere = App(browser)
        elsewhere.sign_in()

    assert app.get(path).status_code == 401
    assert app.ask("get", path, **elsewhere.headers).status_code == 401


def test_one_number_is_two_members_in_two_shops(app: App, tenant_b: TenantRef) -> None:
    app.sign_in()
    with store(tenant_b) as browser:
        elsewhere = App(browser)
        code = app.code(PHONE)
        crossed = elsewhere.post("codes/sign-in/", {"target": PHONE, "code": code})
        elsewhere.sign_in()

    assert crossed.status_code == 422
    found = []
    for tenant in (app.browser.tenant, tenant_b):
        with tenant_context(tenant):
            found.append(Identity.objects.get().member_id)
    assert found[0] != found[1]


def test_lists_ask_the_database_no_more_for_more_rows(
    app: App, django_assert_num_queries: Any
) -> None:
    app.sign_in()
    for _number in range(3):
        app.post("addresses/", HOME)
        app.post("favourites/", {"product": public_id("prd", uuid7())})
    app.get("/api/v1/store/relations/")

    # Who is signed in, and the rows.
    for path in ("addresses/", "favourites/", "sessions/", "identities/"):
        with django_assert_num_queries(2):
            app.get(path)
    # Who is signed in, the sponsor, the counts, the code.
    with django_assert_num_queries(4):
        app.get("/api/v1/store/relations/")
