"""API keys, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """API keys."""

    name = "kernel.keys"
    label = "keys"

    def ready(self) -> None:
        """Read the keys that the admin API is shown."""
        from kernel.access.programs import set_reader
        from kernel.keys.reading import read_key

        set_reader(read_key)
