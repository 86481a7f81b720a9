"""Names in which text messages go out: asked for by a shop, decided by the platform."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.notifications.choices import SignState
from kernel.notifications.errors import InvalidChoice, SignNotApproved, UnknownSign
from kernel.notifications.models import SmsSign

MOST_SIGNS: Final = 10
# What Chinese carriers register: two to twelve letters, digits or characters.
_TEXT: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{2,12}")


def signs() -> QuerySet[SmsSign]:
    """Return the names of the shop, the one in use first."""
    return SmsSign.objects.order_by("-is_usual", "text")


def usual_sign() -> str:
    """Return the name in which text messages go out; empty while none is approved."""
    rows = SmsSign.objects.filter(is_usual=True, state=SignState.APPROVED)
    return rows.values_list("text", flat=True).first() or ""


@transaction.atomic
def ask_for_sign(text: str, *, actor: Actor, now: datetime) -> SmsSign:
    """Ask the platform to have a name registered; one that was refused is asked for again.

    Raises:
        InvalidChoice: carriers take no such name, or there are too many.
    """
    wanted = text.strip()
    if not _TEXT.fullmatch(wanted):
        told = _("Two to twelve letters, digits or Chinese characters.")
        raise InvalidChoice(told, field="text")
    if SmsSign.objects.exclude(text=wanted).count() >= MOST_SIGNS:
        raise InvalidChoice(_("At most %(number)s names.") % {"number": MOST_SIGNS}, field="text")
    row, _is_new = SmsSign.objects.select_for_update().get_or_create(text=wanted)
    if row.state == SignState.REFUSED:
        row.state, row.reason, row.decided_at = SignState.WAITING, "", None
        row.save(update_fields=["state", "reason", "decided_at"])
    record(action="notifications.sign_asked", actor=actor, obj=row, after={"name": wanted}, now=now)
    return row


@transaction.atomic
def decide_sign(
    text: str, *, is_approved: bool, reason: str = "", actor: Actor, now: datetime
) -> SmsSign:
    """Decide on a name; for the platform alone. The first that is approved is used.

    Raises:
        UnknownSign: nobody asked for it.
    """
    row = SmsSign.objects.select_for_update().filter(text=text).first()
    if row is None:
        raise UnknownSign
    before = row.state
    row.state = SignState.APPROVED if is_approved else SignState.REFUSED
    row.reason, row.decided_at = reason.strip()[:200], now
    others = SmsSign.objects.filter(is_usual=True).exclude(pk=row.pk)
    row.is_usual = is_approved and (row.is_usual or not others.exists())
    row.save(update_fields=["state", "reason", "decided_at", "is_usual"])
    record(
        action="notifications.sign_decided",
        actor=actor,
        obj=row,
        before={"state": before},
        after={"name": row.text, "state": row.state},
        reason=row.reason,
        now=now,
    )
    return row


@transaction.atomic
def choose_sign(sign_id: UUID, *, actor: Actor, now: datetime) -> SmsSign:
    """Have text messages go out in a name from now on.

    Raises:
        UnknownSign: there is none.
        SignNotApproved: the platform has not approved it.
    """
    rows = {row.pk: row for row in SmsSign.objects.select_for_update().order_by("pk")}
    row = rows.get(sign_id)
    if row is None:
        raise UnknownSign
    if row.state != SignState.APPROVED:
        raise SignNotApproved
    SmsSign.objects.filter(is_usual=True).exclude(pk=row.pk).update(is_usual=False)
    row.is_usual = True
    row.save(update_fields=["is_usual"])
    record(
        action="notifications.sign_chosen", actor=actor, obj=row, after={"name": row.text}, now=now
    )
    return row


@transaction.atomic
def drop_sign(sign_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Use a name no more.

    Raises:
        UnknownSign: there is none.
    """
    row = SmsSign.objects.select_for_update().filter(pk=sign_id).first()
    if row is None:
        raise UnknownSign
    record(
        action="notifications.sign_dropped",
        actor=actor,
        obj=row,
        before={"name": row.text},
        now=now,
    )
    row.delete()
