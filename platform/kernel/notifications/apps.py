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
        from kernel.members.messages.sms import set_signer
        from kernel.notifications import people
        from kernel.notifications.arrival import hold_back
        from kernel.notifications.carried import WordsPart
        from kernel.notifications.metered import METER
        from kernel.notifications.offered import offer_all
        from kernel.notifications.printing.drivers import register_driver
        from kernel.notifications.printing.feie import FEIE
        from kernel.notifications.printing.http import HTTP
        from kernel.notifications.services.composing import SENDING
        from kernel.notifications.services.signs import usual_sign
        from kernel.quotas.meters import register_meter
        from kernel.snapshots.registry import register_part
        from kernel.tenancy.arrivals import on_arrival
        from kernel.tenancy.schedules import Schedule, register_schedule

        register_meter(METER)
        offer_all()
        register_part(WordsPart(), order=15)
        set_signer(usual_sign)
        for driver in (FEIE, HTTP):
            register_driver(driver)
        on_merge("notifications", people.hand_over)
        on_arrival("notifications", hold_back)
        on_erase("notifications", people.forget)
        job = "kernel.notifications.tasks:send_by_clock"
        register_schedule(Schedule(SENDING, job, "* * * * *", asked=True))
