"""A shop goes from one partner to another, whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from channel_center.moves.choices import MoveState
from channel_center.moves.errors import (
    WrongMoment,
)
from channel_center.moves.letters import write_about
from channel_center.moves.services import asking
from channel_center.moves.services.reissuing import issue_keys
from channel_center.moves.services.saga import LEGS
from channel_center.moves.tests.scene import (
    OTHER,
    OWNER,
    Book,
    Scene,
    TooPoor,
    book,
    scene,
    state_of,
    worked,
)
from channel_center.partners.models import PartnerDelivery
from kernel.access.models import Staff
from kernel.audit.models import AuditEntry
from kernel.branding.fields import INHERITED
from kernel.common.time import utc_now
from kernel.payments.errors import RebindNeeded
from kernel.payments.models import PaymentBinding
from kernel.payments.services import set_enabled
from kernel.tenancy.context import public_context, tenant_context
from tenants.choices import JobState
from tenants.models import Job
from tenants.services import jobs

__all__ = ["book", "scene"]


def test_the_shop_belongs_to_the_new_partner_with_names_accounts_keys_and_letters(
    scene: Scene, book: Book
) -> None:
    move = scene.begin()
    job = worked(move)

    move.refresh_from_db()
    assert (job.state, move.state) == (JobState.DONE, MoveState.DONE)
    after = state_of(scene.shop)
    assert after["channel"] == scene.eta.pk
    assert after["brand"]["colour"] == "#123456"
    assert after["brand"][INHERITED]["console_name"] == "Eta Console"
    old, new = scene.zeta.brand["store_domain"], scene.eta.brand["store_domain"]
    by_name = {name: rest for name, *rest in after["names"]}
    assert by_name[f"tea.{new}"] == [True, False, "verified"]
    assert by_name[f"tea.{old}"] == [False, True, "verified"]
    assert after["accounts"] == [("connect", False, True), ("direct", True, False)]
    assert all(ended is not None for _name, ended in after["keys"])
    assert (after["holds"], after["reach"]) == (0, [[]])
    assert book.owned == {scene.zeta.pk: 900, scene.eta.pk: -900}
    with public_context():
        events = set(PartnerDelivery.objects.values_list("event", flat=True))
        acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"tenant.move_asked", "tenant.moved_in", "tenant.moved_away"} <= events
    assert {"moves.gave", "moves.took", "moves.accepted"} <= acts
    with tenant_context(scene.shop):
        assert AuditEntry.objects.filter(action="moves.moved").exists()
        binding = PaymentBinding.objects.get(mode="connect")
        with pytest.raises(RebindNeeded):
            set_enabled(binding.pk, enabled=True, actor=OWNER)
    assert write_about(move.pk, MoveState.DONE) >= 1
    letter = next(each for each in mail.outbox if each.to == ["owner@example.com"])
    assert "Eta" in letter.subject
    assert "Eta Console" in letter.from_email
    assert "Zeta" not in letter.body


def test_keys_that_a_move_ended_are_issued_anew_once(scene: Scene) -> None:
    move = scene.begin()
    worked(move)
    told: dict[str, Any] = {"tenant_id": scene.shop.id, "actor": OWNER, "now": utc_now()}

    with tenant_context(scene.shop):
        boss = Staff.objects.get(email="owner@example.com")
        made = issue_keys(move.pk, by=boss, **told)
        with pytest.raises(WrongMoment):
            issue_keys(move.pk, by=boss, **told)

    assert [(key.name, key.scopes) for key, _text in made] == [("till", ["orders.view"])]


@pytest.mark.parametrize("leg", range(len(LEGS)))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_is_killed_at_any_leg_costs_nothing(
    scene: Scene, book: Book, leg: int, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    move = scene.begin()
    do = jobs._do

    def dying(job: Job, step: jobs.Step) -> None:
        if job.step == leg and moment == "before":

            def run(it: Job) -> None:
                step.run(it)
                _die()

            do(job, jobs.Step(step.name, run, atomic=step.atomic))
        do(job, step)
        if job.step == leg + 1 and moment == "after":
            _die()

    def _die() -> None:
        raise Killed

    claimed = jobs.claim(move.job_id)
    assert claimed is not None
    monkeypatch.setattr(jobs, "_do", dying)
    with pytest.raises(Killed):
        jobs.work(claimed)
    monkeypatch.setattr(jobs, "_do", do)
    with public_context():
        Job.objects.filter(pk=claimed.pk).update(lease_until=utc_now() - timedelta(seconds=1))
    job = worked(move)

    assert (job.state, job.error) == (JobState.DONE, "")
    after = state_of(scene.shop)
    assert (after["channel"], after["holds"]) == (scene.eta.pk, 0)
    assert book.owned == {scene.zeta.pk: 900, scene.eta.pk: -900}
    with public_context():
        assert PartnerDelivery.objects.filter(event="tenant.moved_in").count() == 1


@pytest.mark.parametrize("leg", range(len(LEGS)))
def test_a_leg_that_is_refused_puts_everything_back_and_it_can_be_tried_again(
    scene: Scene, book: Book, leg: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state_of(scene.shop)
    move = scene.begin()
    do = jobs._do

    def refusing(job: Job, step: jobs.Step) -> None:
        def run(it: Job) -> None:
            step.run(it)
            if it.step == leg:
                raise TooPoor

        do(job, jobs.Step(step.name, run, atomic=step.atomic))

    monkeypatch.setattr(jobs, "_do", refusing)
    failed = worked(move)
    monkeypatch.setattr(jobs, "_do", do)

    move.refresh_from_db()
    assert (failed.state, move.state, move.legs) == (JobState.FAILED, MoveState.FAILED, {})
    assert state_of(scene.shop) == before
    assert not any(book.owned.values()) or leg == 1
    book.owned.clear()
    book.settled.clear()
    asking.try_again(move.pk, by_channel=scene.eta.pk, actor=OTHER)
    assert worked(move).state == JobState.DONE
    assert state_of(scene.shop)["channel"] == scene.eta.pk


def test_a_receiver_who_cannot_pay_gets_no_shop_and_the_old_partner_no_money(
    scene: Scene, book: Book
) -> None:
    before = state_of(scene.shop)
    move = scene.begin()
    book.refuses = True

    job = worked(move)

    assert (job.state, state_of(scene.shop), book.owned) == (JobState.FAILED, before, {})
