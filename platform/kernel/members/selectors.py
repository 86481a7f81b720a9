"""What can be asked about members."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from kernel.access.scopes import advisor_for, may_act
from kernel.members.models import Identity, MailboxMessage, Member, MemberSession


def visible_members(permission: str = "members.view") -> QuerySet[Member]:
    """Return the members for whom whoever acts has a permission: all, or those looked after."""
    if not may_act(permission):
        return Member.objects.none()
    advisor = advisor_for(permission)
    return Member.objects.all() if advisor is None else Member.objects.filter(advisor_id=advisor)


def sessions_of(member_id: UUID, *, now: datetime) -> QuerySet[MemberSession]:
    """Return where a member is signed in, the latest used first."""
    return MemberSession.objects.filter(
        member_id=member_id, revoked_at=None, expires_at__gt=now
    ).order_by("-last_seen_at", "-id")


def identities_of(member_id: UUID) -> QuerySet[Identity]:
    """Return by what a member is known."""
    return Identity.objects.filter(member_id=member_id).order_by("created_at", "id")


def standing_account(member_id: UUID) -> Member | None:
    """Return the account that a member's things are in now, also after accounts were joined."""
    member = Member.objects.filter(pk=member_id).first()
    while member is not None and member.merged_into_id:
        member = Member.objects.filter(pk=member.merged_into_id).first()
    return member


def mailbox_messages() -> QuerySet[MailboxMessage]:
    """Return what this installation would have sent to the tenant's members, the latest first.

    None where a gateway is set: what stood there before is nobody's business.
    """
    is_mailbox = "members.messages.mailbox" in settings.STOA_SMS_PROVIDER + settings.EMAIL_BACKEND
    rows = MailboxMessage.objects.order_by("-id")
    return rows if is_mailbox else rows.none()
