"""A module whose migration fails where there are rows."""

from __future__ import annotations

from django.apps import AppConfig


class PickyConfig(AppConfig):
    """A module whose migration fails where there are rows."""

    name = "testkit.tests.modules.picky"
    label = "picky"
