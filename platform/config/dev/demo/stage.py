"""Fills a shop of the demo: its shelves first, then what it sold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from kernel.catalogue.models import Product
from kernel.orders.models import OrderGroup

Report: TypeAlias = Callable[[str], None]


def fill(name: str, *, now: datetime, report: Report) -> None:
    """Fill the current tenant; one that has been traded in stays as it is.

    Args:
        name: of the range, ``fashion`` or ``farm``.
        now: the moment until which it has traded.
        report: told how far it is.
    """
    from config.dev.demo.shelving import shelve
    from config.dev.demo.trading import trade
    from config.dev.demo.wares import read_range

    goods = read_range(name)
    if not Product.objects.exists():
        shelve(goods, now=now, report=report)
    if not OrderGroup.objects.exists():
        trade(goods, now=now, report=report)
