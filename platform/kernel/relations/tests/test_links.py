"""Invitations and shared links, from the visitor's side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.members.joining import Arrival
from kernel.members.models import Member
from kernel.members.services import register_member
from kernel.relations.attribution import seal, unseal
from kernel.relations.choices import BindMode
from kernel.relations.errors import UnknownInvitation
from kernel.relations.models import InviteCode, Relation
from kernel.relations.services import invite_code_of, set_policy
from kernel.relations.tests.people import people
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import MEMBER_PASSWORD, store


def sponsor_and_code(tenant: TenantRef) -> tuple[UUID, str]:
    with tenant_context(tenant):
        [sponsor] = people(1)
        return sponsor, invite_code_of(sponsor)


def register(arrival: Arrival) -> Member:
    return register_member(
        login="lan@example.com", name="兰兰", password=MEMBER_PASSWORD, arrival=arrival
    )


def cookie(browser: Client, code: str) -> Any:
    return browser.get(f"/?via={code}").cookies.get("via")


def test_a_member_keeps_one_code(in_tenant_a: TenantRef) -> None:
    first, second = people(2)

    assert invite_code_of(first) == invite_code_of(first) != invite_code_of(second)
    assert InviteCode.objects.count() == 2


def test_a_typed_code_comes_before_a_shared_link(in_tenant_a: TenantRef) -> None:
    shared, typed = people(2)
    arrival = Arrival(f" {invite_code_of(typed).upper()} ", seal(invite_code_of(shared)))

    member = register(arrival)

    relation = Relation.objects.get(member_id=member.pk)
    assert (relation.sponsor_id, relation.source) == (typed, "invitation")


@pytest.mark.parametrize("code", ["abcdefgh", "x", "'; --", "ABCDEFGHJKMN"])
def test_a_code_of_nobody_opens_no_account(in_tenant_a: TenantRef, code: str) -> None:
    with pytest.raises(UnknownInvitation):
        register(Arrival(code))

    assert not Member.objects.exists()


def test_a_link_by_somebody_whose_account_is_closed_binds_nobody(in_tenant_a: TenantRef) -> None:
    [sponsor] = people(1)
    sealed = seal(invite_code_of(sponsor))
    Member.objects.update(is_active=False)

    register(Arrival(attribution=sealed))

    assert not Relation.objects.exists()


def test_a_visitor_is_bound_when_he_registers_later(tenant_a: TenantRef) -> None:
    sponsor, code = sponsor_and_code(tenant_a)
    told = {"login": "lan@example.com", "name": "兰兰", "password": MEMBER_PASSWORD}
    with store(tenant_a) as browser:
        kept = cookie(browser, code)
        opened = browser.post(
            "/api/v1/store/members/register/", told, content_type="application/json"
        )

    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Lax", "/")
    assert opened.status_code == 201
    with tenant_context(tenant_a):
        relation = Relation.objects.get()
        assert (relation.sponsor_id, relation.source) == (sponsor, "link")


def test_the_first_link_is_kept_and_in_override_mode_the_last(tenant_a: TenantRef) -> None:
    _first, code = sponsor_and_code(tenant_a)
    _second, other = sponsor_and_code(tenant_a)
    with store(tenant_a) as browser:
        assert cookie(browser, code) is not None
        assert cookie(browser, other) is None
        with tenant_context(tenant_a):
            set_policy(
                mode=BindMode.OVERRIDE,
                protected_days=1,
                link_days=9,
                actor=Actor.system("tests"),
                now=utc_now(),
            )
        later = cookie(browser, other)

    assert later["max-age"] == 9 * 24 * 3600
    with tenant_context(tenant_a):
        assert unseal(later.value, days=9) == other


def test_a_link_that_leads_to_nobody_leaves_no_cookie(tenant_a: TenantRef) -> None:
    with store(tenant_a) as browser:
        assert cookie(browser, "abcdefgh") is None
        assert cookie(browser, "<script>") is None


def test_a_signed_in_member_is_bound_by_opening_a_link(tenant_a: TenantRef) -> None:
    sponsor, code = sponsor_and_code(tenant_a)
    with store(tenant_a) as browser:
        member = browser.as_member()
        answer = browser.get(f"/?via={code}")
        with tenant_context(tenant_a):
            own = invite_code_of(member.pk)
        to_himself = browser.get(f"/?via={own}")

    assert (answer.status_code, to_himself.status_code) == (200, 200)
    with tenant_context(tenant_a):
        assert Relation.objects.get(member_id=member.pk).sponsor_id == sponsor


def test_a_link_of_another_shop_binds_nobody(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    _sponsor, code = sponsor_and_code(tenant_a)
    with tenant_context(tenant_a):
        sealed = seal(code)

    with store(tenant_b) as other:
        assert cookie(other, code) is None
    with tenant_context(tenant_b):
        assert unseal(sealed, days=30) == ""
        register(Arrival(attribution=sealed))
        assert not Relation.objects.exists()


def test_a_link_is_forgotten_after_its_days(in_tenant_a: TenantRef) -> None:
    sealed = seal("abcdefgh")

    assert unseal(sealed, days=1) == "abcdefgh"
    assert unseal(sealed, days=-1) == ""
    assert unseal(sealed + "x", days=1) == ""
    assert unseal("x" * 5000, days=1) == ""
