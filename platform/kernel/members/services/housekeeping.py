"""Forgets what nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.members.messages.mailbox import purge_mailbox
from kernel.members.models import Footprint, MemberSession
from kernel.members.services.balances import hand_over_late
from kernel.members.services.codes import purge_codes

FOOTPRINTS_KEPT: Final = timedelta(days=90)
SESSIONS_KEPT: Final = timedelta(days=30)


def purge_nightly(*, now: datetime) -> None:
    """Delete old codes, demo messages, footprints and sessions; what a schedule calls.

    What came late to an account that has become another's follows it.
    """
    purge_codes(now=now)
    purge_mailbox(now=now)
    Footprint.objects.filter(seen_at__lt=now - FOOTPRINTS_KEPT).delete()
    MemberSession.objects.filter(expires_at__lt=now - SESSIONS_KEPT).delete()
    hand_over_late(now=now)
