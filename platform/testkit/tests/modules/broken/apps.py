"""A module whose migration fails in every schema."""

from __future__ import annotations

from django.apps import AppConfig


class BrokenConfig(AppConfig):
    """A module whose migration fails in every schema."""

    name = "testkit.tests.modules.broken"
    label = "broken"
