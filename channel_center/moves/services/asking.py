"""Asks for a move, and hears what everybody says to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from channel_center.choices import ChannelState
from channel_center.models import Channel
from channel_center.moves.choices import DECIDABLE, OPEN_MOVES, AskedBy, MoveState
from channel_center.moves.errors import (
    MoveOpen,
    ReasonNeeded,
    ReceiverClosed,
    SameProvider,
    ShopHeld,
    TermsChanged,
    UnknownMove,
    UnknownReceiver,
    WrongMoment,
)
from channel_center.moves.models import Move
from channel_center.moves.money import Parties, money_legs, of_side, told
from channel_center.moves.policy import approval_for
from channel_center.moves.tasks import write_later
from channel_center.partners.errors import PartnerHeld
from channel_center.partners.services.standing import refuse_if_held
from channel_center.partners.services.telling import tell
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context
from tenants.choices import LIVING, HoldKind, JobKind, JobState
from tenants.domains import normalise
from tenants.errors import InvalidDomain, JobOpen, StateRefused
from tenants.models import Hold, Job, Tenant
from tenants.services import jobs
from tenants.services.states import locked

PATIENCE: Final = timedelta(days=14)
"""So long a move waits for what somebody says."""
_BINDING: Final = (HoldKind.ABUSE, HoldKind.COMPLIANCE)


def receiver_at(address: str) -> Channel | None:
    """Return the partner whose console answers at an address; None for the operator's own.

    Raises:
        UnknownReceiver: nobody's does.
    """
    try:
        host = normalise(address.strip().removeprefix("https://").split("/")[0])
    except InvalidDomain as error:
        raise UnknownReceiver(field="address") from error
    if host == settings.STOA_OPERATOR_HOST:
        return None
    with public_context():
        found = Channel.objects.filter(host=host).first()
    if found is None:
        raise UnknownReceiver(field="address")
    return found


@public_context()
@transaction.atomic
def ask(
    tenant_id: UUID,
    *,
    address: str,
    asked_side: AskedBy,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Move:
    """Ask that a tenant goes to another partner.

    The owner's own wish needs no further word of his: whoever calls has asked for his
    second factor.

    Args:
        tenant_id: the tenant.
        address: where the console of the new partner answers.
        asked_side: who asks.
        actor: the person.
        now: the moment.
        reason: what the others read.

    Raises:
        UnknownTenant, UnknownReceiver: there is none.
        StateRefused: the tenant is not in use.
        SameProvider: it is with that partner.
        ReceiverClosed: the partner is suspended or held back.
        ShopHeld: something holds the tenant that it cannot leave behind.
        JobOpen: work on it has not ended.
        MoveOpen: another move of it has not.
    """
    receiver = receiver_at(address)
    tenant = locked(tenant_id)
    if tenant.channel_id == (receiver.pk if receiver else None):
        raise SameProvider(field="address")
    refuse_if_unfit(tenant, receiver)
    is_owner = asked_side == AskedBy.SHOP
    approval = approval_for(tenant.channel_id, receiver.pk if receiver else None, asked_side)
    try:
        with transaction.atomic():
            move = Move.objects.create(
                tenant=tenant,
                giving_id=tenant.channel_id,
                receiving=receiver,
                approver_id=approval.channel_id,
                needs_approval=approval.is_needed,
                state=MoveState.CONFIRMED if is_owner else MoveState.ASKED,
                asked_side=asked_side,
                reason=" ".join(reason.replace("\x00", "").split())[:300],
                asked_by=actor.name[:200],
                asked_at=now,
                confirmed_by=actor.name[:200] if is_owner else "",
                confirmed_at=now if is_owner else None,
                expires_at=now + PATIENCE,
            )
    except IntegrityError as error:
        raise MoveOpen from error
    _say("moves.asked", move, actor, after={"to": receiver.name if receiver else ""})
    if is_owner:
        _tell_receiver(move)
    write_later(move)
    return move


def refuse_if_unfit(tenant: Tenant, receiver: Channel | None) -> None:
    """Refuse what stands in the way of a move; asked again before anything is done.

    Raises:
        StateRefused, ReceiverClosed, ShopHeld, JobOpen: see `ask`.
    """
    if tenant.state not in LIVING:
        raise StateRefused(state=tenant.state)
    if receiver is not None:
        if receiver.state != ChannelState.ACTIVE:
            raise ReceiverClosed
        try:
            refuse_if_held(receiver.pk)
        except PartnerHeld as error:
            raise ReceiverClosed from error
    held = Hold.objects.filter(tenant=tenant, kind__in=_BINDING, released_at=None).first()
    if held is not None:
        raise ShopHeld(kind=held.kind)
    if (
        Job.objects.filter(tenant=tenant, state__in=(JobState.QUEUED, JobState.RUNNING))
        .exclude(kind=JobKind.TRANSFER)
        .exists()
    ):
        raise JobOpen


@public_context()
@transaction.atomic
def confirm(move_id: UUID, *, tenant_id: UUID, actor: Actor, now: datetime) -> Move:
    """Say the owner's word; whoever calls has asked for the second factor.

    Raises:
        UnknownMove: the tenant has no such move.
        WrongMoment: it does not wait for the owner.
    """
    move = _locked(move_id, MoveState.ASKED, tenant_id=tenant_id)
    move.state, move.confirmed_by, move.confirmed_at = MoveState.CONFIRMED, actor.name[:200], now
    move.expires_at = now + PATIENCE
    move.save(update_fields=["state", "confirmed_by", "confirmed_at", "expires_at"])
    _say("moves.confirmed", move, actor)
    _tell_receiver(move)
    write_later(move)
    return move


@public_context()
@transaction.atomic
def accept(
    move_id: UUID,
    *,
    receiving_id: UUID | None,
    agreed: Sequence[Sequence[object]],
    actor: Actor,
    now: datetime,
) -> Move:
    """Take the tenant in at the prices that were shown; it begins unless somebody must approve.

    Raises:
        UnknownMove: there is none to this partner.
        WrongMoment: it does not wait for it.
        TermsChanged: the amounts are others by now.
        ReceiverClosed, StateRefused, ShopHeld, JobOpen: it cannot begin now.
    """
    move = _locked(move_id, MoveState.CONFIRMED)
    if move.receiving_id != receiving_id:
        raise UnknownMove
    preview = money_legs().preview(parties_of(move), now=now)
    lines = told(of_side(preview, "receiving"))
    if lines != [list(each) for each in agreed]:
        raise TermsChanged
    refuse_if_unfit(move.tenant, move.receiving)
    move.state, move.terms = MoveState.ACCEPTED, lines
    move.accepted_by, move.accepted_at = actor.name[:200], now
    move.expires_at = now + PATIENCE
    move.save(update_fields=["state", "terms", "accepted_by", "accepted_at", "expires_at"])
    _say("moves.accepted", move, actor)
    if move.needs_approval:
        write_later(move)
        return move
    return _begin(move, actor=actor)


@public_context()
@transaction.atomic
def approve(move_id: UUID, *, by_channel: UUID | None, actor: Actor, now: datetime) -> Move:
    """Approve a move, as who stands above both sides; it begins.

    Raises:
        UnknownMove: there is none that waits for this approval.
        WrongMoment: it does not wait any more.
        ReceiverClosed, StateRefused, ShopHeld, JobOpen: it cannot begin now.
    """
    move = _locked(move_id, MoveState.ACCEPTED)
    if not may_approve(move, by_channel):
        raise UnknownMove
    refuse_if_unfit(move.tenant, move.receiving)
    move.approved_by, move.approved_at = actor.name[:200], now
    move.save(update_fields=["approved_by", "approved_at"])
    _say("moves.approved", move, actor)
    return _begin(move, actor=actor)


def may_approve(move: Move, by_channel: UUID | None) -> bool:
    """Tell whether somebody's approval is the one that is needed; the operator's always does."""
    return move.needs_approval and by_channel in {None, move.approver_id}


@public_context()
@transaction.atomic
def try_again(move_id: UUID, *, by_channel: UUID | None, actor: Actor) -> Move:
    """Begin a move anew that failed; everybody has agreed to it.

    Raises:
        UnknownMove: there is none of this partner, or it has not failed.
        MoveOpen: another move of the tenant began meanwhile.
        ReceiverClosed, StateRefused, ShopHeld, JobOpen: it cannot begin now.
    """
    move = _locked(move_id, MoveState.FAILED)
    if by_channel is not None and by_channel != move.receiving_id:
        raise UnknownMove
    if Move.objects.filter(tenant=move.tenant_id, state__in=OPEN_MOVES).exists():
        raise MoveOpen
    refuse_if_unfit(move.tenant, move.receiving)
    move.ended_at, move.ended_by = None, ""
    move.save(update_fields=["ended_at", "ended_by"])
    return _begin(move, actor=actor)


def _begin(move: Move, *, actor: Actor) -> Move:
    move.job = jobs.start(move.tenant_id, JobKind.TRANSFER, actor=actor, data={"move": move.pk.hex})
    move.state, move.legs = MoveState.RUNNING, {}
    move.save(update_fields=["job", "state", "legs"])
    return move


@public_context()
@transaction.atomic
def end(
    move_id: UUID,
    *,
    state: MoveState,
    actor: Actor,
    now: datetime,
    reason: str = "",
    tenant_id: UUID | None = None,
) -> Move:
    """Refuse a move, or withdraw it, while it waits for somebody.

    Whoever calls has seen to it that the person is one of the sides.

    Raises:
        UnknownMove: there is none, or none of the tenant.
        WrongMoment: it waits for nobody any more.
        ReasonNeeded: who refuses says why.
    """
    move = _locked(move_id, *DECIDABLE, tenant_id=tenant_id)
    why = " ".join(reason.replace("\x00", "").split())[:300]
    if state == MoveState.REFUSED and not why:
        raise ReasonNeeded(field="reason")
    move.state, move.note, move.ended_by, move.ended_at = state, why, actor.name[:200], now
    move.save(update_fields=["state", "note", "ended_by", "ended_at"])
    _say(f"moves.{state}", move, actor, reason=why)
    write_later(move)
    return move


@public_context()
def expire(*, now: datetime, actor: Actor) -> int:
    """End moves that nobody said anything to for too long; return how many."""
    due = Move.objects.filter(state__in=DECIDABLE, expires_at__lte=now)
    ended = 0
    for move_id in list(due.values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            rows = Move.objects.select_for_update().filter(pk=move_id, expires_at__lte=now)
            if rows.filter(state__in=DECIDABLE).exists():
                end(move_id, state=MoveState.EXPIRED, actor=actor, now=now)
                ended += 1
    return ended


def parties_of(move: Move) -> Parties:
    """Return between whom a tenant moves."""
    return Parties(move.tenant_id, move.giving_id, move.receiving_id)


def _locked(move_id: UUID, *states: MoveState, tenant_id: UUID | None = None) -> Move:
    rows = Move.objects.select_for_update(of=("self",)).select_related("tenant", "receiving")
    move = rows.filter(pk=move_id).first()
    if move is None or (tenant_id is not None and move.tenant_id != tenant_id):
        raise UnknownMove
    if move.state not in states:
        raise WrongMoment(state=move.state)
    return move


def _say(
    action: str, move: Move, actor: Actor, *, reason: str = "", after: dict[str, str] | None = None
) -> None:
    name = {"name": move.tenant.name}
    obj = ("tenant", move.tenant.public_id)
    record(action=action, actor=actor, obj=obj, after=name | (after or {}), reason=reason)


def _tell_receiver(move: Move) -> None:
    if move.receiving_id is not None:
        said = {"move": move.public_id, "name": move.tenant.name}
        tell(move.receiving_id, "tenant.move_asked", about=move.tenant.public_id, data=said)
