"""Announces something in consoles for a time.

Consoles read what is announced from the cache, so that no page costs a statement more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import get_language
from redis import RedisError

from channel_center.operations.choices import AnnouncedTo, Urgency
from channel_center.operations.errors import InvalidAnnouncement, UnknownAnnouncement
from channel_center.operations.models import Announcement
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.backoffice.announcing import Announced
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context

LONGEST: Final = timedelta(days=60)
_KEY: Final = "operations:announcements"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementDraft:
    """What shall be announced; see `Announcement`."""

    text_zh: str
    text_en: str
    audience: str
    urgency: str
    starts_at: datetime
    ends_at: datetime


@public_context()
@transaction.atomic
def announce(draft: AnnouncementDraft, *, actor: Actor) -> Announcement:
    """Show something at the top of consoles.

    Raises:
        InvalidAnnouncement: ``field`` says what cannot be used.
    """
    texts = {"text_zh": draft.text_zh.strip(), "text_en": draft.text_en.strip()}
    for name, text in texts.items():
        if not text:
            raise InvalidAnnouncement(field=name)
    if draft.audience not in AnnouncedTo.values:
        raise InvalidAnnouncement(field="audience")
    if draft.urgency not in Urgency.values:
        raise InvalidAnnouncement(field="urgency")
    if not timedelta(0) < draft.ends_at - draft.starts_at <= LONGEST:
        raise InvalidAnnouncement(field="ends_at")
    row = Announcement.objects.create(
        **texts,
        audience=draft.audience,
        urgency=draft.urgency,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        made_by=actor.name[:200],
    )
    after = {"title": row.text_en, "audience": row.audience}
    record(
        action="operations.announced", actor=actor, obj=("announcement", row.public_id), after=after
    )
    transaction.on_commit(keep_at_hand)
    return row


@public_context()
@transaction.atomic
def withdraw(announcement_id: UUID, *, actor: Actor) -> None:
    """Show an announcement no more; again changes nothing.

    Raises:
        UnknownAnnouncement: there is none.
    """
    row = Announcement.objects.select_for_update().filter(pk=announcement_id).first()
    if row is None:
        raise UnknownAnnouncement
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = utc_now()
    row.save(update_fields=["withdrawn_at"])
    record(
        action="operations.announcement_withdrawn",
        actor=actor,
        obj=("announcement", row.public_id),
        after={"title": row.text_en},
    )
    transaction.on_commit(keep_at_hand)


@public_context()
def keep_at_hand() -> None:
    """Put what is announced now or later where consoles read it."""
    rows = Announcement.objects.filter(withdrawn_at=None, ends_at__gt=utc_now())
    told = [
        {
            "id": row.public_id,
            "zh": row.text_zh,
            "en": row.text_en,
            "audience": row.audience,
            "urgency": row.urgency,
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat(),
        }
        for row in rows.order_by("starts_at")
    ]
    try:
        cache.set(_KEY, json.dumps(told), timeout=None)
    except RedisError as error:
        _log.warning("announcements_not_kept", error=str(error))


def shown_to(*, is_shop: bool) -> list[Announced]:
    """Return what a console shows at this moment, in the reader's language; no query."""
    try:
        with public_context():
            text = cache.get(_KEY)
    except RedisError:
        return []
    if not text:
        return []
    now, language = utc_now(), get_language() or ""
    wanted = {AnnouncedTo.ALL, AnnouncedTo.SHOPS if is_shop else AnnouncedTo.PARTNERS}
    return [
        Announced(
            id=row["id"],
            text=row["en"] if language.startswith("en") else row["zh"],
            urgency=row["urgency"],
        )
        for row in json.loads(text)
        if row["audience"] in wanted
        and datetime.fromisoformat(row["starts_at"]) <= now < datetime.fromisoformat(row["ends_at"])
    ]
