"""Writes the messages of an event, each once, for whoever is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation

from kernel.access.models import Reach, RoleAssignment, present_staff
from kernel.access.permissions import ALL
from kernel.common.outbox.events import Envelope, Event
from kernel.common.time import utc_now
from kernel.members.choices import Proof
from kernel.members.models import Identity
from kernel.members.selectors import standing_account
from kernel.notifications.addresses import web_address
from kernel.notifications.choices import (
    Audience,
    MessageChannel,
    MessageState,
    Skipped,
)
from kernel.notifications.kinds import Kind, Telling
from kernel.notifications.metered import SMS
from kernel.notifications.models import MemberChoice, Message, Printer
from kernel.notifications.policy import Policy, current_policy, end_of_quiet
from kernel.notifications.wording import Words, filled, words_for
from kernel.quotas.services import take_each
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask
from kernel.tenancy.simulation import is_simulation
from kernel.tenancy.tasks import enqueue

SENDING: Final = "notifications.sending"
_DAY: Final = timedelta(days=1)
# What comes to light later, by an import or after a long outage, is no news to anybody.
_NEWS: Final = timedelta(days=3)
_TO_MEMBERS: Final = (MessageChannel.EMAIL, MessageChannel.SMS)


@dataclass(slots=True)
class Recipient:
    """Somebody who is told, and how he can be reached.

    Attributes:
        name: of what makes the message his: the same person is told once.
        addresses: by channel.
        unwanted: ``topic:channel`` of what he declined.
    """

    name: str
    language: str
    member_id: UUID | None = None
    staff_id: UUID | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    unwanted: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a message is made of, whoever gets it; ``number`` of what one event tells."""

    kind: Kind
    telling: Telling
    policy: Policy
    event_id: UUID
    number: int


@transaction.atomic
def compose(kind: Kind, event: Event, envelope: Envelope) -> int:
    """Write what an event says to whom; return how many messages are new.

    The outbox may hand an event over again: nobody is told twice by one channel.
    """
    policy = current_policy()
    channels = policy.channels_of(kind)
    tellings = kind.tells(event) if channels else ()
    made, oldest = 0, utc_now() - _NEWS
    for number, telling in enumerate(tellings):
        if telling.at is not None and telling.at < oldest:
            continue
        for recipient in _recipients(kind, telling, channels):
            draft = Draft(kind, telling, policy, envelope.id, number)
            rows = [_message(draft, recipient, channel) for channel in channels]
            made += len(_kept([row for row in rows if row is not None]))
    return made


def have_sent(first: datetime | None) -> None:
    """Have what waits sent after the commit, or by the clock when it is due later."""
    from kernel.notifications.tasks import send

    if first is None:
        return
    ask(SENDING, first)
    if first <= utc_now():
        enqueue(send)


