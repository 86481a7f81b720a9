"""People who shop, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """People who shop."""

    name = "kernel.members"
    label = "members"
