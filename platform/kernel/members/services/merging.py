"""Makes two accounts of one person one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.members import joining
from kernel.members.errors import CannotMerge, UnknownMember
from kernel.members.events import MembersMerged, aggregate_of
from kernel.members.models import (
    Address,
    Consent,
    Favourite,
    Footprint,
    Identity,
    InvoiceProfile,
    Member,
    MemberSession,
    MemberTag,
)


@transaction.atomic
def merge_members(
    kept_id: UUID, absorbed_id: UUID, *, actor: Actor, reason: str, now: datetime
) -> Member:
    """Hand everything of one account over to another, and close it.

    Devices stay signed in, in the account that stays. Other parts of the shop
    have joined in by `kernel.members.joining.on_merge`.

    Raises:
        UnknownMember: there is no such account.
        CannotMerge: the same account twice, or one that is closed for good.
    """
    if kept_id == absorbed_id:
        raise CannotMerge
    # Before any row is locked: whoever joins has locks of his own that come first.
    joining.merge(kept_id, absorbed_id, actor=actor, now=now)
    locked = {
        member.id: member
        for member in Member.objects.select_for_update(no_key=True)
        .filter(pk__in=[kept_id, absorbed_id])
        .order_by("pk")
    }
    if len(locked) != 2:  # noqa: PLR2004  two accounts are what is merged
        raise UnknownMember
    kept, absorbed = locked[kept_id], locked[absorbed_id]
    if any(m.anonymised_at or m.merged_into_id for m in locked.values()):
        raise CannotMerge
    login, password = absorbed.login, absorbed.password
    absorbed.login, absorbed.password, absorbed.is_active = None, "", False
    absorbed.merged_into = kept
    absorbed.save(update_fields=["login", "password", "is_active", "merged_into"])
    kept.login, kept.password = kept.login or login, kept.password or password
    kept.advisor_id = kept.advisor_id or absorbed.advisor_id
    kept.save(update_fields=["login", "password", "advisor"])
    _hand_over(kept_id, absorbed_id)
    record(
        action="members.merged",
        actor=actor,
        obj=kept,
        after={"absorbed": absorbed.public_id},
        reason=reason,
        now=now,
    )
    publish(
        MembersMerged(kept_id=kept_id, absorbed_id=absorbed_id), aggregate=aggregate_of(kept_id)
    )
    return kept


def _hand_over(kept_id: UUID, absorbed_id: UUID) -> None:
    whole: tuple[QuerySet[Any], ...] = (
        Identity.objects.all(),
        MemberSession.objects.all(),
        Consent.objects.all(),
    )
    for rows in whole:
        rows.filter(member_id=absorbed_id).update(member_id=kept_id)
    with_default: tuple[QuerySet[Any], ...] = (Address.objects.all(), InvoiceProfile.objects.all())
    for rows in with_default:
        theirs = rows.filter(member_id=absorbed_id)
        if rows.filter(member_id=kept_id, is_default=True).exists():
            theirs.filter(is_default=True).update(is_default=False)
        theirs.update(member_id=kept_id)
    things = ("kind", "object_id")
    once: tuple[tuple[QuerySet[Any], tuple[str, ...]], ...] = (
        (Favourite.objects.all(), things),
        (Footprint.objects.all(), things),
        (MemberTag.objects.all(), ("name",)),
    )
    for rows, columns in once:
        _hand_over_once(rows, columns, kept_id, absorbed_id)


def _hand_over_once(
    rows: QuerySet[Any], columns: tuple[str, ...], kept_id: UUID, absorbed_id: UUID
) -> None:
    """Hand over what the other does not have, and drop what he has."""
    kept = set(rows.filter(member_id=kept_id).values_list(*columns))
    theirs = rows.filter(member_id=absorbed_id)
    double = [pk for pk, *thing in theirs.values_list("pk", *columns) if tuple(thing) in kept]
    theirs.filter(pk__in=double).delete()
    theirs.update(member_id=kept_id)
