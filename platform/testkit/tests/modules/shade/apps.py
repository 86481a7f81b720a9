"""A module that needs the lamp."""

from __future__ import annotations

from django.apps import AppConfig


class ShadeConfig(AppConfig):
    """A module that needs the lamp."""

    name = "testkit.tests.modules.shade"
    label = "shade"
