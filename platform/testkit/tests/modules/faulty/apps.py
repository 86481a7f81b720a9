"""A module that breaks every rule."""

from __future__ import annotations

from django.apps import AppConfig


class FaultyConfig(AppConfig):
    """A module that breaks every rule."""

    name = "testkit.tests.modules.faulty"
    label = "faulty"
