"""Writes of messages."""

from __future__ import annotations

from kernel.notifications.services.inbox import (
    choose,
    read_all_by_member,
    read_all_by_staff,
    read_by_member,
    read_by_staff,
    unsubscribe,
)
from kernel.notifications.services.sending import send_again
from kernel.notifications.services.templates import (
    preview,
    reset_template,
    save_template,
    send_test,
)

__all__ = [
    "choose",
    "preview",
    "read_all_by_member",
    "read_all_by_staff",
    "read_by_member",
    "read_by_staff",
    "reset_template",
    "save_template",
    "send_again",
    "send_test",
    "unsubscribe",
]
