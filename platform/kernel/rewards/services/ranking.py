"""Staff give a member a rank of a mode."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.members.errors import UnknownMember
from kernel.members.models import Member
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.errors import RankReasonNeeded, UnknownProgramme, UnknownRank
from kernel.rewards.models import Programme
from kernel.rewards.progress import rank_called
from kernel.rewards.ranks import FIELD, GIVEN, SUBJECT, rank_of, ranks_by_staff
from kernel.rewards.services.following import introductions
from kernel.rewards.services.programmes import handle


@transaction.atomic
def give_rank(
    programme_id: UUID, *, member_id: UUID, rank: str, reason: str, actor: Actor, now: datetime
) -> str:
    """Give a member a rank of a mode, or take it away; return the one he had.

    It counts for orders that complete from here on; what was paid before keeps the rank of
    its time, also when it is taken back after a refund.

    Raises:
        UnknownProgramme: no mode that runs has this id.
        UnknownRank: the mode has no such rank, or gives its ranks by rules.
        RankReasonNeeded: no reason.
        UnknownMember: nobody has this id.
        ProgrammeNotPermitted: its approval has run out.
    """
    rows = Programme.objects.select_for_update().filter(state=ProgrammeState.LIVE)
    row = rows.filter(pk=programme_id).first()
    if row is None:
        raise UnknownProgramme
    ranks = ranks_by_staff(row.packs, row.parameters)
    if not ranks or (rank and rank not in ranks):
        raise UnknownRank
    why = reason.replace("\x00", "").strip()[:300]
    if not why:
        raise RankReasonNeeded
    if not Member.objects.filter(pk=member_id).exists():
        raise UnknownMember
    before, cause = rank_of(row, member_id), uuid7()
    if before == rank:
        return before
    for event in introductions(row, member_id, cause):
        handle(row, event)
    handle(row, {"type": "rank.promoted", "key": f"rank:{cause}", "member": str(member_id),
                 "attr": FIELD, "to": rank})  # fmt: skip
    record(
        action=GIVEN,
        actor=actor,
        obj=(SUBJECT, str(member_id)),
        before={"rank": rank_called(row, before) if before else ""},
        after={"owner": f"member:{member_id}", "name": str(row),
               "rank": rank_called(row, rank) if rank else ""},
        reason=why,
        now=now,
    )  # fmt: skip
    return before
