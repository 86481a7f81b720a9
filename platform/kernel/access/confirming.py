"""Asks staff for the password again, before what could lead the shop's money elsewhere.

A session that is left open, or taken, is not enough for that. Having just signed in
counts; what was confirmed counts for ten minutes in the same session.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff
from kernel.common.errors import DomainError
from kernel.common.ratelimit import Limit, WhenDown

LASTS: Final = timedelta(minutes=10)
GUESSED: Final = Limit("staff_confirm", "8/5minute;40/day", WhenDown.REFUSE)
_KEY: Final = "confirmed_at"


class ConfirmationNeeded(DomainError):
    """The password has to be typed again first."""

    code = "access.confirmation_needed"
    status = 403
    title = _("Please confirm with your password that it is you.")


class ConfirmationRefused(DomainError):
    """Not the password of whoever is signed in."""

    code = "access.confirmation_refused"
    status = 422
    title = _("This is not your present password.")


def note_confirmed(session: SessionBase, *, now: datetime) -> None:
    """Note that whoever holds the session has just proved who he is."""
    session[_KEY] = now.timestamp()


def is_confirmed(session: SessionBase, *, now: datetime) -> bool:
    """Tell whether that was less than ten minutes ago."""
    age = now.timestamp() - float(session.get(_KEY, 0))
    return 0 <= age < LASTS.total_seconds()


def confirm(session: SessionBase, person: Staff, password: str, *, now: datetime) -> None:
    """Check a password that was typed again.

    Raises:
        ConfirmationRefused: it is another one.
        RateLimited, RateLimitUnavailable: it was tried too often, or nobody can count.
    """
    GUESSED.check(person.public_id)
    if not person.check_password(password):
        raise ConfirmationRefused(field="password")
    note_confirmed(session, now=now)
