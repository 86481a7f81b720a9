"""Who may say what to a move, and when; and archives to leave with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from channel_center.choices import ChannelState
from channel_center.models import Channel
from channel_center.moves import money
from channel_center.moves.choices import AskedBy, MoveState
from channel_center.moves.errors import (
    MoveOpen,
    NoConsent,
    ReceiverClosed,
    SameProvider,
    ShopHeld,
    TermsChanged,
    UnknownMove,
    UnknownReceiver,
    WrongMoment,
)
from channel_center.moves.models import Move
from channel_center.moves.money import told
from channel_center.moves.policy import approval_for
from channel_center.moves.selectors import said_of, sides_known_to
from channel_center.moves.services import asking
from channel_center.moves.services.archives import (
    export_for_provider,
    exports_of,
    provider_exports_of,
    set_consent,
)
from channel_center.moves.services.tidying import drop_old_names
from channel_center.moves.tests.scene import (
    ACTOR,
    OTHER,
    OWNER,
    Scene,
    book,
    make_partner,
    scene,
    worked,
)
from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.choices import HoldKind, HoldLevel, JobKind, JobState
from tenants.errors import JobOpen
from tenants.models import Domain, Job
from tenants.services import jobs
from tenants.services.requests import export
from tenants.services.states import place_hold

__all__ = ["book", "scene"]


def test_bad_wishes_are_refused_by_name(scene: Scene) -> None:
    with pytest.raises(SameProvider):
        scene.ask(address=scene.zeta.host)
    with pytest.raises(UnknownReceiver):
        scene.ask(address="nobody.example.org")
    with pytest.raises(UnknownReceiver):
        scene.ask(address="http://[")
    with public_context():
        Channel.objects.filter(pk=scene.eta.pk).update(state=ChannelState.SUSPENDED)
    with pytest.raises(ReceiverClosed):
        scene.ask()
    with public_context():
        Channel.objects.filter(pk=scene.eta.pk).update(state=ChannelState.ACTIVE)
    job = jobs.start(scene.shop.id, JobKind.EXPORT, actor=ACTOR)
    with pytest.raises(JobOpen):
        scene.ask()
    with public_context():
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    scene.ask()
    with pytest.raises(MoveOpen):
        scene.ask()


def test_a_shop_that_is_held_for_abuse_stays_where_it_is(scene: Scene) -> None:
    place_hold(
        scene.shop.id, kind=HoldKind.ABUSE, level=HoldLevel.WARNED, reason="spam", actor=ACTOR
    )
    with pytest.raises(ShopHeld):
        scene.ask()


def test_nobody_decides_out_of_turn_or_for_another(scene: Scene, tenant_b: TenantRef) -> None:
    move = scene.ask(asked_side=AskedBy.GIVING)
    now = utc_now()
    lines = told(
        money.of_side(money.money_legs().preview(asking.parties_of(move), now=now), "receiving")
    )

    with pytest.raises(WrongMoment):
        scene.accept(move)
    with pytest.raises(UnknownMove):
        asking.confirm(move.pk, tenant_id=tenant_b.id, actor=OWNER, now=now)
    asking.confirm(move.pk, tenant_id=scene.shop.id, actor=OWNER, now=now)
    for key in (scene.zeta.pk, None):
        with pytest.raises(UnknownMove):
            asking.accept(move.pk, receiving_id=key, agreed=lines, actor=OTHER, now=now)
    with pytest.raises(TermsChanged):
        asking.accept(move.pk, receiving_id=scene.eta.pk, agreed=[], actor=OTHER, now=now)
    accepted = scene.accept(move)
    assert (accepted.state, accepted.needs_approval) == (MoveState.ACCEPTED, True)
    with pytest.raises(UnknownMove):
        asking.approve(move.pk, by_channel=scene.eta.pk, actor=OTHER, now=now)
    assert asking.approve(move.pk, by_channel=None, actor=ACTOR, now=now).state == "running"
    assert worked(move).state == JobState.DONE


def test_who_stands_nearest_above_both_approves_unless_he_wants_it_himself(db: None) -> None:
    top = make_partner("Top")
    left, right = make_partner("Left", parent=top), make_partner("Right", parent=top)
    away = make_partner("Away")

    with public_context():
        between = approval_for(left.pk, right.pk, AskedBy.SHOP)
        abroad = approval_for(left.pk, away.pk, AskedBy.SHOP)
        upwards = approval_for(left.pk, top.pk, AskedBy.SHOP)
        own_wish = approval_for(top.pk, left.pk, AskedBy.GIVING)
        without = approval_for(top.pk, left.pk, AskedBy.SHOP)
        ordered = approval_for(left.pk, away.pk, AskedBy.OPERATOR)

    assert (between.is_needed, between.channel_id) == (True, top.pk)
    assert (abroad.is_needed, abroad.channel_id) == (True, None)
    assert not upwards.is_needed
    assert not own_wish.is_needed
    assert (without.is_needed, without.channel_id) == (True, top.pk)
    assert not ordered.is_needed


def test_a_wish_that_nobody_answers_ends_and_old_names_go_after_a_month(scene: Scene) -> None:
    late = scene.ask()
    assert asking.expire(now=utc_now() + asking.PATIENCE, actor=ACTOR) == 1
    late.refresh_from_db()
    move = scene.begin()
    worked(move)
    old = f"tea.{scene.zeta.brand['store_domain']}"

    early = drop_old_names(now=utc_now(), actor=ACTOR)
    due = drop_old_names(now=utc_now() + timedelta(days=31), actor=ACTOR)

    assert (late.state, early, due) == (MoveState.EXPIRED, 0, 1)
    with public_context():
        assert not Domain.objects.filter(domain=old).exists()
        assert Domain.objects.filter(domain=f"tea.{scene.eta.brand['store_domain']}").exists()


def test_a_provider_makes_an_archive_only_where_the_owner_agreed(scene: Scene) -> None:
    told: dict[str, Any] = {"passphrase": "a long walk by the sea", "actor": OTHER}
    with pytest.raises(NoConsent):
        export_for_provider(scene.shop.id, **told)
    set_consent(scene.shop.id, is_given=True, actor=OWNER)

    job = export_for_provider(scene.shop.id, **told)

    own = export(scene_of_owner(scene, job), actor=OWNER, passphrase=told["passphrase"])
    assert job.kind == JobKind.EXPORT
    assert [each.pk for each in provider_exports_of(scene.shop.id)] == [job.pk]
    assert {each.pk for each in exports_of(scene.shop.id)} == {job.pk, own.pk}
    with tenant_context(scene.shop):
        assert AuditEntry.objects.filter(action="moves.archive_made").exists()
        assert AuditEntry.objects.filter(action="moves.archive_allowed").exists()


def scene_of_owner(scene: Scene, job: Job) -> UUID:
    """End a job, so that the owner's own can begin; return the shop."""
    with public_context():
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    return scene.shop.id


def test_the_shops_own_log_and_page_name_nobody_who_stands_above(scene: Scene) -> None:
    scene.accept(scene.ask())
    with public_context():
        move = Move.objects.get()
    boss = Actor("operator", "stf_boss", "Operator Boss")
    asking.approve(move.pk, by_channel=None, actor=boss, now=utc_now())
    worked(move)
    move.refresh_from_db()

    in_shop = {each.name for each in said_of(move, sides={"shop"})}
    at_eta = {each.name for each in said_of(move, sides=sides_known_to(move, scene.eta.pk))}
    at_top = {each.name for each in said_of(move, sides=sides_known_to(move, None))}
    with tenant_context(scene.shop):
        names = set(AuditEntry.objects.values_list("actor_name", flat=True))

    assert boss.name in at_top
    assert boss.name not in in_shop | at_eta | names
    assert OTHER.name in at_eta
    assert OTHER.name not in in_shop | names
