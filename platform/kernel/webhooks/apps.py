"""Webhooks, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Webhooks."""

    name = "kernel.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Offer the kernel's events, and join the clock."""
        from kernel.tenancy.arrivals import on_arrival
        from kernel.tenancy.schedules import Schedule, register_schedule
        from kernel.webhooks.arrival import switch_all_off
        from kernel.webhooks.offered import offer_all
        from kernel.webhooks.services.recording import SENDING

        offer_all()
        on_arrival("webhooks", switch_all_off)
        job = "kernel.webhooks.tasks:send_by_clock"
        register_schedule(Schedule(SENDING, job, "* * * * *", runs_when_suspended=True, asked=True))
