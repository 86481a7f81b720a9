"""Writes entries."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db import transaction

from __package__.errors import TooManyEntries
from __package__.models import Entry
from kernel.members.models import Member
from kernel.settings.services import get_settings


@transaction.atomic
def leave_entry(member_id: UUID, *, text: str) -> Entry:
    """Keep a line for a member.

    Raises:
        TooManyEntries: the member has as many as the tenant allows.
    """
    # Two of one member's requests together would both find one place left.
    Member.objects.select_for_update(no_key=True).only("id").get(pk=member_id)
    most = cast("int", get_settings("__code__")["most_entries"])
    if Entry.objects.filter(member_id=member_id).count() >= most:
        raise TooManyEntries(most=most)
    return Entry.objects.create(member_id=member_id, text=text.strip()[:200])
