"""Alarms of reward monitors, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """What monitors of shops raise reaches whoever runs the installation."""

    name = "channel_center.alarms"
    label = "channel_center_alarms"

    def ready(self) -> None:
        """Hear what monitors raise, and when it is over."""
        from channel_center.alarms.services import on_ended, on_raised
        from kernel.common.outbox.events import subscribe
        from kernel.rewards.monitors.events import AlarmEnded, AlarmRaised

        subscribe(AlarmRaised.name, "channel_center.alarm_raised", on_raised)
        subscribe(AlarmEnded.name, "channel_center.alarm_ended", on_ended)
