"""What plans allow, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class QuotasConfig(AppConfig):
    """Meters and limits."""

    name = "kernel.quotas"
    label = "quotas"

    def ready(self) -> None:
        """Join the clock."""
        from kernel.quotas import events  # noqa: F401  importing registers them
        from kernel.quotas.services import REVIEW
        from kernel.tenancy.schedules import Schedule, register_schedule

        job = "kernel.quotas.tasks:review_by_clock"
        register_schedule(Schedule(REVIEW, job, "7 * * * *", asked=True))
