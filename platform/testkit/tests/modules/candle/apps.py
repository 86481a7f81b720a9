"""A module that excludes the lamp."""

from __future__ import annotations

from django.apps import AppConfig


class CandleConfig(AppConfig):
    """A module that excludes the lamp."""

    name = "testkit.tests.modules.candle"
    label = "candle"
