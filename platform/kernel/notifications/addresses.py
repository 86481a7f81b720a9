"""Web addresses in messages, and links by which messages are declined."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.notifications.choices import MessageChannel, Topic
from kernel.notifications.errors import LinkRefused
from kernel.tenancy import signing
from kernel.tenancy.context import current_tenant
from kernel.tenancy.ports import HostKind

_SALT: Final = "notifications.unsubscribe"
_FOR_EVER: Final = timedelta(days=3650)


def web_address(kind: HostKind, path: str) -> str:
    """Return the address of a page of the current tenant; nothing without a host."""
    host = current_tenant().host(kind)
    if not host or not path:
        return ""
    port = settings.STOA_PUBLIC_PORTS.get(kind, "")
    scheme = "https" if settings.STOA_HTTPS else "http"
    return f"{scheme}://{host}{f':{port}' if port else ''}{path}"


def unsubscribe_path(member_id: UUID, topic: Topic) -> str:
    """Return the path by which a member declines e-mail about something, without signing in."""
    token = signing.dumps([public_id("mem", member_id), topic.value], salt=_SALT)
    return f"/messages/unsubscribe/{token}/"


def read_unsubscribe(token: str) -> tuple[UUID, Topic, MessageChannel]:
    """Return who declines what.

    Raises:
        LinkRefused: the link is forged, or of another shop.
    """
    try:
        member, topic = signing.loads(token, salt=_SALT, max_age=_FOR_EVER)
        return parse_public_id("mem", member), Topic(topic), MessageChannel.EMAIL
    except (signing.BadSignature, InvalidId, ValueError, TypeError) as error:
        raise LinkRefused from error
