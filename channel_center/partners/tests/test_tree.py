"""The tree of partners: depth, cycles, approval, holds, people and their reach."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex
from uuid import UUID

import pytest
from django.core import mail
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.choices import PartnerHoldKind, PartnerHoldLevel, PartnerRole
from channel_center.partners.errors import (
    AlreadyDecided,
    ApplicationWaits,
    ChannelCycle,
    InvalidReach,
    InvitationOver,
    PartnerHeld,
    TooDeep,
)
from channel_center.partners.models import PartnerDelivery
from channel_center.partners.selectors import visible_tenants
from channel_center.partners.services.endpoints import make_endpoint
from channel_center.partners.services.people import (
    PersonDraft,
    accept,
    change_person,
    invite,
)
from channel_center.partners.services.standing import hold_partner, level_of, release_partner
from channel_center.partners.services.tree import (
    PartnerDraft,
    apply_below,
    approve,
    move_partner,
    refuse,
    set_terms,
)
from channel_center.services.channels import create_channel, open_tenant_for_channel
from kernel.access.models import Staff
from kernel.access.staffing import LastOwner
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context
from tenants.choices import DomainKind
from tenants.models import Tenant
from tenants.services.lifecycle import Opening
from testkit.sealing import root_key

ACTOR = Actor.system("tests")
PASSWORD = "a quiet harbour at dawn"


@pytest.fixture(autouse=True)
def _nothing_remembered(db: None) -> Iterator[None]:
    HOSTS.forget()
    with root_key():
        yield


def make_partner(
    *, below: int = 0, parent: Channel | None = None, approves: bool = False
) -> Channel:
    slug = f"partner-{token_hex(3)}"
    channel = create_channel(
        name="North Star",
        slug=slug,
        host=f"{slug}.localhost",
        brand={"name": "North Star"},
        parent_id=parent.pk if parent else None,
        actor=ACTOR,
    )
    if below:
        allow(channel, below, approves=approves)
    return channel


def allow(channel: Channel, below: int, *, approves: bool = False) -> None:
    set_terms(
        channel.pk,
        levels_below=below,
        approves_below=approves,
        credit_limit_minor=50_000,
        currency="CNY",
        actor=ACTOR,
    )


def draft(**changed: object) -> PartnerDraft:
    slug = f"sub-{token_hex(3)}"
    values: dict[str, object] = {
        "name": "Little Star",
        "slug": slug,
        "host": f"{slug}.localhost",
        "person_name": "Wu",
        "person_email": f"{slug}@example.com",
    }
    return PartnerDraft(**(values | changed))  # type: ignore[arg-type]


def open_shop(channel: Channel) -> UUID:
    label = f"shop-{token_hex(4)}"
    opening = Opening(
        name=label, hosts={DomainKind.STORE: f"{label}.localhost"}, owner_email="o@example.com"
    )
    return open_tenant_for_channel(channel.pk, opening, actor=ACTOR)[0]


def test_a_sub_partner_waits_for_approval_and_its_person_comes_in_by_a_link_once() -> None:
    parent = make_partner(below=2)

    asked, before = apply_below(parent.pk, draft(levels_below=1), actor=ACTOR)
    row, invited = approve(asked.pk, actor=ACTOR)

    assert before is None
    assert row.channel is not None
    assert row.channel.parent_id == parent.pk
    person = accept(invited.token, PASSWORD, channel_id=row.channel.pk, now=utc_now())
    assert person.may("anything.at_all")
    with pytest.raises(InvitationOver):
        accept(invited.token, PASSWORD, channel_id=row.channel.pk, now=utc_now())
    with pytest.raises(AlreadyDecided):
        refuse(asked.pk, reason="late", actor=ACTOR)


def test_an_invitation_counts_at_its_own_partner_alone() -> None:
    one, other = make_partner(), make_partner()
    person = PersonDraft(name="Wu", email=f"{token_hex(4)}@example.com", role=PartnerRole.SALES)

    invited = invite(one.pk, person, actor=ACTOR)

    for stranger in (other.pk, None):
        with pytest.raises(InvitationOver):
            accept(invited.token, PASSWORD, channel_id=stranger, now=utc_now())


def test_terms_and_the_installation_bound_how_deep_the_tree_is() -> None:
    narrow, wide = make_partner(), make_partner(below=3, approves=True)
    with pytest.raises(TooDeep):
        apply_below(narrow.pk, draft(), actor=ACTOR)
    with pytest.raises(TooDeep):
        apply_below(wide.pk, draft(levels_below=3), actor=ACTOR)
    with pytest.raises(TooDeep):
        allow(wide, 4)

    row, invited = apply_below(wide.pk, draft(levels_below=2), actor=ACTOR)

    assert invited is not None
    assert row.channel is not None
    with pytest.raises(TooDeep):
        allow(wide, 0)


def test_a_partner_never_stands_below_itself() -> None:
    top = make_partner(below=3)
    middle = make_partner(below=2, parent=top)
    low = make_partner(parent=middle)

    for parent in (top, middle, low):
        with pytest.raises(ChannelCycle):
            move_partner(top.pk, parent_id=parent.pk, actor=ACTOR)
    moved = move_partner(low.pk, parent_id=top.pk, actor=ACTOR)

    assert moved.parent_id == top.pk


def test_two_applications_cannot_wait_for_the_same_host_name() -> None:
    parent, first = make_partner(below=1), draft()
    apply_below(parent.pk, first, actor=ACTOR)

    with pytest.raises(ApplicationWaits):
        apply_below(parent.pk, draft(host=first.host), actor=ACTOR)


def test_a_hold_stops_opening_here_and_below_and_leaves_shops_alone(tenant_a: TenantRef) -> None:
    top = make_partner(below=1)
    low = make_partner(parent=top)
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=low.pk)
    level = PartnerHoldLevel.NO_OPENING
    kinds = (PartnerHoldKind.BILLING, PartnerHoldKind.MANUAL)
    holds = [
        hold_partner(top.pk, kind=kind, level=level, reason="unpaid", actor=ACTOR) for kind in kinds
    ]

    release_partner(holds[0].pk, actor=ACTOR)
    release_partner(holds[0].pk, actor=ACTOR)

    for channel in (top, low):
        with pytest.raises(PartnerHeld):
            open_shop(channel)
    with public_context():
        assert Tenant.objects.get(pk=tenant_a.id).state == "active"
        assert level_of([top.pk]) == level, "lifting one hold leaves the other"
    release_partner(holds[1].pk, actor=ACTOR)
    assert isinstance(open_shop(low), UUID)


def test_a_closed_partner_has_no_console_until_the_hold_is_lifted() -> None:
    channel = make_partner()
    closed, manual = PartnerHoldLevel.CLOSED, PartnerHoldKind.MANUAL
    assert HOSTS.serves(channel.host)

    hold = hold_partner(channel.pk, kind=manual, level=closed, reason="fraud", actor=ACTOR)

    HOSTS.forget()
    assert not HOSTS.serves(channel.host)
    release_partner(hold.pk, actor=ACTOR)
    HOSTS.forget()
    assert HOSTS.serves(channel.host)


def test_a_person_sees_the_shops_that_were_chosen_and_no_others(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    channel, other = make_partner(), make_partner()
    with public_context():
        Tenant.objects.filter(pk__in=[tenant_a.id, tenant_b.id]).update(channel_id=channel.pk)
    email = f"{token_hex(4)}@example.com"
    person = PersonDraft(name="Li", email=email, role=PartnerRole.SUPPORT, shops=[tenant_a.id])

    invited = invite(channel.pk, person, actor=ACTOR)

    with public_context():
        assert [row.pk for row in visible_tenants(invited.person)] == [tenant_a.id]
        assert invited.person.may("tenants.view")
        assert not invited.person.may("tenants.manage")
    stranger = PersonDraft(
        name="Li", email=f"x{email}", role=PartnerRole.SUPPORT, shops=[tenant_a.id]
    )
    with pytest.raises(InvalidReach):
        invite(other.pk, stranger, actor=ACTOR)


def test_a_partner_keeps_an_owner() -> None:
    channel = make_partner()
    people = [
        invite(
            channel.pk,
            PersonDraft(name="Wu", email=f"{token_hex(4)}@example.com", role=role),
            actor=ACTOR,
        ).person
        for role in (PartnerRole.OWNER, PartnerRole.MANAGER)
    ]

    with pytest.raises(LastOwner):
        change_person(
            channel.pk,
            people[0].pk,
            role=PartnerRole.SALES,
            shops=None,
            is_active=True,
            by=people[1],
            actor=ACTOR,
        )

    with public_context():
        assert Staff.objects.get(pk=people[0].pk).may("staff.manage")


def test_what_becomes_of_a_shop_is_kept_for_the_partners_webhooks_with_the_change() -> None:
    channel, other = make_partner(), make_partner()
    for each, events in ((channel, ["*"]), (channel, ["tenant.suspended"]), (other, ["*"])):
        url = "https://93.184.216.34/hook"
        make_endpoint(each.pk, name="Own site", url=url, events=events, actor=ACTOR)

    open_shop(channel)

    with public_context():
        told = PartnerDelivery.objects.values_list("event", "endpoint__channel")
        assert set(told) <= {
            ("tenant.provisioned", channel.pk),
            ("tenant.requested", channel.pk),
        }
        assert len(told) == 1


def test_the_link_is_sent_in_the_brand_of_the_partner_and_of_nobody_else(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    channel = make_partner()
    with public_context():
        Channel.objects.filter(pk=channel.pk).update(brand={"name": "Zeta"})
    draft = PersonDraft(name="Ann", email=f"{token_hex(4)}@example.com", role=PartnerRole.SALES)

    with django_capture_on_commit_callbacks(execute=True):
        invited = invite(channel.pk, draft, actor=ACTOR)

    [letter] = [each for each in mail.outbox if each.to == [draft.email]]
    assert letter.from_email.startswith("Zeta ")
    assert f"/invited/{invited.token}/" in letter.body
    assert channel.host in letter.body
