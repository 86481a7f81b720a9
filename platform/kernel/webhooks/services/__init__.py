"""Writes of webhooks."""

from __future__ import annotations

from kernel.webhooks.services.endpoints import (
    EndpointDraft,
    change_endpoint,
    make_endpoint,
    remove_endpoint,
    rotate_secret,
    switch_endpoint,
)
from kernel.webhooks.services.replaying import replay, replay_range, send_test

__all__ = [
    "EndpointDraft",
    "change_endpoint",
    "make_endpoint",
    "remove_endpoint",
    "replay",
    "replay_range",
    "rotate_secret",
    "send_test",
    "switch_endpoint",
]
