"""Django app of the wake-up list."""

from __future__ import annotations

from django.apps import AppConfig


class WakeupsConfig(AppConfig):
    """Public list of tenants that have events to deliver."""

    name = "kernel.common.wakeups"
    label = "wakeups"
    default_auto_field = "django.db.models.BigAutoField"
