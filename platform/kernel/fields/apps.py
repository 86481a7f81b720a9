"""Own fields, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FieldsConfig(AppConfig):
    """Particulars that a shop adds."""

    name = "kernel.fields"
    label = "fields"

    def ready(self) -> None:
        """Join the life of accounts."""
        from kernel.fields import people
        from kernel.members.joining import on_erase, on_merge

        on_merge("fields", people.hand_over)
        on_erase("fields", people.forget)
