"""Languages and currencies, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class I18nConfig(AppConfig):
    """Languages and currencies."""

    name = "kernel.i18n"
    label = "i18n"

    def ready(self) -> None:
        """Join prices, after-sales and the clock; what was once told of rates stays."""
        from kernel.aftersales.windows import register_days
        from kernel.i18n import markets
        from kernel.i18n.catalogs import merge_layers
        from kernel.i18n.services.currencies import REFRESH
        from kernel.pricing.groups import Places, register_places
        from kernel.tenancy.append_only import append_only
        from kernel.tenancy.schedules import Schedule, register_schedule

        merge_layers()
        append_only("i18n_ratechange", "i18n_shownrate")
        places = Places(markets.code_at, markets.codes_at_home, markets.code_here)
        register_places(markets.GROUP, places)
        register_days(markets.days_at)
        task = "kernel.i18n.tasks:refresh_rates"
        register_schedule(Schedule(REFRESH, task, "0 * * * *", asked=True))
