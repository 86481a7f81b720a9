"""What looks like abuse: each rule yields whom it is about, and what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from kernel.rewards.risk.catalogue import rules
from kernel.rewards.risk.choices import Rule


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that speaks against somebody.

    Attributes:
        key: what it is about, the same in each scan.
        reasons: what was seen: ``what``, and its figures.
    """

    rule: Rule
    member: UUID
    key: str
    strength: int
    reasons: list[dict[str, Any]]


_SELF = """
    SELECT r.sponsor_id, r.member_id, array_agg(DISTINCT a.kind ORDER BY a.kind)
    FROM relations_relation r
    JOIN reward_risk_trace a ON a.member_id = r.member_id AND a.kind = ANY(%(kinds)s)
    JOIN reward_risk_trace b ON b.member_id = r.sponsor_id AND b.kind = a.kind
         AND b.digest = a.digest
    GROUP BY r.sponsor_id, r.member_id
"""
_CLUSTERS = """
    SELECT t.kind, t.digest, array_agg(t.member_id ORDER BY m.created_at, m.id)
    FROM reward_risk_trace t JOIN members_member m ON m.id = t.member_id
    WHERE t.last_at >= %(since)s
    GROUP BY t.kind, t.digest HAVING count(*) >= %(least)s
"""
_INVITED = """
    SELECT sponsor_id, count(*) FILTER (WHERE bound_at >= %(hour)s), count(*)
    FROM relations_relation WHERE bound_at >= %(day)s
    GROUP BY sponsor_id
    HAVING count(*) > %(in_day)s OR count(*) FILTER (WHERE bound_at >= %(hour)s) > %(in_hour)s
"""
_ORDERED = """
    SELECT member_id, count(*) FROM orders_order
    WHERE paid_at >= %(day)s AND member_id IS NOT NULL
    GROUP BY member_id HAVING count(*) > %(most)s
"""
_REFUNDED = """
    SELECT r.sponsor_id, count(*), count(*) FILTER (WHERE o.refunded_minor > 0)
    FROM orders_order o JOIN relations_relation r ON r.member_id = o.member_id
    WHERE o.paid_at >= %(since)s
    GROUP BY r.sponsor_id
    HAVING count(*) >= %(orders)s
       AND count(*) FILTER (WHERE o.refunded_minor > 0) > %(share)s * count(*)
"""


def suspicions(now: datetime) -> Iterator[Suspicion]:
    """Yield all that looks like abuse now."""
    yield from _self_referrals()
    yield from _clusters(now)
    yield from _too_fast(now)
    yield from _refunds(now)


def _self_referrals() -> Iterator[Suspicion]:
    limits = rules()["self_referral"]
    for sponsor, member, kinds in _rows(_SELF, {"kinds": list(limits["kinds"])}):
        reasons = [{"what": "same_as_invited", "kind": kind, "members": [str(member)]}
                   for kind in kinds]  # fmt: skip
        yield Suspicion(Rule.SELF_REFERRAL, sponsor, str(member), len(kinds), reasons)


def _clusters(now: datetime) -> Iterator[Suspicion]:
    limits = rules()["cluster"]
    least: Mapping[str, int] = limits["least"]
    since = now - timedelta(days=limits["days"])
    for kind, digest, members in _rows(_CLUSTERS, {"since": since, "least": min(least.values())}):
        if len(members) >= least[kind]:
            reason = {"what": "shared", "kind": kind, "count": len(members),
                      "members": [str(one) for one in members[:20]]}  # fmt: skip
            yield Suspicion(Rule.CLUSTER, members[0], digest[:32], len(members), [reason])


def _too_fast(now: datetime) -> Iterator[Suspicion]:
    limits, day = rules()["velocity"], now - timedelta(days=1)
    values = {"day": day, "hour": now - timedelta(hours=1), "in_day": limits["invited_in_day"],
              "in_hour": limits["invited_in_hour"]}  # fmt: skip
    for sponsor, in_hour, in_day in _rows(_INVITED, values):
        reason = {"what": "invited", "in_hour": in_hour, "in_day": in_day}
        yield Suspicion(Rule.VELOCITY, sponsor, f"invited {now:%Y-%m-%d}", in_day, [reason])
    for buyer, count in _rows(_ORDERED, {"day": day, "most": limits["orders_in_day"]}):
        reason = {"what": "ordered", "in_day": count}
        yield Suspicion(Rule.VELOCITY, buyer, f"ordered {now:%Y-%m-%d}", count, [reason])


def _refunds(now: datetime) -> Iterator[Suspicion]:
    limits = rules()["refund_abuse"]
    values = {"since": now - timedelta(days=limits["days"]), "orders": limits["orders"],
              "share": Decimal(limits["share"])}  # fmt: skip
    for sponsor, orders, refunded in _rows(_REFUNDED, values):
        reason = {"what": "refunded", "orders": orders, "refunded": refunded}
        yield Suspicion(Rule.REFUND_ABUSE, sponsor, f"{now:%Y-%m}", refunded, [reason])


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
