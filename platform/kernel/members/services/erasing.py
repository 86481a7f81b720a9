"""Closes an account for good and erases the person from it.

The row stays, without anything that names him, so that orders and ledgers keep
whom they belong to. Other parts of the shop have joined in by
`kernel.members.joining.on_erase`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.idempotency.actors import noted_actor
from kernel.common.idempotency.models import IdempotencyRecord
from kernel.common.masking import mask_text
from kernel.common.outbox.publishing import publish
from kernel.members import joining
from kernel.members.errors import ReasonNeeded, UnknownMember
from kernel.members.events import MemberAnonymised, aggregate_of
from kernel.members.models import (
    Address,
    Favourite,
    Footprint,
    Identity,
    InvoiceProfile,
    MailboxMessage,
    Member,
    MemberSession,
    MemberTag,
    OneTimeCode,
)
from kernel.members.services.codes import target_digest
from kernel.tenancy.context import current_tenant


@transaction.atomic
def anonymise(member_id: UUID, *, actor: Actor, reason: str, now: datetime) -> None:
    """Erase a person; what he bought stays as it was. Repeating changes nothing.

    Raises:
        UnknownMember: there is no such member.
        ReasonNeeded: staff gave no reason.
    """
    if actor.kind == "staff" and not reason.strip():
        raise ReasonNeeded
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
    if member is None:
        raise UnknownMember
    if member.anonymised_at is not None:
        return
    # First, while it can still be told which messages and codes were his.
    joining.erase(member_id, now=now)
    _forget_messages(member)
    _forget_replies(member_id)
    personal: tuple[QuerySet[Any], ...] = (
        Identity.objects.all(),
        MemberSession.objects.all(),
        Address.objects.all(),
        InvoiceProfile.objects.all(),
        Favourite.objects.all(),
        Footprint.objects.all(),
        MemberTag.objects.all(),
    )
    for rows in personal:
        rows.filter(member_id=member_id).delete()
    with translation.override(current_tenant().locale):
        member.name = _("Former member")
    member.login, member.password, member.is_active = None, "", False
    member.disabled_reason, member.anonymised_at, member.advisor_id = "", now, None
    member.save()
    # What a person writes as a reason may name the other one.
    record(action="members.anonymised", actor=actor, obj=member, reason=mask_text(reason), now=now)
    publish(MemberAnonymised(member_id=member_id), aggregate=aggregate_of(member_id))


def _forget_messages(member: Member) -> None:
    subjects = set(Identity.objects.filter(member=member).values_list("subject", flat=True))
    subjects |= {member.login} if member.login else set()
    MailboxMessage.objects.filter(recipient__in=subjects).delete()
    digests = [target_digest(subject) for subject in subjects]
    OneTimeCode.objects.filter(target_digest__in=digests).delete()


def _forget_replies(member_id: UUID) -> None:
    """Forget the answers that were kept for repeated requests of his devices."""
    hashes = MemberSession.objects.filter(member_id=member_id).values_list("token_hash", flat=True)
    actors = [noted_actor(f"member:{each}") for each in hashes]
    IdempotencyRecord.objects.filter(actor__in=actors).delete()
