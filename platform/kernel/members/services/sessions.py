"""Signs members in and out.

Tokens are random, live in the member's cookie or app, and are stored hashed: who
reads the table cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.common.db.kept import Kept
from kernel.members.errors import NotKept
from kernel.members.joining import tell_sign_in
from kernel.members.models import Member, MemberSession

SESSION_LIFETIME: Final = timedelta(days=30)
_SEEN_EVERY: Final = timedelta(minutes=5)
_TOKEN_BYTES: Final = 32
_LONGEST_TOKEN: Final = 128
_OPEN: Final = Kept(
    lambda token, now: MemberSession.objects.select_related("member").filter(
        token_hash=token, revoked_at=None, expires_at__gt=now, member__is_active=True
    ),
    token=str,
    now=datetime,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member and the secret with which requests prove to come from him."""

    member: Member
    token: str


def open_session(member: Member, *, device: str, now: datetime) -> SignedIn:
    """Sign a member in who has proved by some means to be himself."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    MemberSession.objects.create(
        member=member,
        token_hash=token_hash(token),
        device=device[:120],
        last_seen_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    tell_sign_in(member, now)
    return SignedIn(member, token)


def current_member(token: str, *, now: datetime) -> Member | None:
    """Return whom a token belongs to, or None when it is unknown or over; one query."""
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    found = _OPEN(token=token_hash(token), now=now)
    if not found:
        return None
    [session] = found
    if now - session.last_seen_at > _SEEN_EVERY:
        MemberSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    member: Member = session.member
    return member


def sign_out(token: str, *, now: datetime) -> None:
    """End the session of a token; an unknown one ends nothing."""
    MemberSession.objects.filter(token_hash=token_hash(token), revoked_at=None).update(
        revoked_at=now
    )


def revoke_session(member_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """End one of a member's own sessions.

    Raises:
        NotKept: he has no such session, or it is over.
    """
    ended = MemberSession.objects.filter(
        pk=session_id, member_id=member_id, revoked_at=None
    ).update(revoked_at=now)
    if not ended:
        raise NotKept


def revoke_sessions(member_id: UUID, *, now: datetime, but: str = "") -> int:
    """End all of a member's sessions but the one of a token; return how many."""
    open_ones = MemberSession.objects.filter(member_id=member_id, revoked_at=None)
    if but:
        open_ones = open_ones.exclude(token_hash=token_hash(but))
    return open_ones.update(revoked_at=now)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
