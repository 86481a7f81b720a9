"""The module system as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ModulesConfig(AppConfig):
    """Registers the rules that a module's models must keep."""

    name = "kernel.modules"
    label = "modules"

    def ready(self) -> None:
        """Register the system checks."""
        from kernel.modules import checks  # noqa: F401  importing registers them
