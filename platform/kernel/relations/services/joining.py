"""What relations do when accounts are opened, joined or erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.members.actors import member_actor
from kernel.members.joining import Arrival
from kernel.members.models import Member
from kernel.relations.attribution import unseal
from kernel.relations.choices import Source
from kernel.relations.closure import sponsors_above
from kernel.relations.errors import SponsorClosed, UnknownInvitation
from kernel.relations.locks import own_tree
from kernel.relations.models import InviteCode, Relation
from kernel.relations.services.binding import Wish, contact, fulfil
from kernel.relations.services.invitations import inviter
from kernel.relations.services.policy import current_policy


def welcome(member: Member, arrival: Arrival, now: datetime) -> bool:
    """Bind a new member to whoever invited him; a code that he typed comes first.

    Raises:
        UnknownInvitation: nobody invites by the code that he typed.
    """
    if arrival.invite_code.strip():
        sponsor_id = inviter(arrival.invite_code)
        if sponsor_id is None:
            raise UnknownInvitation
        return _bind(member, sponsor_id, Source.INVITATION, now)
    if not arrival.attribution:
        return False
    code = unseal(arrival.attribution, days=current_policy().link_days)
    sponsor_id = inviter(code) if code else None
    return sponsor_id is not None and _bind(member, sponsor_id, Source.LINK, now)


def merge(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Hand an account's team over, and its sponsor where the other has none.

    The tree is owned throughout and rebuilt at once, so that nobody sees the
    team without a top.
    """
    own_tree()
    if kept_id in sponsors_above(absorbed_id):
        _place(absorbed_id, None, actor, now)
    elif absorbed_id in sponsors_above(kept_id):
        # He stands below himself: he takes the other's place.
        _place(kept_id, _sponsor_of(absorbed_id), actor, now)
        _place(absorbed_id, None, actor, now)
    else:
        former = _sponsor_of(absorbed_id)
        _place(absorbed_id, None, actor, now)
        if _sponsor_of(kept_id) is None and former is not None:
            _adopt(kept_id, former, actor, now)
    team = Relation.objects.filter(sponsor_id=absorbed_id).order_by("member_id")
    for member_id in list(team.values_list("member_id", flat=True)):
        _place(member_id, kept_id, actor, now)
    _hand_code_over(kept_id, absorbed_id)


def _bind(member: Member, sponsor_id: UUID, source: Source, now: datetime) -> bool:
    try:
        contact(
            member.id,
            sponsor_id,
            source=source,
            actor=member_actor(member),
            now=now,
            is_new=True,
        )
    except SponsorClosed:
        return False
    return True


def _adopt(member_id: UUID, sponsor_id: UUID, actor: Actor, now: datetime) -> None:
    if member_id != sponsor_id and member_id not in sponsors_above(sponsor_id):
        _place(member_id, sponsor_id, actor, now)


def _place(member_id: UUID, sponsor_id: UUID | None, actor: Actor, now: datetime) -> None:
    wish = Wish(member_id, sponsor_id, Source.MERGE, actor, now, at_once=True)
    fulfil(wish)


def _sponsor_of(member_id: UUID) -> UUID | None:
    rows = Relation.objects.filter(member_id=member_id)
    return rows.values_list("sponsor_id", flat=True).first()


def _hand_code_over(kept_id: UUID, absorbed_id: UUID) -> None:
    # Links that were shared go on working for whoever has none of his own.
    if not InviteCode.objects.filter(member_id=kept_id).exists():
        InviteCode.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
