"""How far partners are held back; their shops go on, whatever holds a partner."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from channel_center.choices import ChannelState
from channel_center.errors import UnknownChannel
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.choices import PartnerHoldKind, PartnerHoldLevel
from channel_center.partners.errors import PartnerHeld, UnknownPartnerHold
from channel_center.partners.models import PartnerHold
from channel_center.partners.services.telling import tell
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context


def path_of(channel_id: UUID) -> list[UUID]:
    """Return a partner and those above it, itself first; one query a level."""
    found: list[UUID] = []
    next_id: UUID | None = channel_id
    while next_id is not None and next_id not in found:
        found.append(next_id)
        next_id = Channel.objects.filter(pk=next_id).values_list("parent_id", flat=True).first()
    return found


def level_of(channel_ids: Iterable[UUID]) -> int:
    """Return the highest level of the holds that are open on any of some partners; 0 for none."""
    holds = PartnerHold.objects.filter(channel__in=list(channel_ids), released_at=None)
    return holds.aggregate(most=Max("level"))["most"] or 0


def refuse_if_held(channel_id: UUID) -> None:
    """Refuse what a partner may not begin while it, or one above it, is held back.

    Raises:
        PartnerHeld: it is.
    """
    level = level_of(path_of(channel_id))
    if level >= PartnerHoldLevel.NO_OPENING:
        raise PartnerHeld(level=level)


@public_context()
@transaction.atomic
def hold_partner(
    channel_id: UUID, *, kind: PartnerHoldKind, level: PartnerHoldLevel, reason: str, actor: Actor
) -> PartnerHold:
    """Hold a partner back.

    Raises:
        UnknownChannel: there is no such partner.
    """
    channel = _locked(channel_id)
    hold = PartnerHold.objects.create(
        channel=channel, kind=kind, level=level, reason=reason[:300], placed_by=actor.name[:200]
    )
    record(
        action="partners.held",
        actor=actor,
        obj=("channel", channel.public_id),
        after={"name": channel.name, "kind": str(kind), "level": int(level)},
        reason=reason,
    )
    _follow(channel)
    said = {"level": int(level), "kind": str(kind)}
    tell(channel.pk, "partner.held", about=channel.public_id, data=said)
    return hold


@public_context()
@transaction.atomic
def release_partner(hold_id: UUID, *, actor: Actor) -> None:
    """End one hold; the others stay. Ending it twice ends it once.

    Raises:
        UnknownPartnerHold: there is none.
    """
    hold = PartnerHold.objects.filter(pk=hold_id).first()
    if hold is None:
        raise UnknownPartnerHold
    channel = _locked(hold.channel_id)
    ended = PartnerHold.objects.filter(pk=hold_id, released_at=None).update(
        released_at=utc_now(), released_by=actor.name[:200]
    )
    if not ended:
        return
    record(
        action="partners.released",
        actor=actor,
        obj=("channel", channel.public_id),
        before={"kind": hold.kind, "level": hold.level},
        after={"name": channel.name},
    )
    _follow(channel)
    tell(channel.pk, "partner.released", about=channel.public_id, data={"kind": hold.kind})


def _locked(channel_id: UUID) -> Channel:
    channel = Channel.objects.select_for_update(of=("self",)).filter(pk=channel_id).first()
    if channel is None:
        raise UnknownChannel
    return channel


def _follow(channel: Channel) -> None:
    """Bring the state in line with the holds: closed means suspended."""
    is_closed = level_of([channel.pk]) >= PartnerHoldLevel.CLOSED
    channel.state = ChannelState.SUSPENDED if is_closed else ChannelState.ACTIVE
    channel.save(update_fields=["state"])
    transaction.on_commit(HOSTS.forget)
