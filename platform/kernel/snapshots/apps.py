"""Things carried over between shops, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    """What was brought into a shop, and what it was before."""

    name = "kernel.snapshots"
    label = "snapshots"
