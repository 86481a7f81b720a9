"""Taxes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class TaxesConfig(AppConfig):
    """Taxes."""

    name = "kernel.taxes"
    label = "taxes"

    def ready(self) -> None:
        """Join the checkout and the life of accounts."""
        from kernel.checkout.pipeline import register_step
        from kernel.i18n.texts.kinds import register_texts
        from kernel.members.joining import on_erase, on_merge
        from kernel.taxes import (
            counting,
            events,  # noqa: F401  importing registers them
            people,
        )
        from kernel.taxes.translating import CLASSES, RATES

        register_step("taxes.count", 700, counting.add_taxes)
        on_merge("taxes", people.hand_over)
        on_erase("taxes", people.forget)
        register_texts(CLASSES, RATES)
