"""What things cost, and why, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class PricingConfig(AppConfig):
    """What things cost, and why."""

    name = "kernel.pricing"
    label = "pricing"

    def ready(self) -> None:
        """Keep the record of prices as it was written; join the catalogue."""
        from kernel.members.services.staff import tags_of
        from kernel.pricing import events  # noqa: F401  importing registers them
        from kernel.pricing.adapter import connect
        from kernel.pricing.groups import register_groups

        append_only("pricing_pricehistory", "pricing_pricelistversion")
        connect()
        register_groups("tag", tags_of)
