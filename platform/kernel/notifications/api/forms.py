"""What the APIs of messages take and answer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from kernel.notifications.choices import Audience, MessageChannel, MessageState, Topic
from kernel.notifications.kinds import Kind
from kernel.notifications.models import MemberChoice, Message
from kernel.notifications.policy import MOST_A_DAY, MOST_SMS, Policy
from kernel.notifications.selectors import CHOSEN
from kernel.notifications.wording import LONGEST_BODY, LONGEST_SUBJECT, known_variables


class InboxMessage(serializers.Serializer[Any]):
    """A message in a member's inbox."""

    id = serializers.CharField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    body = serializers.CharField()
    link = serializers.CharField(help_text="Path of the page that it is about, or nothing.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class UnreadShown(serializers.Serializer[Any]):
    """How many messages were not read; 100 stands for more than 99."""

    unread = serializers.IntegerField()


class ChoiceTold(serializers.Serializer[Any]):
    """In which language a member is written to, and what he does not want."""

    language = serializers.ChoiceField(
        choices=["", *(code for code, _name in settings.LANGUAGES)], default="", allow_blank=True
    )
    unwanted = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=len(CHOSEN),
        default=list,
        help_text=f"Of {', '.join(f'`{each}`' for each in CHOSEN)}.",
    )


class LinkTold(serializers.Serializer[Any]):
    """The token of a link in a letter."""

    token = serializers.CharField(max_length=500)


class Declined(serializers.Serializer[Any]):
    """What was declined."""

    topic = serializers.ChoiceField(choices=Topic.choices)
    channel = serializers.ChoiceField(choices=MessageChannel.choices)


class KindShown(serializers.Serializer[Any]):
    """A kind of message."""

    code = serializers.CharField()
    title = serializers.CharField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    topic = serializers.ChoiceField(choices=Topic.choices)
    channels = serializers.ListField(child=serializers.CharField())
    possible = serializers.ListField(child=serializers.CharField())
    variables = serializers.DictField(child=serializers.CharField())


class WordsTold(serializers.Serializer[Any]):
    """The words of a template, with ``{{ variables }}``."""

    subject = serializers.CharField(max_length=LONGEST_SUBJECT, allow_blank=True, default="")
    body = serializers.CharField(max_length=LONGEST_BODY)


class WordsShown(serializers.Serializer[Any]):
    """The words of a template, and what a message would say with samples."""

    subject = serializers.CharField()
    body = serializers.CharField()
    sample_subject = serializers.CharField()
    sample_body = serializers.CharField()


class MessagesAsked(serializers.Serializer[Any]):
    """Which messages a list shows."""

    kind = serializers.CharField(required=False, max_length=60, default="")
    channel = serializers.ChoiceField(choices=MessageChannel.choices, required=False, default="")
    state = serializers.ChoiceField(choices=MessageState.choices, required=False, default="")
    q = serializers.CharField(required=False, max_length=100, default="")


class MessageShown(serializers.Serializer[Any]):
    """A message in the log; addresses are shown to those who may see them."""

    id = serializers.CharField()
    kind = serializers.CharField()
    channel = serializers.ChoiceField(choices=MessageChannel.choices)
    recipient = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=MessageState.choices)
    reason = serializers.CharField()
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class MessagePolicyForm(serializers.Serializer[Any]):
    """How messages are sent."""

    channels = serializers.DictField(
        child=serializers.ListField(
            child=serializers.ChoiceField(choices=MessageChannel.choices), max_length=3
        ),
        default=dict,
        help_text="By which channels a kind is sent, where that differs from what is usual.",
    )
    quiet_from = serializers.TimeField(allow_null=True, default=None)
    quiet_until = serializers.TimeField(allow_null=True, default=None)
    a_day = serializers.IntegerField(min_value=0, max_value=MOST_A_DAY, default=30)
    sms_a_day = serializers.IntegerField(min_value=0, max_value=MOST_SMS, default=500)


def inbox_data(row: Message) -> dict[str, Any]:
    """Return a message as its reader sees it."""
    names = [name for name in InboxMessage().get_fields() if name != "id"]
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}


def message_data(row: Message, recipient: str) -> dict[str, Any]:
    """Return a message of the log."""
    shown = {"id", "recipient", "next_at"}
    names = [name for name in MessageShown().get_fields() if name not in shown]
    return {
        "id": row.public_id,
        "recipient": recipient,
        "next_at": row.next_at if row.state == MessageState.WAITING else None,
        **{name: getattr(row, name) for name in names},
    }


def kind_data(kind: Kind, policy: Policy) -> dict[str, Any]:
    """Return a kind of message."""
    return {
        "code": kind.code,
        "title": str(kind.title),
        "audience": kind.audience,
        "topic": kind.topic,
        "channels": policy.channels_of(kind),
        "possible": list(kind.possible),
        "variables": known_variables(kind),
    }


def choice_data(row: MemberChoice) -> dict[str, Any]:
    """Return what a member chose."""
    return {"language": row.language, "unwanted": row.unwanted}
