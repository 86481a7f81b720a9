"""People decide cases; who is held is told why and can answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset
from kernel.rewards.risk.choices import CaseState
from kernel.rewards.risk.errors import CaseDecided, NoteNeeded, UnknownCase
from kernel.rewards.risk.events import PayoutsHeld
from kernel.rewards.risk.models import Case


@transaction.atomic
def clear(case_id: UUID, *, note: str, actor: Actor, now: datetime) -> Case:
    """Decide that a case is harmless.

    Raises:
        UnknownCase: there is none.
        CaseDecided: it waits no more.
    """
    row = _locked(case_id, (CaseState.OPEN,))
    return _decided(row, CaseState.CLEARED, note, actor, now)


@transaction.atomic
def hold(case_id: UUID, *, note: str, actor: Actor, now: datetime) -> Case:
    """Hold a member's payouts of rewards; he reads why, and can answer.

    Raises:
        UnknownCase: there is none.
        CaseDecided: it waits no more.
        NoteNeeded: no reason is given.
    """
    row = _locked(case_id, (CaseState.OPEN,))
    if not note.replace("\x00", "").strip():
        raise NoteNeeded
    return _decided(row, CaseState.HELD, note, actor, now)


@transaction.atomic
def release(case_id: UUID, *, note: str, actor: Actor, now: datetime) -> Case:
    """Release payouts that were held.

    Raises:
        UnknownCase: there is none.
        CaseDecided: nothing is held by it.
    """
    row = _locked(case_id, (CaseState.HELD,))
    return _decided(row, CaseState.RELEASED, note or row.note, actor, now)


@transaction.atomic
def object_to(case_id: UUID, *, member_id: UUID, text: str, now: datetime) -> Case:
    """Keep what a member says to a hold.

    Raises:
        UnknownCase: there is none of his.
        CaseDecided: nothing is held by it.
        NoteNeeded: he says nothing.
    """
    row = _locked(case_id, (CaseState.HELD,))
    words = text.replace("\x00", "").strip()[:500]
    if row.member_id != member_id:
        raise UnknownCase
    if not words:
        raise NoteNeeded
    row.objection, row.objected_at = words, now
    row.save(update_fields=["objection", "objected_at"])
    return row


def held_because(member_id: UUID, asset: str, now: datetime) -> str:
    """Return why a member's payout of an asset is held; empty for not at all.

    Only what was earned is held: commissions, not what he paid in himself.
    """
    row = Case.objects.filter(member=member_id, state=CaseState.HELD).order_by("-id").first()
    kinds = Asset.objects.filter(code=asset).values_list("kind", flat=True)
    if row is None or kinds.first() != AssetKind.COMMISSION:
        return ""
    return _("Payouts are held: %(why)s You can answer under “My account”.") % {"why": row.note}


def _locked(case_id: UUID, states: Sequence[CaseState]) -> Case:
    row = Case.objects.select_for_update().filter(pk=case_id).first()
    if row is None:
        raise UnknownCase
    if row.state not in states:
        raise CaseDecided
    return row


def _decided(row: Case, state: CaseState, note: str, actor: Actor, now: datetime) -> Case:
    row.state, row.note = state, note.replace("\x00", "").strip()[:300]
    row.decided_by, row.decided_name, row.decided_at = actor.id, actor.name[:80], now
    row.save()
    if state != CaseState.CLEARED:
        event = PayoutsHeld(row.pk, row.member_id, state == CaseState.HELD, row.note)
        publish(event, aggregate=f"reward_risk:{row.pk.hex}")
    record(
        action=f"reward_risk.{state}",
        actor=actor,
        obj=row,
        after={"name": row.rule},
        reason=row.note,
        now=now,
    )
    return row
