"""People sign in to consoles by their company's accounts, over real HTTP to a provider."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex

import pytest

from channel_center.tests.support import ACTOR, bound, come, company, proven
from kernel.access.factors import begin_factor, confirm_factor
from kernel.access.models import Staff
from kernel.access.services import create_owner
from kernel.access.totp import code_at, step_of
from kernel.common.time import utc_now
from kernel.members.tests.doubles import CLIENT, SECRET, OpenIdDouble
from kernel.sso.errors import InvalidSignOn
from kernel.sso.models import SignOn
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.sealing import root_key
from testkit.web import TenantClient, console

__all__ = ["company"]


@pytest.fixture(autouse=True)
def _sealed(db: None) -> Iterator[None]:
    with root_key():
        yield


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        yield client


def person_named(shop: TenantRef, email: str) -> Staff:
    with tenant_context(shop):
        return create_owner(email=email, name="Ann", password_hash="!")


def test_a_colleague_comes_in_by_the_companys_account_and_stays_who_he_is(
    desk: TenantClient, tenant_a: TenantRef, company: OpenIdDouble
) -> None:
    email = f"{token_hex(4)}@example.com"
    person = person_named(tenant_a, email)
    before = desk.get("/sign-in/").content.decode()
    with tenant_context(tenant_a):
        bound(company)
    page = desk.get("/sign-in/").content.decode()
    came = come(desk, company, **proven(email.upper()))
    inside = desk.get("/account/security/").status_code
    desk.post("/sign-out/")
    with tenant_context(tenant_a):
        Staff.objects.filter(pk=person.pk).update(email=f"new-{email}")
    renamed = come(desk, company, sub="u1")

    assert "/sign-in/with/" not in before
    assert "Harbor" in page
    assert (came["Location"], inside) == ("/account/security/", 200)
    assert renamed["Location"] == "/account/security/"


def test_nobody_comes_in_who_was_not_invited_or_whose_address_is_not_proven(
    desk: TenantClient, tenant_a: TenantRef, company: OpenIdDouble
) -> None:
    email = f"{token_hex(4)}@example.com"
    person_named(tenant_a, email)
    with tenant_context(tenant_a):
        bound(company, domains=["example.com"])
    stranger = come(desk, company, **proven("who@example.com"))
    unproven = come(desk, company, **proven(email) | {"email_verified": False})
    elsewhere = come(desk, company, **proven(email.replace("example.com", "evil.example")))
    forged = come(desk, company, state="x", **proven(email))
    alone = desk.get("/sign-in/back/?code=1&state=2")
    mine = come(desk, company, **proven(email))
    desk.post("/sign-out/")
    twin = come(desk, company, **proven(email, "u2"))

    for answer in (stranger, unproven, elsewhere, forged, alone, twin):
        assert answer["Location"] == "/sign-in/"
    assert mine["Location"] == "/account/security/"


def test_a_second_factor_is_asked_for_as_ever(
    desk: TenantClient, tenant_a: TenantRef, company: OpenIdDouble
) -> None:
    email = f"{token_hex(4)}@example.com"
    person = person_named(tenant_a, email)
    with tenant_context(tenant_a):
        bound(company)
        secret, now = begin_factor(person), utc_now()
        confirm_factor(person, code_at(secret, step_of(now)), actor=ACTOR, now=now)

    came = come(desk, company, **proven(email))

    assert came["Location"] == "/sign-in/code/"
    assert desk.get("/account/security/").status_code == 302


def test_the_owner_alone_sets_it_up_and_a_provider_that_is_none_is_refused(
    desk: TenantClient, tenant_a: TenantRef, company: OpenIdDouble
) -> None:
    desk.as_staff("staff.manage", email="clerk@example.com")
    clerk = desk.get("/account/sign-on/").status_code
    desk.as_staff("*", email="boss@example.com")
    told = {"name": "Harbor", "client_id": CLIENT, "secret": SECRET, "domains": "example.com"}
    inner = desk.post("/account/sign-on/", told | {"issuer": "https://127.0.0.1:1/"})
    saved = desk.post("/account/sign-on/", told | {"issuer": company.address})
    shown = desk.get("/account/sign-on/").content.decode()
    desk.post("/account/sign-on/remove/")
    with tenant_context(tenant_a):
        assert not SignOn.objects.exists()
        with pytest.raises(InvalidSignOn):
            bound(company, domains=["<script>"])

    assert (clerk, inner.status_code, saved.status_code) == (403, 422, 302)
    assert f"http://{tenant_a.host('console')}/sign-in/back/" in shown
    assert SECRET not in shown
