"""Messages, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages to members and staff."""

    name = "kernel.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Offer the kernel's kinds, and join the life of accounts and the clock."""
        from kernel.members.joining import on_erase, on_merge
        from kernel.notifications import people
        from kernel.notifications.offered import offer_all
        from kernel.notifications.services.composing import SENDING
        from kernel.tenancy.schedules import Schedule, register_schedule

        offer_all()
        on_merge("notifications", people.hand_over)
        on_erase("notifications", people.forget)
        job = "kernel.notifications.tasks:send_by_clock"
        register_schedule(Schedule(SENDING, job, "* * * * *", asked=True))
