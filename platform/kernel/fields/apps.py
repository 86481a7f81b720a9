"""Own fields, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FieldsConfig(AppConfig):
    """Particulars that a shop adds."""

    name = "kernel.fields"
    label = "fields"

    def ready(self) -> None:
        """Join the life of accounts, and the checkout."""
        from kernel.checkout.claims import register_claim
        from kernel.checkout.pipeline import register_step
        from kernel.fields import asking, people
        from kernel.members.joining import on_erase, on_merge

        on_merge("fields", people.hand_over)
        on_erase("fields", people.forget)
        register_step("fields", asking.ORDER, asking.ask)
        register_claim(asking.INPUT, asking.keep)
