"""Fills a shop of the demo: its shelves first, then what it sold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from django.db import transaction

from kernel.audit.models import AuditEntry
from kernel.audit.services import record
from kernel.catalogue.models import Product
from kernel.orders.models import OrderGroup

if TYPE_CHECKING:
    from config.dev.demo.wares import Range

Report: TypeAlias = Callable[[str], None]

_BEGUN: Final = "import.started"
_DONE: Final = "import.done"
_TRADE: Final = ("trade", "demo")


def fill(name: str, *, now: datetime, report: Report) -> None:
    """Fill the current tenant; one that has been traded in stays as it is.

    Args:
        name: of the range, ``fashion`` or ``farm``.
        now: the moment until which it has traded.
        report: told how far it is.
    """
    from config.dev.demo.abroad import go_abroad_once
    from config.dev.demo.amends import amend_once
    from config.dev.demo.asking import ask_once
    from config.dev.demo.belonging import belong_once
    from config.dev.demo.offers import offer_once
    from config.dev.demo.outreach import connect_once
    from config.dev.demo.papers import paper_once, tax_once
    from config.dev.demo.shelving import shelve
    from config.dev.demo.trading import DAYS
    from config.dev.demo.visiting import visit_once
    from config.dev.demo.voices import speak_once
    from config.dev.demo.wares import read_range
    from config.dev.demo.words import word_once

    goods = read_range(name)
    if not Product.objects.exists():
        shelve(goods, now=now, report=report)
    offer_once(goods, now=now)
    word_once(goods, now=now)
    tax_once(goods)
    trade_once(goods, now=now, report=report, days=DAYS)
    speak_once(goods, now=now)
    belong_once(goods, now=now)
    connect_once(goods, now=now)
    amend_once(goods, now=now)
    paper_once(goods, now=now)
    visit_once(goods, now=now)
    ask_once(goods, now=now)
    go_abroad_once(goods, now=now)


def trade_once(goods: Range, *, now: datetime, report: Report, days: int) -> None:
    """Live through the days before now, unless that is done; go on with what broke off."""
    from config.dev.demo.shelving import ACTOR
    from config.dev.demo.trading import trade

    begun = _told(_BEGUN)
    if _told(_DONE) is not None or (begun is None and OrderGroup.objects.exists()):
        return
    until = begun.occurred_at if begun else now
    if begun is None:
        with transaction.atomic():
            record(action=_BEGUN, actor=ACTOR, obj=_TRADE, now=until)
    trade(goods, now=until, report=report, days=days)
    with transaction.atomic():
        record(action=_DONE, actor=ACTOR, obj=_TRADE, now=now)


def _told(action: str) -> AuditEntry | None:
    kind, name = _TRADE
    return AuditEntry.objects.filter(action=action, object_type=kind, object_id=name).first()
