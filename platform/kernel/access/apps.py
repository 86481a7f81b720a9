"""Staff as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People who run things: a tenant's staff, and the platform's."""

    name = "kernel.access"
    label = "access"

    def ready(self) -> None:
        """Make what staff and their roles are known where they are counted, carried, described."""
        from kernel.access.api import schema  # noqa: F401  importing registers it
        from kernel.access.carried import RolesPart
        from kernel.access.metered import METER
        from kernel.quotas.meters import register_meter
        from kernel.snapshots.registry import register_part

        register_meter(METER)
        register_part(RolesPart(), order=5)
