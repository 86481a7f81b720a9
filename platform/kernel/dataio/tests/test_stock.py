"""Imports tell the inventory how many there are."""

from __future__ import annotations

import pytest

from kernel.audit.actor import Actor
from kernel.dataio.ports import write_stock
from kernel.inventory.models import Movement
from testkit.factories.inventory import stock_of
from testkit.factories.orders import make_variant

pytestmark = pytest.mark.usefixtures("in_tenant_a")
CLERK = Actor("staff", "stf_clerk", "李文")


def test_stock_is_brought_to_what_the_file_says_and_only_where_it_differs() -> None:
    known, new = make_variant(stock=5).pk, make_variant(stock=0).pk
    before = Movement.objects.count()

    changed = write_stock({known: 7, new: 3}, CLERK)
    again = write_stock({known: 7, new: 3}, CLERK)

    assert (changed, again) == (True, False)
    assert (stock_of(known)[0], stock_of(new)[0]) == (7, 3)
    assert Movement.objects.count() == before + 2


def test_nothing_is_counted_where_a_file_says_nothing() -> None:
    assert write_stock({}, CLERK) is False
