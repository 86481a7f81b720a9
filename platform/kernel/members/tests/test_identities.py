"""One person, one account, however he comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections

from kernel.common.ids import uuid7
from kernel.members.choices import CodePurpose, SignUp
from kernel.members.errors import (
    CannotMerge,
    InvitationNeeded,
    LastIdentity,
    NotKept,
    SignInRefused,
)
from kernel.members.joining import Arrival
from kernel.members.models import Address, Favourite, Identity, Member, MemberSession
from kernel.members.proven import Proven
from kernel.members.services import current_member, sign_in
from kernel.members.services.addresses import Place, add_address
from kernel.members.services.favourites import add_favourite
from kernel.members.services.identities import (
    add_contact,
    add_identity,
    remove_identity,
    sign_in_with,
)
from kernel.members.services.merging import merge_members
from kernel.members.services.staff import disable_member, set_sign_up
from kernel.members.tests.people import CLERK, NOW, PHONE, by_code, code_for, registered, wechat
from kernel.relations.models import Relation
from kernel.relations.services import invite_code_of
from kernel.tenancy.context import TenantRef, bind_context, tenant_context
from testkit.tenants import open_test_tenant
from testkit.web import MEMBER_PASSWORD

ROAD = Place("兰兰", "13800138000", "和平路 1 号", region_code="110101")


def identities() -> set[tuple[str, str, UUID]]:
    return set(Identity.objects.values_list("provider", "subject", "member_id"))


def test_mini_program_and_official_account_of_one_union_are_one_member(
    in_tenant_a: TenantRef,
) -> None:
    first = wechat("open-1", unionid="union-1", provider="mini").member
    second = wechat("open-2", unionid="union-1", provider="official").member
    stranger = wechat("open-1", provider="official").member

    assert first == second != stranger
    assert Member.objects.count() == 2
    assert (first.name, first.login) == ("阿兰", None)


def test_two_accounts_that_prove_one_number_become_one(in_tenant_a: TenantRef) -> None:
    old = by_code(PHONE)
    new = wechat("open-1")
    thing, other = uuid7(), uuid7()
    for member, objects in ((old.member, [thing]), (new.member, [thing, other])):
        add_address(member.id, ROAD, now=NOW)
        for object_id in objects:
            add_favourite(member.id, kind="product", object_id=object_id, now=NOW)

    kept = add_contact(new.member.id, target=PHONE, code=code_for(PHONE, CodePurpose.BIND), now=NOW)

    assert kept == old.member
    assert current_member(new.token, now=NOW) == kept == current_member(old.token, now=NOW)
    assert identities() == {("phone", PHONE, kept.id), ("mini", "open-1", kept.id)}
    absorbed = Member.objects.get(pk=new.member.id)
    assert (absorbed.is_active, absorbed.merged_into) == (False, kept)
    assert Address.objects.filter(member=kept).count() == 2
    assert Address.objects.filter(is_default=True).count() == 1
    assert set(Favourite.objects.values_list("object_id", "member_id")) == {
        (thing, kept.id),
        (other, kept.id),
    }
    assert wechat("open-1").member == by_code(PHONE).member == kept


def test_a_mini_program_that_tells_the_number_lands_in_its_account(
    in_tenant_a: TenantRef,
) -> None:
    member = by_code(PHONE).member

    assert wechat("open-1", phone=PHONE).member == member
    assert wechat("open-1").member == member


def test_who_waits_in_an_account_with_anothers_number_is_put_out(in_tenant_a: TenantRef) -> None:
    trap = registered(PHONE)
    waiting = sign_in(login=PHONE, password=MEMBER_PASSWORD, device="trap", now=NOW)

    owner = by_code(PHONE)

    assert owner.member == trap
    assert current_member(waiting.token, now=NOW) is None
    with pytest.raises(SignInRefused):
        sign_in(login=PHONE, password=MEMBER_PASSWORD, device="trap", now=NOW)


def test_a_number_that_was_only_typed_opens_no_door_into_the_account_of_its_owner(
    in_tenant_a: TenantRef,
) -> None:
    trap = registered(PHONE)
    waiting = sign_in(login=PHONE, password=MEMBER_PASSWORD, device="trap", now=NOW)
    add_identity(trap.id, Proven(provider="mini", subject="attacker"), now=NOW)
    owner = wechat("open-1").member

    kept = add_contact(owner.id, target=PHONE, code=code_for(PHONE, CodePurpose.BIND), now=NOW)

    assert kept == owner
    assert current_member(waiting.token, now=NOW) == trap
    assert wechat("attacker").member == trap
    assert Member.objects.get(pk=trap.id).login is None
    assert by_code(PHONE).member == owner


def test_proving_ones_own_number_keeps_password_and_devices(in_tenant_a: TenantRef) -> None:
    member = registered(PHONE)
    signed = sign_in(login=PHONE, password=MEMBER_PASSWORD, device="x", now=NOW)

    add_contact(member.id, target=PHONE, code=code_for(PHONE, CodePurpose.BIND), now=NOW)

    assert Identity.objects.get().verified_at == NOW
    assert current_member(signed.token, now=NOW) == member
    assert sign_in(login=PHONE, password=MEMBER_PASSWORD, device="x", now=NOW).member == member


def test_an_address_that_a_provider_tells_opens_nobody_elses_account(
    in_tenant_a: TenantRef,
) -> None:
    member = by_code("lan@example.com").member

    told = Proven(provider="oidc", subject="1", email="lan@example.com")
    other = sign_in_with(told, device="x", now=NOW).member
    free = Proven(provider="oidc", subject="2", email="mei@example.com")
    third = sign_in_with(free, device="x", now=NOW).member

    assert member != other
    assert (other.login, third.login) == (None, "mei@example.com")
    assert by_code("mei@example.com").member == third


def test_a_closed_account_is_entered_by_no_means(in_tenant_a: TenantRef) -> None:
    member = wechat("open-1", phone=PHONE).member
    disable_member(member.id, reason="欺诈", actor=CLERK, now=NOW)
    before = identities()

    with pytest.raises(SignInRefused):
        wechat("open-1")
    with pytest.raises(SignInRefused):
        wechat("open-2", phone=PHONE)
    with pytest.raises(SignInRefused):
        by_code(PHONE)

    assert identities() == before
    assert Member.objects.count() == 1


def test_the_last_way_in_stays(in_tenant_a: TenantRef) -> None:
    member = wechat("open-1", phone=PHONE).member
    phone = Identity.objects.get(provider="phone")
    mini = Identity.objects.get(provider="mini")

    remove_identity(member.id, phone.id)
    with pytest.raises(LastIdentity):
        remove_identity(member.id, mini.id)
    with pytest.raises(NotKept):
        remove_identity(member.id, phone.id)

    assert Member.objects.get().login is None
    assert identities() == {("mini", "open-1", member.id)}


def test_a_merge_keeps_the_team_and_the_sponsor(in_tenant_a: TenantRef) -> None:
    sponsor = by_code("+8613900000001").member
    kept = by_code("+8613900000002").member
    absorbed = registered("a@example.com", arrival=Arrival(invite_code_of(sponsor.id)))
    below = registered("b@example.com", arrival=Arrival(invite_code_of(absorbed.id)))

    merge_members(kept.id, absorbed.id, actor=CLERK, reason="同一人", now=NOW)

    assert dict(Relation.objects.values_list("member_id", "sponsor_id")) == {
        below.id: kept.id,
        kept.id: sponsor.id,
    }
    with pytest.raises(CannotMerge):
        merge_members(kept.id, absorbed.id, actor=CLERK, reason="再来", now=NOW)
    with pytest.raises(CannotMerge):
        merge_members(kept.id, kept.id, actor=CLERK, reason="自己", now=NOW)


@pytest.mark.parametrize("upside_down", [False, True])
def test_somebody_who_invited_himself_can_be_joined(
    in_tenant_a: TenantRef, upside_down: bool
) -> None:
    top = by_code(PHONE).member
    second = registered("a@example.com", arrival=Arrival(invite_code_of(top.id)))
    below = registered("b@example.com", arrival=Arrival(invite_code_of(second.id)))
    kept, absorbed = (second, top) if upside_down else (top, second)

    merge_members(kept.id, absorbed.id, actor=CLERK, reason="同一人", now=NOW)

    assert dict(Relation.objects.values_list("member_id", "sponsor_id")) == {below.id: kept.id}


def test_a_shop_of_invited_members_opens_no_other_account(in_tenant_a: TenantRef) -> None:
    inviter = by_code(PHONE).member
    set_sign_up(SignUp.INVITED, actor=CLERK, now=NOW)

    with pytest.raises(InvitationNeeded):
        registered()
    with pytest.raises(InvitationNeeded):
        wechat("open-1")
    assert by_code(PHONE).member == inviter
    invited = registered(arrival=Arrival(invite_code_of(inviter.id)))

    assert Relation.objects.get().member_id == invited.id
    assert Member.objects.count() == 2


def test_devices_that_prove_the_same_at_once_open_one_account(committing: None) -> None:
    tenant = open_test_tenant()
    start = Barrier(8)

    def prove(number: int) -> UUID:
        try:
            start.wait(timeout=180)
            return wechat(f"open-{number % 4}", unionid="union-1").member.id
        finally:
            connections.close_all()

    with tenant_context(tenant):
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(bind_context(prove), range(8)))

        assert len(found) == Member.objects.count() == 1
        assert Identity.objects.count() == 4
        assert MemberSession.objects.count() == 8
