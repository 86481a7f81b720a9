"""What the demo's kill test does in a process of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from config.dev.demo.stage import trade_once
from config.dev.demo.wares import Range, read_range
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory

DAYS = 4


def small(name: str) -> Range:
    """Return a range of a few products, in all of its categories."""
    goods = read_range(name)
    return replace(goods, wares=goods.wares[::22])


def trade(*, tenant: str, now: str) -> None:
    """Live through some days."""
    with public_context():
        found = directory().by_id(UUID(tenant))
    with tenant_context(found):
        moment = datetime.fromisoformat(now)
        trade_once(small("farm"), now=moment, report=lambda _text: None, days=DAYS)
