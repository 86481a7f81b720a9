"""What things cost in the days before, worked out from what was recorded.

The record holds base prices, entries of lists, and what lists were like; prices of a
moment follow from it by the same rules as today's. So the answer is right for whoever
asks: a level, a group, a quantity that reaches a tier, a rule of a list. What a product
belongs to (categories, collections, tags) is taken as it is today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Window
from django.db.models.functions import Lead

from kernel.common.money import Money
from kernel.pricing.audience import includes
from kernel.pricing.groups import with_groups
from kernel.pricing.list_rules import Facts, facts_of
from kernel.pricing.models import (
    BasePrice,
    PriceHistory,
    PriceList,
    PriceListEntry,
    PriceListVersion,
)
from kernel.pricing.services.answers import explained, steps_for
from kernel.pricing.values import ANYBODY, Buyer, PriceRequest

# Each row ends the one before it of the same variant, list and tier.
_RECORDED: Final = f"""
SELECT variant_id, price_list_id, min_quantity, minor, recorded_at, until FROM (
  SELECT *, lead(recorded_at) OVER (
    PARTITION BY variant_id, price_list_id, min_quantity ORDER BY id) AS until
  FROM {PriceHistory._meta.db_table} WHERE variant_id = ANY(%s) AND currency = %s
) AS periods
WHERE minor IS NOT NULL AND recorded_at <= %s AND (until IS NULL OR until > %s)
"""  # noqa: S608  the table name is the model's own


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A price that stood in the books from one moment to another."""

    list_id: UUID | None
    min_quantity: int
    minor: int
    since: datetime
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Tell whether it stood there at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a list was like from one moment to another."""

    version: PriceListVersion
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Tell whether the list was in use at a moment, and was like this."""
        row = self.version
        return (
            row.recorded_at <= moment
            and (self.until is None or moment < self.until)
            and (row.starts_at is None or row.starts_at <= moment)
            and (row.ends_at is None or moment < row.ends_at)
        )

    def turns(self) -> list[datetime | None]:
        """Return the moments at which prices may have changed with it."""
        return [self.version.recorded_at, self.until, self.version.starts_at, self.version.ends_at]

    def as_list(self) -> PriceList:
        """Return the list as it was."""
        row = self.version
        return PriceList(
            id=row.price_list_id, currency=row.currency, priority=row.priority, rules=row.rules
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one variant, with all that was recorded of it."""

    request: PriceRequest
    currency: str
    recorded: Sequence[_Recorded]
    lists: Sequence[_Listed]
    facts: Facts = field(default_factory=Facts)


def lowest_prices(
    variant_ids: Iterable[UUID],
    *,
    currency: str,
    days: int,
    now: datetime,
    buyer: Buyer = ANYBODY,
    quantity: int = 1,
) -> dict[UUID, Money]:
    """Return the lowest price that a buyer was charged, or would have been, in the last days.

    What held at the beginning of the days counts too. Two queries, six where lists had
    rules, one more for a member when a list was for groups. Variants that had no price
    are left out.

    Args:
        variant_ids: which.
        currency: of the prices.
        days: so many before the moment.
        now: the moment.
        buyer: who asks; what everybody was offered when left out.
        quantity: of each, for tiers.
    """
    since, ids = now - timedelta(days=days), list(variant_ids)
    recorded = _recorded(ids, currency=currency, since=since, now=now)
    if not recorded:
        return {}
    lists = _lists(currency=currency, since=since, now=now, buyer=buyer)
    facts = facts_of(recorded) if any(each.version.rules for each in lists) else {}
    found = {}
    for variant, rows in recorded.items():
        request = PriceRequest(variant, quantity)
        asked = _Asked(request, currency, rows, lists, facts.get(variant, Facts()))
        if prices := _prices(asked, since=since, now=now):
            found[variant] = min(prices, key=lambda price: price.minor)
    return found


def _recorded(
    ids: Sequence[UUID], *, currency: str, since: datetime, now: datetime
) -> dict[UUID, list[_Recorded]]:
    found: dict[UUID, list[_Recorded]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_RECORDED, [list(ids), currency, now, since])
        for variant, *row in cursor.fetchall():
            found[variant].append(_Recorded(*row))
    return found


def _lists(*, currency: str, since: datetime, now: datetime, buyer: Buyer) -> list[_Listed]:
    """Return what lists were like that the buyer had in these days."""
    following = Window(Lead("recorded_at"), partition_by="price_list_id", order_by="id")
    rows = PriceListVersion.objects.filter(currency=currency, recorded_at__lte=now)
    versions = [
        (row, row.until)
        for row in rows.annotate(until=following).order_by("id")
        if row.is_active and (row.until is None or row.until > since)
    ]
    buyer = with_groups(buyer, [row for row, _until in versions])
    return [_Listed(row, until) for row, until in versions if includes(row.audience, buyer)]


def _prices(asked: _Asked, *, since: datetime, now: datetime) -> list[Money]:
    """Return what it cost at the beginning, and each time that it may have changed since."""
    turns = {turn for each in asked.lists for turn in each.turns()}
    turns |= {turn for each in asked.recorded for turn in (each.since, each.until)}
    moments = {turn for turn in turns if turn is not None and since < turn <= now}
    prices = (_price(asked, moment) for moment in {since, *moments})
    return [price for price in prices if price is not None]


def _price(asked: _Asked, moment: datetime) -> Money | None:
    variant, quantity = asked.request.variant_id, asked.request.quantity
    standing = [row for row in asked.recorded if row.holds(moment)]
    base = next((row for row in standing if row.list_id is None), None)
    tiers = sorted((row.min_quantity, row.list_id, row.minor) for row in standing if row.list_id)
    steps = steps_for(
        [each.as_list() for each in asked.lists if each.holds(moment)],
        base=BasePrice(currency=asked.currency, minor=base.minor) if base else None,
        entries={
            (list_id, variant): PriceListEntry(min_quantity=least, minor=minor)
            for least, list_id, minor in tiers
            if least <= quantity
        },
        facts=asked.facts,
        request=asked.request,
    )
    return explained(steps, None).unit if steps else None
