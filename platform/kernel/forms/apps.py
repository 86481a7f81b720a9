"""Forms, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Forms that a shop makes up."""

    name = "kernel.forms"
    label = "forms"

    def ready(self) -> None:
        """Join the life of accounts."""
        from kernel.forms import people
        from kernel.members.joining import on_erase, on_merge

        on_merge("forms", people.hand_over)
        on_erase("forms", people.forget)
