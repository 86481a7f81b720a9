"""Imports and exports, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class DataioConfig(AppConfig):
    """Imports and exports."""

    name = "kernel.dataio"
    label = "dataio"

    def ready(self) -> None:
        """Say what can be imported, who keeps stock, and what runs by the clock."""
        from kernel.dataio.arrival import stop_plans
        from kernel.dataio.carried import ProductsPart
        from kernel.dataio.kinds import register_kinds
        from kernel.dataio.plans import MAKE_EXPORTS
        from kernel.dataio.ports import set_stock_writer
        from kernel.dataio.stock import bring_to
        from kernel.snapshots.registry import register_part
        from kernel.tenancy.arrivals import on_arrival
        from kernel.tenancy.schedules.declared import Schedule, register_schedule

        set_stock_writer(bring_to)
        register_kinds()
        register_part(ProductsPart(), order=40)
        on_arrival("dataio", stop_plans)
        register_schedule(
            Schedule(
                name="dataio.resume",
                function="kernel.dataio.tasks:resume_stuck",
                cron="*/10 * * * *",
                asked=True,
            )
        )
        register_schedule(
            Schedule(
                name=MAKE_EXPORTS,
                function="kernel.dataio.plans:make_due",
                cron="*/5 * * * *",
                asked=True,
                writes=False,
            )
        )
