"""Ways to ship and freight templates, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ShippingConfig(AppConfig):
    """Ways to ship and freight templates."""

    name = "kernel.shipping"
    label = "shipping"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue which templates there are."""
        from kernel.catalogue.ports import set_freight
        from kernel.i18n.texts.kinds import register_texts
        from kernel.shipping import events  # noqa: F401  importing registers them
        from kernel.shipping.carried import FreightPart, MethodsPart
        from kernel.shipping.selectors import template_names
        from kernel.shipping.translating import METHODS
        from kernel.snapshots.registry import register_part

        set_freight(template_names)
        register_texts(METHODS)
        register_part(FreightPart(), order=20)
        register_part(MethodsPart(), order=25)
