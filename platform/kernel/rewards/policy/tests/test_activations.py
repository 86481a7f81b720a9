"""How modes are asked for, approved and kept from running."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.rewards.policy.choices import ActivationState, Outcome
from kernel.rewards.policy.errors import (
    ActivationDecided,
    InvalidActivation,
    InvalidOpinion,
    ModeBlocked,
    OpinionNeeded,
    SecondPersonNeeded,
)
from kernel.rewards.policy.models import Activation
from kernel.rewards.policy.services import add_opinion, approve, ask, end, refuse, running
from kernel.tenancy.context import TenantRef, tenant_context

pytestmark = pytest.mark.usefixtures("in_tenant_a")

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
LAWYER = Actor(kind="staff", id="stf_second", name="Zhang Min")
NOW = utc_now()


def asked(*packs: str, **others: object) -> Activation:
    """Ask for packs in mainland China."""
    return ask(packs, ["CN"], reason="Spring", actor=OWNER, now=NOW, **others)  # type: ignore[arg-type]


def test_a_lawful_mode_runs_when_a_second_person_approves() -> None:
    """Given a lawful mode; when who asked approves, nothing; when another does, it runs."""
    row = asked("BD-01")
    with pytest.raises(SecondPersonNeeded):
        approve(row.pk, actor=OWNER, now=NOW)
    assert not running(now=NOW).exists()
    assert approve(row.pk, actor=LAWYER, now=NOW).state == ActivationState.ACTIVE
    assert [str(one) for one in running(now=NOW)] == ["BD-01"]
    with pytest.raises(ActivationDecided):
        refuse(row.pk, actor=LAWYER, now=NOW)
    end(row.pk, actor=OWNER, now=NOW)
    assert not running(now=NOW).exists()
    acts = AuditEntry.objects.filter(action__startswith="reward_policy.").order_by("id")
    assert [one.action.partition(".")[2] for one in acts] == ["asked", "active", "ended"]


def test_an_unlawful_mode_is_refused_with_the_rules_it_offends() -> None:
    """Given nine levels; when asked for; then it is refused by name and nothing is kept."""
    with pytest.raises(ModeBlocked) as refusal:
        asked("BD-03")
    assert refusal.value.fields["predicates"] == {"CN": ["S1", "S3"]}
    assert not Activation.objects.exists()


def test_two_levels_need_an_opinion_and_lapse_after_a_year() -> None:
    """Given two levels; when approved; then only with a lawyer's PDF, and for a year."""
    row = asked("BD-02")
    with pytest.raises(OpinionNeeded):
        approve(row.pk, actor=LAWYER, now=NOW)
    for content in (b"", b"<html>", b"%PDF-" + b"x" * 5_000_000):
        with pytest.raises(InvalidOpinion):
            add_opinion(
                row.pk, author="Fang", filename="o.pdf", content=content, actor=OWNER, now=NOW
            )
    add_opinion(
        row.pk, author="Fang & Co", filename="o.pdf", content=b"%PDF-1.7", actor=OWNER, now=NOW
    )
    approve(row.pk, actor=LAWYER, now=NOW)
    assert running(now=NOW + timedelta(days=364)).exists()
    assert not running(now=NOW + timedelta(days=366)).exists()


def test_modes_that_pass_alone_are_judged_together() -> None:
    """Given two modes that pass alone; when the second is to join; then the sum is judged."""
    first = asked("BD-01", parameters={"l1_pct": "30"})
    second = asked("AD-02L")
    approve(first.pk, actor=LAWYER, now=NOW)
    with pytest.raises(ModeBlocked) as refusal:
        approve(second.pk, actor=LAWYER, now=NOW)
    assert refusal.value.fields["predicates"] == {"CN": ["F1"]}
    assert running(now=NOW).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": ActivationState.ACTIVE, "outcome": Outcome.BLOCK, "decided_by": "b"},
        {"state": ActivationState.ACTIVE, "outcome": Outcome.PASS, "decided_by": "a"},
        {"state": ActivationState.ACTIVE, "outcome": Outcome.PASS, "decided_by": ""},
        {"state": ActivationState.ACTIVE, "outcome": Outcome.APPROVAL, "decided_by": "b"},
    ],
)
def test_the_database_itself_keeps_the_rules(wrong: dict[str, str]) -> None:
    """Given a row written past the service; when it breaks a rule; then it is refused."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(packs=["X"], asked_by="a", **wrong)


def test_a_sandbox_shows_what_is_unlawful_and_activates_none_of_it(tenant_a: TenantRef) -> None:
    """Given a sandbox; when a blocked mode is asked for; then it is shown, never active."""
    with tenant_context(replace(tenant_a, kind="sandbox")):
        row = asked("AD-12")
    assert (row.state, row.outcome) == (ActivationState.SHOWN, Outcome.BLOCK)
    with pytest.raises(ActivationDecided):
        approve(row.pk, actor=LAWYER, now=NOW)
    assert not running(now=NOW).exists()


def test_a_request_without_reason_or_place_is_refused() -> None:
    """Given nothing said; when asked; then it is refused."""
    lacking: tuple[tuple[list[str], list[str], str], ...] = (
        ([], ["CN"], "a"),
        (["BD-01"], [], "a"),
        (["BD-01"], ["CN"], " "),
    )
    for packs, places, reason in lacking:
        with pytest.raises(InvalidActivation):
            ask(packs, places, reason=reason, actor=OWNER, now=NOW)
