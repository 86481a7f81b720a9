"""An app that passes for the kernel's and points to a module."""

from __future__ import annotations

from django.apps import AppConfig


class WallConfig(AppConfig):
    """An app that passes for the kernel's and points to a module."""

    name = "testkit.tests.modules.wall"
    label = "wall"
