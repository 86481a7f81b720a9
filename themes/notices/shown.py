"""Messages as pages show them."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.notifications.choices import MessageChannel, Topic
from kernel.notifications.models import MemberChoice, Message
from themes.fields import Json
from themes.shop.moments import moment_text


def message_data(row: Message, language: str) -> dict[str, Json]:
    """Return a message as its reader sees it."""
    return {
        "id": row.public_id,
        "subject": row.subject,
        "body": row.body,
        "href": row.link,
        "at": moment_text(row.created_at, language),
        "is_new": row.read_at is None,
    }


def choices_data(row: MemberChoice) -> dict[str, Json]:
    """Return what a member can choose, and what he chose."""
    unwanted = set(row.unwanted)
    channels = (MessageChannel.EMAIL, MessageChannel.SMS)
    languages = [("", _("The shop's language")), *settings.LANGUAGES]
    return {
        "topics": [
            {
                "label": str(topic.label),
                "channels": [
                    {
                        "value": f"{topic.value}:{channel.value}",
                        "label": str(channel.label),
                        "is_on": f"{topic.value}:{channel.value}" not in unwanted,
                    }
                    for channel in channels
                ],
            }
            for topic in Topic
        ],
        "languages": [
            {"code": code, "label": name, "is_chosen": code == row.language}
            for code, name in languages
        ],
    }
