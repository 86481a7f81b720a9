"""Who becomes whose sponsor, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from kernel.audit.models import AuditEntry
from kernel.common.outbox.models import OutboxEvent
from kernel.members.errors import ReasonNeeded, UnknownMember
from kernel.members.models import Member
from kernel.relations.choices import BindMode
from kernel.relations.closure import differences
from kernel.relations.errors import (
    InvalidPolicy,
    OwnSponsor,
    SponsorClosed,
    SponsorLoop,
    SponsorStands,
)
from kernel.relations.models import Relation, RelationChange
from kernel.relations.selectors import history_of, sponsors_of, standing_of, team_of
from kernel.relations.services import current_policy, release, set_policy, transfer
from kernel.relations.tests.people import CLERK, NOW, bind, people, recomputed, sponsors, stored

pytestmark = pytest.mark.usefixtures("in_tenant_a")
DAY = timedelta(days=1)


def rules(mode: BindMode, *, protected_days: int | None = 30) -> None:
    set_policy(mode=mode, protected_days=protected_days, link_days=30, actor=CLERK, now=NOW)


def test_a_contact_binds_and_is_told() -> None:
    member, sponsor, top = people(3)
    bind(sponsor, top)

    relation = bind(member, sponsor)

    assert (relation.sponsor_id, relation.bound_at, relation.expires_at) == (sponsor, NOW, None)
    assert stored() == {(top, sponsor, 1), (sponsor, member, 1), (top, member, 2)}
    assert sponsors_of(member, most=2) == [sponsor, top]
    assert set(team_of(top).values_list("pk", "depth")) == {(sponsor, 1), (member, 2)}  # type: ignore[misc]  # an annotation
    assert (standing_of(top).direct, standing_of(top).team) == (1, 2)
    assert OutboxEvent.objects.filter(name="relations.sponsor_changed").count() == 2


def test_meeting_ones_own_sponsor_again_changes_nothing() -> None:
    member, sponsor = people(2)
    bind(member, sponsor)

    bind(member, sponsor, now=NOW + DAY, is_new=False)

    assert Relation.objects.get().bound_at == NOW
    assert RelationChange.objects.count() == 1


def test_nobody_sponsors_himself_a_stranger_or_somebody_above() -> None:
    member, sponsor, below = people(3)
    bind(member, sponsor)
    bind(below, member)
    Member.objects.filter(pk=below).update(is_active=False)
    before = stored()

    with pytest.raises(OwnSponsor):
        bind(sponsor, sponsor)
    with pytest.raises(SponsorLoop):
        bind(sponsor, member)
    [outsider] = people(1)
    with pytest.raises(SponsorClosed):
        bind(outsider, below)
    Member.objects.filter(pk=outsider).delete()
    with pytest.raises(SponsorClosed):
        bind(sponsor, outsider)
    with pytest.raises(UnknownMember):
        bind(outsider, sponsor)

    assert stored() == before
    assert RelationChange.objects.count() == 2


def test_the_first_contact_stands_for_good() -> None:
    member, first, second = people(3)
    rules(BindMode.FIRST_CONTACT)
    bind(member, first, is_new=False)

    with pytest.raises(SponsorStands):
        bind(member, second, now=NOW + 4000 * DAY, is_new=False)

    assert sponsors() == {member: first}


def test_in_registration_mode_only_a_new_account_is_bound() -> None:
    old, new, sponsor = people(3)
    rules(BindMode.REGISTRATION)

    with pytest.raises(SponsorStands):
        bind(old, sponsor, is_new=False)
    bind(new, sponsor, is_new=True)

    assert sponsors() == {new: sponsor}


def test_in_override_mode_the_latest_counts_once_the_protection_is_over() -> None:
    member, first, second = people(3)
    rules(BindMode.OVERRIDE, protected_days=7)
    assert bind(member, first).expires_at == NOW + 7 * DAY

    with pytest.raises(SponsorStands):
        bind(member, second, now=NOW + 6 * DAY, is_new=False)
    bind(member, second, now=NOW + 7 * DAY, is_new=False)

    assert sponsors() == {member: second}
    assert stored() == {(second, member, 1)}
    assert [c.kind for c in history_of(member)] == ["replaced", "bound"]


def test_a_relation_without_an_end_is_never_taken_over() -> None:
    member, first, second = people(3)
    rules(BindMode.OVERRIDE, protected_days=None)
    bind(member, first)

    with pytest.raises(SponsorStands):
        bind(member, second, now=NOW + 4000 * DAY, is_new=False)


def test_other_rules_leave_every_relation_as_it_is() -> None:
    member, sponsor = people(2)
    bind(member, sponsor)
    before = Relation.objects.values().get()

    rules(BindMode.OVERRIDE, protected_days=0)
    rules(BindMode.REGISTRATION)

    assert Relation.objects.values().get() == before
    assert current_policy().mode == BindMode.REGISTRATION
    assert AuditEntry.objects.filter(action="relations.policy_changed").count() == 2


@pytest.mark.parametrize(("link_days", "protected_days"), [(0, 1), (366, 1), (1, -1), (1, 10**6)])
def test_rules_that_make_no_sense_are_refused(link_days: int, protected_days: int) -> None:
    with pytest.raises(InvalidPolicy):
        set_policy(
            mode=BindMode.OVERRIDE,
            protected_days=protected_days,
            link_days=link_days,
            actor=CLERK,
            now=NOW,
        )

    assert current_policy().mode == BindMode.FIRST_CONTACT


def test_staff_move_a_team_with_a_reason_and_are_on_record() -> None:
    top, other, head, foot = people(4)
    bind(head, top)
    bind(foot, head)

    with pytest.raises(ReasonNeeded):
        transfer(head, other, reason="  ", actor=CLERK, now=NOW)
    transfer(head, other, reason="换了负责人", actor=CLERK, now=NOW)

    assert stored() == {(other, head, 1), (head, foot, 1), (other, foot, 2)}
    [change] = RelationChange.objects.filter(kind="moved")
    assert (change.sponsor_before, change.sponsor_after) == (top, other)
    assert (change.actor_kind, change.actor_id, change.reason) == (
        "staff",
        "stf_clerk",
        "换了负责人",
    )
    entry = AuditEntry.objects.get(action="relations.transferred")
    assert (entry.object_id, entry.reason) == (str(head), "换了负责人")


def test_a_member_who_is_released_keeps_his_team() -> None:
    top, head, foot = people(3)
    bind(head, top)
    bind(foot, head)

    release(head, reason="本人要求", actor=CLERK, now=NOW)

    assert stored() == {(head, foot, 1)}
    assert sponsors() == {foot: head}
    assert AuditEntry.objects.filter(action="relations.released").exists()


def test_a_move_below_ones_own_team_is_refused() -> None:
    head, middle, foot = people(3)
    bind(middle, head)
    bind(foot, middle)
    before = stored()

    with pytest.raises(SponsorLoop):
        transfer(head, foot, reason="试试", actor=CLERK, now=NOW)

    assert stored() == before == recomputed(sponsors())
    assert differences() == []


def test_a_sponsor_who_is_disabled_keeps_the_team_and_gets_nobody_new() -> None:
    sponsor, member, late = people(3)
    bind(member, sponsor)
    Member.objects.filter(pk=sponsor).update(is_active=False)

    with pytest.raises(SponsorClosed):
        bind(late, sponsor)

    assert sponsors() == {member: sponsor}


def test_history_cannot_be_changed_or_deleted() -> None:
    member, sponsor = people(2)
    bind(member, sponsor)

    with pytest.raises(ProgrammingError), transaction.atomic():
        RelationChange.objects.update(reason="x")
    with pytest.raises(ProgrammingError), transaction.atomic():
        RelationChange.objects.all().delete()

    assert RelationChange.objects.get().reason == ""
