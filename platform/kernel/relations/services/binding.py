"""Gives members a sponsor, another one, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.members.errors import ReasonNeeded, UnknownMember
from kernel.members.models import Member
from kernel.relations.choices import BindMode, ChangeKind, Source
from kernel.relations.closure import replace_above, shown_above, sponsors_above
from kernel.relations.errors import (
    OwnSponsor,
    SponsorClosed,
    SponsorLoop,
    SponsorStands,
    SubtreeMoving,
)
from kernel.relations.events import SponsorChanged
from kernel.relations.locks import lock_members, own_tree, share_tree
from kernel.relations.models import Relation, RelationChange, RelationPolicy, SubtreeMove
from kernel.relations.services.moving import begin_move
from kernel.relations.services.policy import current_policy


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that somebody wants.

    Attributes:
        policy: by which a contact may replace a sponsor; None lets staff do it.
        is_new: the account is being opened.
        at_once: rebuild everything below in this transaction.
    """

    member_id: UUID
    sponsor_id: UUID | None
    source: Source
    actor: Actor
    now: datetime
    reason: str = ""
    policy: RelationPolicy | None = None
    is_new: bool = False
    at_once: bool = False


class _HasTeam(Exception):
    """The member has others below him, so the tree must be owned."""


@transaction.atomic
def contact(
    member_id: UUID,
    sponsor_id: UUID,
    *,
    source: Source,
    actor: Actor,
    now: datetime,
    is_new: bool = False,
) -> Relation:
    """Bind a member to whom he met, as far as the tenant's rules let this happen.

    Meeting one's own sponsor again changes nothing.

    Args:
        member_id: who met somebody.
        sponsor_id: whom he met.
        source: by what.
        actor: who caused it.
        now: the moment.
        is_new: the account is being opened in this transaction.

    Raises:
        SponsorStands: the rules leave the member as he is.
        OwnSponsor, SponsorLoop, SponsorClosed: he may not be bound to this one.
        SubtreeMoving: the member has a team, and another one is moving.
        UnknownMember: there is no such member.
    """
    wish = Wish(member_id, sponsor_id, source, actor, now, policy=current_policy(), is_new=is_new)
    fulfil(wish)
    return Relation.objects.get(member_id=member_id)


