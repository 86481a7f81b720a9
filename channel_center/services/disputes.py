"""Disputes that shops or buyers bring to the platform, and how it decides them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from channel_center.choices import DisputeState
from channel_center.errors import UnknownDispute
from channel_center.models import Dispute
from kernel.aftersales import services as cases
from kernel.aftersales.choices import EntryKind, Side, Verdict
from kernel.aftersales.events import CaseChanged
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.outbox.events import Envelope
from kernel.tenancy.context import TenantRef, current_tenant, public_context, tenant_context
from kernel.tenancy.ports import directory

_ENDS = {
    EntryKind.ARBITRATED: DisputeState.DECIDED,
    EntryKind.CANCELLED: DisputeState.WITHDRAWN,
    EntryKind.LAPSED: DisputeState.WITHDRAWN,
}


def on_case(event: CaseChanged, envelope: Envelope) -> None:
    """Take a dispute up that was brought here, and close it once it is over."""
    tenant_id = current_tenant().id
    if event.change == EntryKind.ESCALATED:
        with public_context():
            Dispute.objects.update_or_create(
                tenant_id=tenant_id,
                case_id=event.case_id,
                defaults={
                    "number": event.number,
                    "kind": event.kind,
                    "currency": event.currency,
                    "amount_minor": event.amount_minor,
                    "state": DisputeState.OPEN,
                    "opened_at": envelope.created_at,
                    "closed_at": None,
                },
            )
    elif event.change in _ENDS:
        state = _ENDS[EntryKind(event.change)]
        with public_context():
            rows = Dispute.objects.filter(
                tenant_id=tenant_id, case_id=event.case_id, state=DisputeState.OPEN
            )
            rows.update(state=state, closed_at=envelope.created_at)


def dispute_by_public_id(text: str) -> Dispute:
    """Return a dispute.

    Raises:
        UnknownDispute: there is none.
    """
    try:
        found = Dispute.objects.filter(pk=parse_public_id("dsp", text)).first()
    except InvalidId:
        found = None
    if found is None:
        raise UnknownDispute
    return found


def shop_of(dispute: Dispute) -> TenantRef:
    """Return the shop that a dispute is about.

    Raises:
        UnknownTenant: it is gone.
    """
    return directory().by_id(dispute.tenant_id)


def decide(
    dispute: Dispute,
    verdict: Verdict,
    *,
    amounts: Mapping[UUID, int],
    freight_minor: int | None,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide a dispute; the case goes on in its shop, whose log names the operator too.

    Args:
        dispute: which.
        verdict: for whom.
        amounts: by order line what goes back.
        freight_minor: what of the freight goes back; as it stands, when left out.
        text: why, for both.
        actor: who decides.
        now: the moment.

    Raises:
        MoveRefused: it is over.
        InvalidCase, TooMuch, OutOfStock, NotOpen: as `kernel.aftersales.services.arbitrate`.
        UnknownTenant: the shop is gone.
    """
    shop = shop_of(dispute)
    with transaction.atomic():
        with tenant_context(shop):
            cases.arbitrate(
                dispute.case_id,
                verdict,
                amounts=amounts,
                freight_minor=freight_minor,
                text=text,
                actor=actor,
                now=now,
            )
        Dispute.objects.filter(pk=dispute.pk).update(state=DisputeState.DECIDED, closed_at=now)
        record(
            action="channel_center.dispute_decided",
            actor=actor,
            obj=("tenant", shop.public_id),
            before={},
            after={"case": dispute.number, "verdict": str(verdict)},
            reason=text[:300],
            now=now,
        )


def speak(dispute: Dispute, text: str, *, actor: Actor, now: datetime) -> None:
    """Write to both sides of a dispute.

    Raises:
        MoveRefused: it is over for good.
        InvalidCase: no text.
        UnknownTenant: the shop is gone.
    """
    with tenant_context(shop_of(dispute)):
        cases.say(dispute.case_id, text, actor=actor, now=now, side=Side.PLATFORM)
