"""Who invited whom, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RelationsConfig(AppConfig):
    """Who invited whom."""

    name = "kernel.relations"
    label = "relations"
