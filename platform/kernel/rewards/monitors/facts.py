"""What was paid to whom out of which order, read from programmes, orders and relations.

Every reward counts as what is left of it after what was taken back. How far its
recipient stands above the buyer is taken from the sponsors, whatever the rule says of
itself, and never less than the level by which the rule has paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.packs.loading import Pack, bundle
from kernel.rewards.policy.compiling import selector_of
from kernel.rewards.services.programmes import MONEY

ABOVE: Final = frozenset({"upline", "nearest", "diff_walk", "peer", "placement_up"})
_PAGE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Paid:
    """A reward out of an order.

    Attributes:
        kind: of the selector by which it was paid, as policy reads it.
        depth: how many levels the recipient stands above the buyer; 0 for elsewhere.
        minor: what is left of it.
    """

    order: UUID
    buyer: UUID
    to: UUID
    kind: str
    depth: int
    minor: int
    paid_at: datetime
    buyer_since: datetime
    to_since: datetime


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid order of a member, without freight and what went back.

    Attributes:
        cost_minor: what the goods cost the shop, as far as it says.
        is_whole: the shop says of all goods what they cost.
    """

    order: UUID
    buyer: UUID
    goods_minor: int
    cost_minor: int
    is_whole: bool
    is_refunded: bool
    is_promoter: bool


_PAID: Final = """
    SELECT o.id, o.member_id, p.to_id, p.rule, p.level, p.minor, o.paid_at,
           buyer.created_at AS buyer_since, recipient.created_at AS to_since,
           coalesce(c.depth, 0) AS depth
    FROM orders_order o
    JOIN LATERAL (
        SELECT (m.record ->> 'to')::uuid AS to_id, m.programme_id || '/' || (m.record ->> 'key')
                   AS rule,
               coalesce((m.record -> 'binding' ->> 'level')::numeric, 0)::int AS level,
               (m.record ->> 'minor')::bigint AS minor
        FROM rewards_memory m
        WHERE m.programme_id = ANY(%(programmes)s) AND m.kind = 'accrual:' || o.id
          AND m.record ->> 'to' <> ''
        UNION ALL
        SELECT s.member_id, d.programme_id || '/' || coalesce(g.rules -> s.rule ->> 'name', ''),
               s.level, s.minor
        FROM rewards_dueorder d
        JOIN rewards_settledline s ON s.order_number = d.number
        JOIN rewards_settlement g ON g.id = s.settlement_id
        WHERE d.programme_id = ANY(%(programmes)s) AND d.order_key = o.id::text
    ) p ON true
    JOIN members_member buyer ON buyer.id = o.member_id
    JOIN members_member recipient ON recipient.id = p.to_id
    LEFT JOIN relations_closure c ON c.descendant_id = o.member_id AND c.ancestor_id = p.to_id
    WHERE o.paid_at >= %(since)s AND o.member_id IS NOT NULL AND p.minor > 0
"""
_LINES: Final = f"""
    SELECT member_id, to_id, max(CASE WHEN is_above THEN greatest(level, depth) ELSE depth END),
           count(*)
    FROM (
        SELECT paid.*, chosen.is_above FROM ({_PAID}) AS paid
        JOIN unnest(%(rules)s::text[], %(above)s::boolean[]) AS chosen(rule, is_above)
          ON chosen.rule = paid.rule
    ) each
    GROUP BY member_id, to_id
"""  # noqa: S608  made of two constants
_SALES: Final = """
    SELECT o.id, o.member_id,
           greatest(o.items_minor - o.discount_minor - o.refunded_minor, 0),
           coalesce(c.cost, 0), coalesce(c.whole, false), o.refunded_minor > 0,
           EXISTS (SELECT 1 FROM relations_relation r WHERE r.sponsor_id = o.member_id)
    FROM orders_order o
    LEFT JOIN LATERAL (
        SELECT sum(coalesce(v.cost_minor, 0) * (l.quantity - l.returned_quantity))::bigint
                   AS cost,
               bool_and(v.cost_minor IS NOT NULL) AS whole
        FROM orders_orderline l LEFT JOIN catalogue_variant v ON v.id = l.variant_id
        WHERE l.order_id = o.id
    ) c ON true
    WHERE o.paid_at >= %(since)s AND o.member_id IS NOT NULL AND o.status <> 'cancelled'
"""


def cash_rules() -> dict[str, str]:
    """Return the kind of selector of each rule that pays money, by programme and rule."""
    found: dict[str, str] = {}
    for row in Programme.objects.exclude(state=ProgrammeState.DRAFT):
        packs = bundle(row.packs)
        figures: dict[str, Any] = {}
        for pack in packs:
            figures |= pack.defaults()
        figures |= row.parameters
        for pack in packs:
            for rule in pack.rules:
                if _is_cash(pack, str(rule.get("asset", MONEY))):
                    kind = selector_of(rule.get("to"), figures)
                    found[f"{row.pk}/{pack.code}/{rule['id']}"] = kind
                    found.setdefault(f"{row.pk}/{rule['id']}", kind)
    return found


def _is_cash(pack: Pack, asset: str) -> bool:
    known: Mapping[str, Any] = pack.assets.get(asset, {})
    return (
        asset == MONEY
        or known.get("class") == "cash_commission"
        or bool(known.get("withdrawable"))
        or known.get("transferable") == "p2p"
    )


def paid_since(since: datetime) -> Iterator[Paid]:
    """Yield the money that orders paid since a moment have brought to members."""
    rules = cash_rules()
    programmes = list({UUID(key.partition("/")[0]) for key in rules})
    if not programmes:
        return
    for row in _rows(_PAID, {"programmes": programmes, "since": since}):
        order, buyer, to, rule, level, minor, paid_at, buyer_since, to_since, depth = row
        kind = rules.get(rule)
        if kind is not None:
            yield Paid(order, buyer, to, kind, max(int(level) if kind in ABOVE else 0, depth),
                       minor, paid_at, buyer_since, to_since)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line along which rewards were paid: who bought, who was paid, how far above.

    Attributes:
        rewards: how many.
    """

    buyer: UUID
    to: UUID
    depth: int
    rewards: int


def lines_since(since: datetime) -> Iterator[Drawn]:
    """Yield the lines along which money was paid out of orders since a moment."""
    rules = cash_rules()
    programmes = list({UUID(key.partition("/")[0]) for key in rules})
    if programmes:
        above = [kind in ABOVE for kind in rules.values()]
        values = {"programmes": programmes, "since": since, "rules": list(rules), "above": above}
        for row in _rows(_LINES, values):
            yield Drawn(*row)


def sales_since(since: datetime) -> Iterator[Sale]:
    """Yield the orders of members that were paid since a moment."""
    for row in _rows(_SALES, {"since": since}):
        yield Sale(*row)


def _rows(statement: str, values: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(_PAGE):
            yield from rows
