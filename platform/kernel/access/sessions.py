"""Where staff are signed in: noted at sign-in, shown to the person, ended from elsewhere.

Django's own table decides whether a session lasts. Beside it stands what people can
tell a sign-in by; ending one deletes its row there, so that no request has to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff, StaffSession
from kernel.access.tasks import announce_sign_in
from kernel.audit.actor import Actor
from kernel.audit.canonical import normal_ip
from kernel.audit.services import record
from kernel.common.errors import DomainError

KNOWN_FOR: Final = timedelta(days=180)
_TOUCHED_EVERY: Final = timedelta(minutes=5)
_LONGEST_AGENT: Final = 200
_ROW, _SEEN = "staff_session", "seen_at"


class UnknownSession(DomainError):
    """The person is signed in nowhere like this."""

    code = "access.unknown_session"
    status = 404
    title = _("There is no such sign-in any more.")


@dataclass(frozen=True, slots=True)
class Came:
    """Where a sign-in came from.

    Attributes:
        device: what the browser was given the last time; empty for a new one.
        agent: how it calls itself.
    """

    device: str
    agent: str
    ip: str


@transaction.atomic
def note_sign_in(session: SessionBase, person: Staff, came: Came, *, now: datetime) -> str:
    """Note a sign-in that has just been let in; return what the device is known by from now on.

    A letter goes to the person when the device is a new one.
    """
    if session.session_key is None:
        session.save()
    device = came.device or token_urlsafe(24)
    own = StaffSession.objects.filter(staff=person)
    own.filter(last_seen_at__lt=now - KNOWN_FOR).delete()
    is_known = bool(came.device) and own.filter(device=_hash(device)).exists()
    row = StaffSession.objects.create(
        staff=person,
        key=session.session_key or "",
        device=_hash(device),
        agent=came.agent[:_LONGEST_AGENT],
        ip=normal_ip(came.ip) or None,
        created_at=now,
        last_seen_at=now,
    )
    session[_ROW], session[_SEEN] = row.public_id, now.timestamp()
    if not is_known:
        announce_sign_in(row)
    return device


def touch_session(session: SessionBase, *, now: datetime) -> None:
    """Note that a sign-in is in use; written once in five minutes."""
    seen = session.get(_SEEN)
    if seen is None or now.timestamp() - float(seen) < _TOUCHED_EVERY.total_seconds():
        return
    session[_SEEN] = now.timestamp()
    StaffSession.objects.filter(key=session.session_key).update(last_seen_at=now)


def follow_key(session: SessionBase, before: str | None) -> None:
    """Note that a session has a new key; called after Django has changed it."""
    StaffSession.objects.filter(key=before or "").update(key=session.session_key)


def sessions_of(person: Staff, *, now: datetime) -> list[StaffSession]:
    """Return where a person is signed in, the latest used first."""
    rows = StaffSession.objects.filter(staff=person, ended_at=None).order_by("-last_seen_at", "-id")
    alive = Session.objects.filter(expire_date__gt=now, session_key__in=rows.values("key"))
    keys = set(alive.values_list("session_key", flat=True))
    return [row for row in rows if row.key in keys]


@transaction.atomic
def end_session(person: Staff, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Sign a person out on one device.

    Raises:
        UnknownSession: the person is not signed in there.
    """
    row = next((each for each in sessions_of(person, now=now) if each.public_id == public_id), None)
    if row is None:
        raise UnknownSession
    _end([row], now=now)
    record(action="access.session_ended", actor=actor, obj=person, after={"count": 1}, now=now)


@transaction.atomic
def end_sessions(person: Staff, *, but: str | None = None, actor: Actor, now: datetime) -> int:
    """Sign a person out everywhere, but for one session's key; return on how many devices."""
    rows = [row for row in sessions_of(person, now=now) if row.key != but]
    _end(rows, now=now)
    if rows:
        count = {"count": len(rows)}
        record(action="access.session_ended", actor=actor, obj=person, after=count, now=now)
    return len(rows)


def note_sign_out(key: str | None, *, now: datetime) -> None:
    """Note that whoever held a session signed out."""
    StaffSession.objects.filter(key=key or "", ended_at=None).update(ended_at=now)


def _end(rows: list[StaffSession], *, now: datetime) -> None:
    Session.objects.filter(session_key__in=[row.key for row in rows]).delete()
    StaffSession.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now)


def _hash(device: str) -> str:
    return sha256(device.encode()).hexdigest()
