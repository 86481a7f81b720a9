"""Owners and assets of tests."""

from __future__ import annotations

from uuid import UUID

from kernel.common.ids import uuid7
from kernel.ledger.models import Asset
from kernel.ledger.services import Entry, Leg, Owner, ensure_asset, system

SHOP = system("sales")
GRANTS = system("grants")
NAMES = {"zh-hans": "积分", "en": "Points"}


def a_member() -> Owner:
    return Owner("member", uuid7())


def points(*, expiry_days: int | None = None) -> Asset:
    return ensure_asset("points", "points", NAMES, 0, expires=True, expiry_days=expiry_days)


def moving(
    minor: int, *, source: Owner, target: Owner, asset: str = "cny", undoes: UUID | None = None
) -> list[Leg]:
    return [Leg(source, asset, -minor, undoes=undoes), Leg(target, asset, minor, undoes=undoes)]


def entry(key: str, legs: list[Leg]) -> Entry:
    return Entry(key, "test.moved", legs)
