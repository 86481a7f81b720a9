"""Staff decide how members join and sign in, and what they agree to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer, get_secret
from kernel.common.time import utc_now
from kernel.members.choices import SignUp
from kernel.members.models import ConsentDocument, ProviderBinding
from kernel.members.services.accounts import sign_up_policy
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

WECHAT = {
    "kind": "wechat_official",
    "code": "weixin",
    "name": "微信",
    "client_id": "wx1",
    "secret": "a-secret-of-wechat",
}
TEXTS = {
    "title_zh-hans": "服务条款",
    "body_zh-hans": "请友善。",
    "title_en": "Terms",
    "body_en": "Be kind.",
    "is_required": "on",
}


@pytest.fixture(autouse=True)
def _sealer(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as browser:
        browser.as_staff("members.entry")
        yield browser


def test_a_company_is_offered_changed_and_taken_away(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    wrong = desk.post("/entry/with/", {**WECHAT, "secret": ""})
    added = desk.post("/entry/with/", WECHAT)
    listed = desk.get("/entry/").content.decode()
    page = desk.get("/entry/with/weixin/").content.decode()
    renamed = desk.post("/entry/with/weixin/", {"name": "WeChat", "client_id": "wx2"})
    with tenant_context(tenant_a):
        row, sealed = ProviderBinding.objects.get(), get_secret("identity.weixin")["secret"]
    removed = desk.post("/entry/with/weixin/remove/")

    assert [each.status_code for each in (wrong, added, renamed, removed)] == [422, 302, 302, 302]
    assert "微信" in listed
    assert WECHAT["secret"] not in page
    assert (row.name, row.client_id, row.kind) == ("WeChat", "wx2", "wechat_official")
    assert sealed == WECHAT["secret"]
    assert desk.get("/entry/with/weixin/").status_code == 404


def test_texts_are_published_by_version(desk: TenantClient, tenant_a: TenantRef) -> None:
    empty = desk.post("/entry/texts/terms/", {**TEXTS, "body_en": ""})
    desk.post("/entry/texts/terms/", TEXTS)
    again = desk.get("/entry/texts/terms/").content.decode()
    desk.post("/entry/texts/terms/", {**TEXTS, "body_en": "Be kinder."})

    assert empty.status_code == 422
    assert "Be kind." in again
    with tenant_context(tenant_a):
        found = ConsentDocument.objects.order_by("version").values_list("version", "is_required")
        assert list(found) == [(1, True), (2, True)]
    assert desk.get("/entry/texts/other/").status_code == 404


def test_who_may_join_is_chosen_by_whoever_may_decide_it(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    desk.post("/entry/sign-up/", {"sign_up": "invited"})
    desk.post("/entry/sign-up/", {"sign_up": "none"})

    with tenant_context(tenant_a):
        assert sign_up_policy() is SignUp.INVITED
    desk.as_staff("members.manage", email="other@example.com")
    assert desk.get("/entry/").status_code == 403
    assert desk.post("/entry/sign-up/", {"sign_up": "open"}).status_code == 403
