"""Connects the handlers and schedules that modules declare in their manifests."""

from __future__ import annotations

from typing import cast

from kernel.common.outbox.events import Handler, subscribe
from kernel.modules.registry import load, manifests
from kernel.tenancy.schedules import Schedule, register_schedule

HOUSEKEEPING = (
    Schedule(
        name="kernel.purge_replies",
        function="kernel.common.idempotency.services:purge_at",
        cron="17 * * * *",
        runs_when_suspended=True,
    ),
    Schedule(
        name="kernel.purge_sessions",
        function="kernel.tenancy.sessions:purge_at",
        cron="43 4 * * *",
        runs_when_suspended=True,
    ),
    Schedule(
        name="kernel.sweep_payments",
        function="kernel.payments.services.sweeping:sweep_at",
        cron="* * * * *",
        runs_when_suspended=True,
        asked=True,
    ),
    Schedule(
        name="kernel.purge_payment_notices",
        function="kernel.payments.services.sweeping:purge_at",
        cron="29 4 * * *",
        runs_when_suspended=True,
    ),
    Schedule(
        name="kernel.reconcile_payments",
        function="kernel.payments.services.reconciling:reconcile_latest",
        cron="11 6 * * *",
        runs_when_suspended=True,
    ),
    Schedule(
        name="kernel.keep_orders",
        function="kernel.orders.housekeeping:keep_house",
        cron="* * * * *",
        asked=True,
    ),
    Schedule(
        name="kernel.deliver_keys",
        function="kernel.fulfilment.services:deliver_waiting",
        cron="*/5 * * * *",
        asked=True,
    ),
)
"""The kernel's own jobs, in every tenant, by its own clock."""


def connect_modules() -> None:
    """Subscribe every module's handlers and register its schedules.

    All of them, whichever tenant has them on: each is asked for again before it runs.
    """
    for schedule in HOUSEKEEPING:
        register_schedule(schedule)
    for manifest in manifests().values():
        for handler in manifest.handlers:
            name = f"{manifest.code}:{handler.function.rpartition(':')[2]}"
            function = cast("Handler", load(handler.function))
            subscribe(handler.event, name, function, module=manifest.code)
        for declared in manifest.schedules:
            register_schedule(
                Schedule(
                    name=f"{manifest.code}.{declared.name}",
                    function=declared.function,
                    cron=declared.cron,
                    module=manifest.code,
                )
            )