def _kept(rows: list[Message]) -> list[Message]:
    known = set(
        Message.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    fresh = [row for row in rows if row.key not in known]
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    waiting = [row.next_at for row in fresh if row.state == MessageState.WAITING]
    have_sent(min(waiting, default=None))
    return fresh


def _recipients(kind: Kind, telling: Telling, channels: Sequence[str]) -> Iterable[Recipient]:
    if kind.audience == Audience.STAFF:
        printers = _printers() if MessageChannel.PRINTER in channels else []
        return [*_staff(kind.permission), *printers]
    if telling.member_id is not None:
        member = member_recipient(telling.member_id)
        return [] if member is None else [member]
    addresses = {MessageChannel.EMAIL: telling.email, MessageChannel.SMS: telling.phone}
    told = {channel.value: to for channel, to in addresses.items() if to}
    name = telling.email or telling.phone
    return [Recipient(name, _usual_language(), addresses=told)] if name else []


def member_recipient(member_id: UUID) -> Recipient | None:
    """Return a member, in the account that his things are in now; None for who is gone."""
    member = standing_account(member_id)
    if member is None or member.anonymised_at is not None:
        return None
    proofs = Identity.objects.filter(member_id=member.pk, provider__in=Proof.values)
    addresses = {MessageChannel.INBOX.value: ""}
    for each in proofs.order_by(F("verified_at").asc(nulls_last=True), "created_at"):
        # Whoever typed a number need not own it, and text messages cost.
        if each.provider == Proof.EMAIL:
            addresses.setdefault(MessageChannel.EMAIL.value, each.subject)
        elif each.verified_at is not None:
            addresses.setdefault(MessageChannel.SMS.value, each.subject)
    choice = MemberChoice.objects.filter(pk=member.pk).first() or MemberChoice()
    return Recipient(
        name=member.public_id,
        language=choice.language or _usual_language(),
        member_id=member.pk,
        addresses=addresses,
        unwanted=choice.unwanted,
    )


def _staff(permission: str) -> list[Recipient]:
    """Return who may do something anywhere in the shop: alerts name things of all of it."""
    allowed = Q(role__permissions__contains=[permission]) | Q(role__permissions__contains=[ALL])
    held = RoleAssignment.objects.filter(allowed, role__reach=Reach.ALL).values("staff")
    people = present_staff(utc_now()).filter(pk__in=held, expires_at=None).order_by("pk")
    return [
        Recipient(
            name=person.public_id,
            language=person.language or _usual_language(),
            staff_id=person.pk,
            addresses={MessageChannel.INBOX.value: "", MessageChannel.EMAIL.value: person.email},
        )
        for person in people
    ]


def _printers() -> list[Recipient]:
    rows = Printer.objects.filter(is_on=True).order_by("pk")
    return [
        Recipient(
            name=row.public_id,
            language=_usual_language(),
            addresses={MessageChannel.PRINTER.value: row.pk.hex},
        )
        for row in rows
    ]


def _message(draft: Draft, to: Recipient, channel: str) -> Message | None:
    if channel not in to.addresses and to.member_id is None:
        return None
    kind, telling, now = draft.kind, draft.telling, utc_now()
    with translation.override(to.language):
        told = {name: str(value) for name, value in telling.values.items()}
    values = {**told, **_common(kind, telling)}
    words = filled(words_for(kind, channel, to.language), values)
    state, reason = _fate(kind, to, channel, draft.policy, now)
    quiet = None
    if kind.audience == Audience.MEMBER and channel in _TO_MEMBERS and not kind.is_urgent:
        quiet = end_of_quiet(draft.policy, now, current_tenant().zone)
    return Message(
        key=uuid5(draft.event_id, f"{draft.number}:{kind.code}:{channel}:{to.name}"),
        kind=kind.code,
        channel=channel,
        member_id=to.member_id,
        staff_id=to.staff_id,
        recipient=to.addresses.get(channel, ""),
        language=to.language,
        subject=_subject(words, kind, channel),
        body=words.body,
        link=telling.link,
        values=values,
        state=state,
        reason=reason,
        next_at=quiet or now,
        sent_at=now if state == MessageState.SENT else None,
        created_at=now,
    )


def _fate(
    kind: Kind, to: Recipient, channel: str, policy: Policy, now: datetime
) -> tuple[str, str]:
    """Return whether a message waits, is there already, or is not sent, and why."""
    if channel == MessageChannel.INBOX:
        return MessageState.SENT, ""
    if channel not in to.addresses:
        return MessageState.SKIPPED, Skipped.NO_ADDRESS
    if f"{kind.topic}:{channel}" in to.unwanted:
        return MessageState.SKIPPED, Skipped.UNWANTED
    if channel == MessageChannel.SMS and (not settings.STOA_SMS_PROVIDER or is_simulation()):
        return MessageState.SKIPPED, Skipped.NO_PROVIDER
    return _counted_fate(kind, to, channel, policy, now)


def _counted_fate(
    kind: Kind, to: Recipient, channel: str, policy: Policy, now: datetime
) -> tuple[str, str]:
    if kind.audience == Audience.MEMBER and _is_too_many(to, channel, policy, now):
        return MessageState.SKIPPED, Skipped.TOO_MANY
    if channel == MessageChannel.SMS and not all(take_each(SMS, [1], now=now)):
        return MessageState.SKIPPED, Skipped.OVER_PLAN
    return MessageState.WAITING, ""


def _is_too_many(to: Recipient, channel: str, policy: Policy, now: datetime) -> bool:
    counted = Message.objects.filter(
        channel=channel,
        created_at__gt=now - _DAY,
        state__in=[MessageState.WAITING, MessageState.SENT],
    )
    own = counted.filter(recipient=to.addresses[channel])
    if to.member_id is not None:
        own = counted.filter(member_id=to.member_id)
    if own[: policy.a_day].count() >= policy.a_day:
        return True
    if channel != MessageChannel.SMS:
        return False
    return counted[: policy.sms_a_day].count() >= policy.sms_a_day


def _subject(words: Words, kind: Kind, channel: str) -> str:
    return "" if channel == MessageChannel.SMS else words.subject or str(kind.title)


def _common(kind: Kind, telling: Telling) -> dict[str, str]:
    is_buyer = kind.audience == Audience.MEMBER
    link = web_address("store" if is_buyer else "console", telling.link)
    return {"shop": current_tenant().brand.name, "link": link}


def _usual_language() -> str:
    known, locale = dict(settings.LANGUAGES), current_tenant().locale.lower()
    return locale if locale in known else settings.LANGUAGES[0][0]
