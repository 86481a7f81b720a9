"""People who shop, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.schedules import Schedule, register_schedule


class MembersConfig(AppConfig):
    """People who shop."""

    name = "kernel.members"
    label = "members"

    def ready(self) -> None:
        """Make events and the way to sign in known; hand balances over; clean up each night."""
        # Importing registers them.
        from kernel.i18n.texts.kinds import register_texts
        from kernel.members import events  # noqa: F401
        from kernel.members.api import schema  # noqa: F401
        from kernel.members.joining import on_merge
        from kernel.members.services import balances
        from kernel.members.translating import LEGAL

        register_texts(LEGAL)
        on_merge("ledger", balances.hand_over)
        register_schedule(
            Schedule(
                name="members.purge",
                function="kernel.members.services.housekeeping:purge_nightly",
                cron="41 3 * * *",
                runs_when_suspended=True,
            )
        )
