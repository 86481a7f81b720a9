"""The frame of the consoles, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The frame of the consoles."""

    name = "kernel.backoffice"
    label = "backoffice"
