"""Staff as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People who run things: a tenant's staff, and the platform's."""

    name = "kernel.access"
    label = "access"
