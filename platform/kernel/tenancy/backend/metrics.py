"""Counters of the database backend."""

from __future__ import annotations

from prometheus_client import Counter

CONNECTIONS_RECYCLED = Counter(
    "db_connections_recycled",
    "Database connections replaced because they had visited too many tenants' schemas.",
)
