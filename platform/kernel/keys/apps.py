"""API keys, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """API keys."""

    name = "kernel.keys"
    label = "keys"

    def ready(self) -> None:
        """Read the keys that the admin API is shown; a copied shop has none that are good."""
        from kernel.access.programs import set_reader
        from kernel.keys.arrival import revoke_all
        from kernel.keys.reading import read_key
        from kernel.tenancy.arrivals import on_arrival

        set_reader(read_key)
        on_arrival("keys", revoke_all)
