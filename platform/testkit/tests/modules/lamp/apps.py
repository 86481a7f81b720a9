"""A module with tables, routes and rights, that others lean on."""

from __future__ import annotations

from django.apps import AppConfig


class LampConfig(AppConfig):
    """A module with tables, routes and rights, that others lean on."""

    name = "testkit.tests.modules.lamp"
    label = "lamp"
