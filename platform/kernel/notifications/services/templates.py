"""A tenant's own words for messages: saved, taken back, looked at, tried."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.notifications.addresses import web_address
from kernel.notifications.choices import Audience, MessageChannel, MessageState
from kernel.notifications.errors import InvalidChoice
from kernel.notifications.kinds import Kind
from kernel.notifications.models import Message, MessageTemplate
from kernel.notifications.services.composing import have_sent
from kernel.notifications.wording import (
    Words,
    checked,
    filled,
    known_kind,
    words_for,
    words_of_kind,
)
from kernel.tenancy.context import current_tenant


@transaction.atomic
def save_template(
    code: str, channel: str, language: str, words: Words, *, actor: Actor, now: datetime
) -> Words:
    """Say something in words of one's own from now on.

    Raises:
        UnknownKind: there is no such kind, or it is not sent by this channel.
        InvalidTemplate: the words cannot be kept; ``variable`` names one that is unknown.
    """
    kind = known_kind(code, channel, language)
    kept = checked(kind, channel, words)
    before = words_for(kind, channel, language)
    if kept == words_of_kind(kind, channel, language):
        MessageTemplate.objects.filter(kind=code, channel=channel, language=language).delete()
    else:
        MessageTemplate.objects.update_or_create(
            kind=code,
            channel=channel,
            language=language,
            defaults={"subject": kept.subject, "body": kept.body, "changed_at": now},
        )
    _note((code, channel, language), before, kept, actor=actor)
    return kept


@transaction.atomic
def reset_template(code: str, channel: str, language: str, *, actor: Actor) -> Words:
    """Go back to the words that a kind brings along.

    Raises:
        UnknownKind: there is no such kind.
    """
    kind = known_kind(code, channel, language)
    before, after = words_for(kind, channel, language), words_of_kind(kind, channel, language)
    gone, _by_model = MessageTemplate.objects.filter(
        kind=code, channel=channel, language=language
    ).delete()
    if gone:
        _note((code, channel, language), before, after, actor=actor)
    return after


def preview(code: str, channel: str, language: str, words: Words | None = None) -> Words:
    """Return what a message would say, with samples for its variables.

    Raises:
        UnknownKind: there is no such kind, or it is not sent by this channel.
        InvalidTemplate: the words cannot be kept.
    """
    kind = known_kind(code, channel, language)
    told = checked(kind, channel, words or words_for(kind, channel, language))
    return filled(told, sample_values(kind))


@transaction.atomic
def send_test(
    code: str, channel: str, language: str, *, to: Staff, actor: Actor, now: datetime
) -> Message:
    """Send a message with samples to a member of the staff, in the inbox or by e-mail.

    Raises:
        UnknownKind: there is no such kind, or it is not sent by this channel.
        InvalidChoice: tests are not sent as text messages, which cost; printers have their own.
    """
    if channel in {MessageChannel.SMS, MessageChannel.PRINTER}:
        raise InvalidChoice(field="channel")
    told = preview(code, channel, language)
    is_inbox = channel == MessageChannel.INBOX
    row = Message.objects.create(
        key=uuid7(),
        kind=code,
        channel=channel,
        staff=to,
        recipient="" if is_inbox else to.email,
        language=language,
        subject=told.subject,
        body=told.body,
        is_test=True,
        state=MessageState.SENT if is_inbox else MessageState.WAITING,
        next_at=now,
        sent_at=now if is_inbox else None,
    )
    record(action="notifications.tested", actor=actor, obj=row, after={"kind": code}, now=now)
    have_sent(None if is_inbox else now)
    return row


def sample_values(kind: Kind) -> dict[str, str]:
    """Return what previews say for the variables of a kind."""
    is_buyer = kind.audience == Audience.MEMBER
    own = {name: each.sample for name, each in kind.variables.items()}
    link = web_address("store" if is_buyer else "console", "/")
    return {**own, "shop": current_tenant().brand.name, "link": link}


def _note(place: tuple[str, str, str], before: Words, after: Words, *, actor: Actor) -> None:
    record(
        action="notifications.template_changed",
        actor=actor,
        obj=("message_template", ":".join(place)),
        before={"subject": before.subject, "body": before.body},
        after={"name": place[0], "subject": after.subject, "body": after.body},
    )
