"""What centres do for each other is connected once all of them are loaded."""

from __future__ import annotations

from importlib import import_module

import pytest

from kernel.dataio import ports
from kernel.dataio import services as imports
from kernel.dataio.stock import bring_to
from kernel.fulfilment.services.keys import DELIVER
from kernel.inventory.values import FREE_LAPSED
from kernel.ledger.services import lots as ledger
from kernel.members import joining
from kernel.orders.statuses import KEEP_HOUSE
from kernel.payments.services.timing import SWEEP
from kernel.tenancy.schedules import schedules

SCHEDULES = {
    "kernel.keep_orders": "* * * * *",
    "kernel.deliver_keys": "*/5 * * * *",
    "kernel.sweep_payments": "* * * * *",
    "inventory.expire_reservations": "* * * * *",
    "cart.forget": "41 3 * * *",
    "members.purge": "41 3 * * *",
    "ledger.expire": "5 * * * *",
    "dataio.resume": "*/10 * * * *",
    "analytics.roll_up": "*/10 * * * *",
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_what_is_past_its_time_is_looked_after_by_the_clock(name: str) -> None:
    found = {schedule.name: schedule for schedule in schedules()}[name]

    module, _colon, function = found.function.partition(":")
    assert found.cron == SCHEDULES[name]
    assert callable(getattr(import_module(module), function))


def test_a_job_that_most_minutes_have_nothing_for_is_asked_for() -> None:
    by_name = {schedule.name: schedule for schedule in schedules()}
    every_minute = {name for name, each in by_name.items() if each.cron.split()[1] == "*"}

    assert {name for name in every_minute if not by_name[name].asked} == {"kernel.purge_replies"}


@pytest.mark.parametrize(
    "name", [KEEP_HOUSE, SWEEP, DELIVER, FREE_LAPSED, ledger.SCHEDULE, imports.RESUME]
)
def test_what_is_asked_for_is_declared(name: str) -> None:
    assert next(schedule for schedule in schedules() if schedule.name == name).asked


def test_every_centre_that_knows_members_joins_their_merging_and_erasing() -> None:
    assert set(joining._merges) >= {"ledger", "orders", "payments", "relations"}
    assert set(joining._erases) >= {"orders"}


def test_imports_write_stock_through_the_inventory() -> None:
    assert ports._writers == [bring_to]
