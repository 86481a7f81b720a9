"""The way of a mode from a wish to its activation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.rewards.packs.checking import refuse_unsound
from kernel.rewards.packs.figures import own_figures
from kernel.rewards.packs.loading import bundle
from kernel.rewards.policy import reports
from kernel.rewards.policy.choices import ActivationState, Outcome
from kernel.rewards.policy.compiling import compiled
from kernel.rewards.policy.errors import (
    ActivationDecided,
    InvalidActivation,
    InvalidOpinion,
    ModeBlocked,
    OpinionNeeded,
    SecondPersonNeeded,
)
from kernel.rewards.policy.manifest import Manifest, union
from kernel.rewards.policy.models import Activation, Opinion
from kernel.rewards.policy.verdicts import Verdict, gravest, judge
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask as ask_for

LASTS: Final = timedelta(days=365)
"""An approval that rests on an opinion has to be renewed after so long."""
LARGEST_OPINION: Final = 5_000_000
WATCHED_BY: Final = ("reward_monitors.watch", "reward_risk.scan")
"""The schedules that look after modes that run; they are asked to come soon."""
_LONGEST_REASON: Final = 500
_LOCK: Final = 7_305_311


def running(*, now: datetime) -> QuerySet[Activation]:
    """Return the activations that hold now."""
    rows = Activation.objects.filter(state=ActivationState.ACTIVE)
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=now)).order_by("id")


def is_approved(packs: Sequence[str], parameters: Mapping[str, Any]) -> bool:
    """Tell whether an approval that holds now covers packs with these figures; one query."""
    wanted = set(packs)
    return any(
        wanted <= set(row.packs) and dict(parameters) == row.parameters
        for row in running(now=utc_now())
    )


def judged(
    packs: Sequence[str],
    parameters: Mapping[str, Any],
    jurisdictions: Sequence[str],
    *,
    now: datetime,
) -> dict[str, Verdict]:
    """Return the verdicts on packs together with everything that the shop runs already.

    Where modes run that were judged for other places, these places count too.
    """
    places, parts = list(jurisdictions), [_manifest(packs, parameters)]
    for row in running(now=now):
        places += row.jurisdictions
        parts.append(_manifest(row.packs, row.parameters))
    return judge(union(parts), places)


def ask(
    packs: Sequence[str],
    jurisdictions: Sequence[str],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    parameters: Mapping[str, Any] | None = None,
) -> Activation:
    """Ask for modes to be run; what is unlawful is refused here already.

    In a sandbox, where nothing has value, modes are demonstrated whatever the verdict.

    Raises:
        InvalidActivation: no packs, no places or no reason.
        UnknownPack, UnknownJurisdiction: of the codes.
        PackRefused: a rule of a pack of the shop's own is unsound.
        FigureRefused: a figure that no pack has, or that does not fit.
        ModeBlocked: the law of a place forbids it.
    """
    why = reason.replace("\x00", "").strip()
    if not packs or not jurisdictions or not 0 < len(why) <= _LONGEST_REASON:
        raise InvalidActivation
    figures = dict(parameters or {})
    chosen = bundle(packs)
    refuse_unsound(chosen)
    own_figures(chosen, figures)
    verdicts = judged(packs, figures, jurisdictions, now=now)
    outcome, shown = gravest(verdicts), current_tenant().kind == "sandbox"
    if outcome == Outcome.BLOCK and not shown:
        raise _blocked(verdicts)
    with transaction.atomic():
        row = Activation.objects.create(
            packs=list(packs),
            parameters=figures,
            jurisdictions=list(dict.fromkeys(jurisdictions)),
            verdicts=_kept(verdicts),
            outcome=outcome,
            state=ActivationState.SHOWN if shown else ActivationState.ASKED,
            reason=why,
            asked_by=actor.id,
            asked_name=actor.name[:80],
            asked_at=now,
        )
        _record(row, "asked", actor, now)
        if not shown:
            reports.attach(row, now=now)
    return row


@transaction.atomic
def add_opinion(
    activation_id: UUID, *, author: str, filename: str, content: bytes, actor: Actor, now: datetime
) -> Opinion:
    """Keep the opinion of a lawyer with a request.

    Raises:
        ActivationDecided: the request waits no more.
        InvalidOpinion: no author, or no PDF of a fitting size.
    """
    row = _waiting(activation_id)
    who = author.replace("\x00", "").strip()
    fits = content.startswith(b"%PDF-") and len(content) <= LARGEST_OPINION
    if not who or not fits:
        raise InvalidOpinion
    opinion, _made = Opinion.objects.update_or_create(
        activation=row,
        defaults={
            "author": who[:120],
            "filename": filename.replace("\x00", "")[:120],
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "added_at": now,
        },
    )
    _record(row, "opinion_added", actor, now)
    return opinion


@transaction.atomic
def approve(activation_id: UUID, *, actor: Actor, now: datetime) -> Activation:
    """Approve a request as the second person; it is judged anew with all that runs now.

    Raises:
        ActivationDecided: the request waits no more.
        SecondPersonNeeded: the approver is who asked.
        ModeBlocked: with what runs by now, the law of a place forbids it.
        OpinionNeeded: the verdict demands an opinion and there is none.
        ReportNeeded, Insolvent: no report says that everything promised could be paid.
    """
    _one_at_a_time()
    row = _waiting(activation_id)
    if actor.id == row.asked_by:
        raise SecondPersonNeeded
    refuse_unsound(bundle(row.packs))
    verdicts = judged(row.packs, row.parameters, row.jurisdictions, now=now)
    outcome = gravest(verdicts)
    if outcome == Outcome.BLOCK:
        raise _blocked(verdicts)
    if outcome == Outcome.APPROVAL:
        if not Opinion.objects.filter(activation=row).exists():
            raise OpinionNeeded
        row.expires_at = now + LASTS
    reports.check(row, now=now)
    row.verdicts, row.outcome = _kept(verdicts), outcome
    return _decided(row, ActivationState.ACTIVE, actor, now)


@transaction.atomic
def refuse(activation_id: UUID, *, actor: Actor, now: datetime) -> Activation:
    """Refuse a request.

    Raises:
        ActivationDecided: the request waits no more.
    """
    return _decided(_waiting(activation_id), ActivationState.REFUSED, actor, now)


@transaction.atomic
def end(activation_id: UUID, *, actor: Actor, now: datetime) -> Activation:
    """End an activation or a demonstration.

    Raises:
        ActivationDecided: it is over already, or was never decided.
    """
    held = (ActivationState.ACTIVE, ActivationState.SHOWN)
    row = _held(activation_id, held)
    row.state = ActivationState.ENDED
    row.save(update_fields=["state"])
    _record(row, "ended", actor, now)
    return row


def _manifest(packs: Sequence[str], parameters: Mapping[str, Any]) -> Manifest:
    return compiled(bundle(packs), parameters)


def _blocked(verdicts: Mapping[str, Verdict]) -> ModeBlocked:
    return ModeBlocked(
        predicates={
            place: verdict.of("block") for place, verdict in verdicts.items() if verdict.of("block")
        },
        rules={
            one.predicate: list(one.offenders)
            for verdict in verdicts.values()
            for one in verdict.findings
            if one.severity == "block"
        },
    )


def _kept(verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    return {
        place: {
            "law": verdict.law_version,
            "findings": [
                [one.predicate, one.severity, list(one.offenders)] for one in verdict.findings
            ],
        }
        for place, verdict in verdicts.items()
    }


def _one_at_a_time() -> None:
    # Two approvals at once would each be judged without the other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [_LOCK])


def _waiting(activation_id: UUID) -> Activation:
    return _held(activation_id, (ActivationState.ASKED,))


def _held(activation_id: UUID, states: Sequence[ActivationState]) -> Activation:
    rows = Activation.objects.select_for_update().filter(state__in=states)
    row = rows.filter(pk=activation_id).first()
    if row is None:
        raise ActivationDecided
    return row


def _decided(row: Activation, state: ActivationState, actor: Actor, now: datetime) -> Activation:
    row.state, row.decided_by, row.decided_name = state, actor.id, actor.name[:80]
    row.decided_at = now
    row.save()
    if state == ActivationState.ACTIVE:
        for name in WATCHED_BY:
            ask_for(name, now)
    _record(row, str(state), actor, now)
    return row


def _record(row: Activation, act: str, actor: Actor, now: datetime) -> None:
    record(
        action=f"reward_policy.{act}",
        actor=actor,
        obj=row,
        after={"name": str(row), "outcome": row.outcome},
        reason=row.reason,
        now=now,
    )