@transaction.atomic
def transfer(
    member_id: UUID, sponsor_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> SubtreeMove | None:
    """Move a member and everybody below him to another sponsor, by staff.

    Returns:
        The move, which may go on in the background; None when nobody is below.

    Raises:
        ReasonNeeded: no reason was given.
        OwnSponsor, SponsorLoop, SponsorClosed: he may not be bound to this one.
        SubtreeMoving: another team is moving.
        UnknownMember: there is no such member.
    """
    wish = Wish(member_id, sponsor_id, Source.STAFF, actor, now, reason=_reason(reason))
    return _by_staff(wish)


@transaction.atomic
def appoint(member_id: UUID, sponsor_id: UUID, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Give a member who has none a sponsor, by staff; his own team comes along at once.

    Returns:
        False when he has this sponsor already.

    Raises:
        SponsorStands: he has another one; see `transfer`.
        ReasonNeeded: no reason was given.
        OwnSponsor, SponsorLoop, SponsorClosed: he may not be bound to this one.
        SubtreeMoving: he has a team, and another one is moving.
        UnknownMember: there is no such member.
    """
    own_tree()
    before = Relation.objects.filter(member_id=member_id).first()
    if before is not None:
        if before.sponsor_id != sponsor_id:
            raise SponsorStands
        return False
    told = _reason(reason)
    _by_staff(Wish(member_id, sponsor_id, Source.STAFF, actor, now, reason=told, at_once=True))
    return True


@transaction.atomic
def release(member_id: UUID, *, reason: str, actor: Actor, now: datetime) -> SubtreeMove | None:
    """Take a member's sponsor away, by staff; his own team stays with him.

    Raises:
        ReasonNeeded: no reason was given.
        SubtreeMoving: another team is moving.
        UnknownMember: there is no such member.
    """
    return _by_staff(Wish(member_id, None, Source.STAFF, actor, now, reason=_reason(reason)))


def _by_staff(wish: Wish) -> SubtreeMove | None:
    before = _sponsor_id(wish.member_id)
    move = fulfil(wish)
    record(
        action="relations.transferred" if wish.sponsor_id else "relations.released",
        actor=wish.actor,
        obj=("members.member", str(wish.member_id)),
        before={"sponsor": before},
        after={"sponsor": wish.sponsor_id},
        reason=wish.reason,
        now=wish.now,
    )
    return move


def fulfil(wish: Wish) -> SubtreeMove | None:
    """Change a member's sponsor; the caller is in a transaction and has the right."""
    if wish.member_id == wish.sponsor_id:
        raise OwnSponsor
    try:
        # Undoing the savepoint gives the shared lock back, which could not be
        # exchanged for the whole tree while others hold theirs.
        with transaction.atomic():
            _place_leaf(wish)
    except _HasTeam:
        return _place_subtree(wish)
    return None


def _place_leaf(wish: Wish) -> None:
    share_tree()
    relation = _checked(wish)
    has_team = Relation.objects.filter(sponsor_id=wish.member_id).exists()
    moving = SubtreeMove.objects.filter(member_id=wish.member_id, finished_at=None).exists()
    if has_team or moving:
        raise _HasTeam
    if not _differs(relation, wish):
        return
    # While a team moves, a member may be shown below others than the truth says:
    # what is shown is what has to go.
    before = shown_above(wish.member_id) if relation else []
    _write(relation, wish)
    replace_above([(wish.member_id, 0)], before=before, sponsor_id=wish.sponsor_id)


def _place_subtree(wish: Wish) -> SubtreeMove | None:
    own_tree()
    relation = _checked(wish)
    if not _differs(relation, wish):
        return None
    if SubtreeMove.objects.filter(finished_at=None).exists():
        raise SubtreeMoving(retry_after=2)
    if wish.sponsor_id and wish.member_id in sponsors_above(wish.sponsor_id):
        raise SponsorLoop
    before = sponsors_above(wish.member_id)
    _write(relation, wish)
    return begin_move(
        wish.member_id,
        before=before,
        sponsor_id=wish.sponsor_id,
        now=wish.now,
        at_once=wish.at_once,
    )


def _checked(wish: Wish) -> Relation | None:
    """Lock both members and check that the wish may be fulfilled; return the relation so far."""
    read = [wish.sponsor_id] if wish.sponsor_id else []
    found = lock_members(changed=wish.member_id, read=read)
    if wish.member_id not in found:
        raise UnknownMember
    relation = Relation.objects.filter(member_id=wish.member_id).first()
    if not _differs(relation, wish):
        return relation
    if wish.sponsor_id and not _takes_members(found.get(wish.sponsor_id), wish):
        raise SponsorClosed
    if wish.policy is not None and not _may_bind(relation, wish, wish.policy):
        raise SponsorStands
    return relation


def _takes_members(sponsor: Member | None, wish: Wish) -> bool:
    # Who joins accounts changes nobody's sponsor for another person.
    return sponsor is not None and (sponsor.is_active or wish.source is Source.MERGE)


def _may_bind(relation: Relation | None, wish: Wish, policy: RelationPolicy) -> bool:
    if policy.mode == BindMode.REGISTRATION and not wish.is_new:
        return False
    if relation is None:
        return True
    expired = relation.expires_at is not None and relation.expires_at <= wish.now
    return policy.mode == BindMode.OVERRIDE and expired


def _differs(relation: Relation | None, wish: Wish) -> bool:
    return (relation.sponsor_id if relation else None) != wish.sponsor_id


def _write(relation: Relation | None, wish: Wish) -> None:
    previous: UUID | None = relation.sponsor_id if relation else None
    if wish.sponsor_id is None:
        Relation.objects.filter(member_id=wish.member_id).delete()
    else:
        Relation.objects.update_or_create(
            member_id=wish.member_id,
            defaults={
                "sponsor_id": wish.sponsor_id,
                "bound_at": wish.now,
                "source": wish.source,
                "expires_at": _expiry(wish),
            },
        )
    RelationChange.objects.create(
        member_id=wish.member_id,
        kind=_kind(previous, wish),
        sponsor_before=previous,
        sponsor_after=wish.sponsor_id,
        source=wish.source,
        actor_kind=wish.actor.kind,
        actor_id=wish.actor.id[:64],
        reason=wish.reason,
        occurred_at=wish.now,
    )
    publish(
        SponsorChanged(
            member_id=wish.member_id,
            sponsor_id=wish.sponsor_id,
            previous_id=previous,
            source=wish.source,
        ),
        aggregate=f"member:{wish.member_id}",
    )


def _kind(previous: UUID | None, wish: Wish) -> ChangeKind:
    if wish.sponsor_id is None:
        return ChangeKind.UNBOUND
    if previous is None:
        return ChangeKind.BOUND
    return ChangeKind.MOVED if wish.source is Source.STAFF else ChangeKind.REPLACED


def _expiry(wish: Wish) -> datetime | None:
    policy = wish.policy
    if policy is None or policy.mode != BindMode.OVERRIDE or policy.protected_days is None:
        return None
    return wish.now + timedelta(days=policy.protected_days)


def _sponsor_id(member_id: UUID) -> UUID | None:
    return Relation.objects.filter(member_id=member_id).values_list("sponsor_id", flat=True).first()


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise ReasonNeeded
    return reason[:300]
