"""Lets a helper in for a time: with certain roles, by a link that works once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.access.models import RoleAssignment, Staff, SupportAccess
from kernel.access.sessions import end_sessions
from kernel.access.staffing import granted_roles
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError

HOURS: Final = (1, 4, 24, 72)
_LONGEST_REASON: Final = 200


class InvalidSupport(DomainError):
    """No reason, no role, or longer than anybody may be let in."""

    code = "access.invalid_support"
    status = 422
    title = gettext_lazy("A reason, at least one role and a time of at most three days are needed.")


class SupportOver(DomainError):
    """The link was used, has run out, or never was one."""

    code = "access.support_over"
    status = 404
    title = gettext_lazy("This link does not work any more. Ask for a new one.")


def open_supports(*, now: datetime) -> QuerySet[SupportAccess]:
    """Return who is let in at this moment, the latest first."""
    rows = SupportAccess.objects.select_related("staff").filter(ended_at=None)
    return rows.filter(staff__expires_at__gt=now).order_by("-id")


@transaction.atomic
def give_support(
    *,
    reason: str,
    hours: int,
    role_ids: Sequence[UUID],
    by: Staff,
    actor: Actor,
    now: datetime,
    name: str = "",
) -> tuple[SupportAccess, str]:
    """Let a helper in for some hours; return the access, and what its link ends with.

    Without a name the helper is called support.

    Raises:
        InvalidSupport: no reason, no role, or no time that is offered.
        BeyondOwnRights: the roles hold more than whoever gives them has.
        UnknownStaff: there is no such role.
    """
    why = reason.replace("\x00", "").strip()
    if not 0 < len(why) <= _LONGEST_REASON or hours not in HOURS or not role_ids:
        raise InvalidSupport
    roles = granted_roles(role_ids, by)
    person = Staff.objects.create(
        email=f"support-{token_hex(8)}@support.invalid",
        name=name or _("Support"),
        password=make_password(None),
        expires_at=now + timedelta(hours=hours),
        stores=list(by.stores),
    )
    RoleAssignment.objects.bulk_create([RoleAssignment(staff=person, role=role) for role in roles])
    token = token_urlsafe(32)
    row = SupportAccess.objects.create(
        staff=person, token_hash=_hash(token), reason=why, given_by=by.name, created_at=now
    )
    after = {"hours": hours, "roles": [role.name for role in roles]}
    record(action="access.support_given", actor=actor, obj=person, after=after, reason=why, now=now)
    return row, token


def new_link(row: SupportAccess) -> str:
    """Return what another link to an access ends with; the earlier one works no more."""
    token = token_urlsafe(32)
    row.token_hash, row.used_at = _hash(token), None
    row.save(update_fields=["token_hash", "used_at"])
    return token


def waiting_support(token: str, *, now: datetime) -> SupportAccess:
    """Return what a link lets into; it stays usable.

    Raises:
        SupportOver: it does not work any more.
    """
    row = open_supports(now=now).filter(token_hash=_hash(token), used_at=None).first()
    if row is None:
        raise SupportOver
    return row


@transaction.atomic
def use_support(token: str, *, now: datetime) -> tuple[Staff, str]:
    """Take a link, which then works no more; return whom to sign in, and who let them in.

    Raises:
        SupportOver: it does not work any more.
    """
    rows = open_supports(now=now).select_for_update(of=("self",))
    row = rows.filter(token_hash=_hash(token), used_at=None).first()
    if row is None:
        raise SupportOver
    row.used_at = now
    row.save(update_fields=["used_at"])
    person = row.staff
    actor = Actor(kind="staff", id=person.public_id, name=person.name)
    record(action="access.support_used", actor=actor, obj=person, reason=row.reason, now=now)
    return person, row.given_by


@transaction.atomic
def end_support(public_id: str, *, actor: Actor, now: datetime) -> None:
    """Let a helper in no more, from the next click on.

    Raises:
        SupportOver: nobody is let in by this any more.
    """
    row = next((each for each in open_supports(now=now) if each.public_id == public_id), None)
    if row is None:
        raise SupportOver
    person = row.staff
    row.ended_at, person.is_active, person.expires_at = now, False, now
    row.save(update_fields=["ended_at"])
    person.save(update_fields=["is_active", "expires_at"])
    end_sessions(person, actor=actor, now=now)
    record(action="access.support_ended", actor=actor, obj=person, reason=row.reason, now=now)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
