"""Decides on grants: a pure function, and a cache around it that never outlives it.

Source of the semantics: channel.md §2.7 (cached decisions carry the moment they
end; Redis down means the database; the database down means the last decision
until its end, then paid modules closed and the core open).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from redis import RedisError

from kernel.common.bounded import BoundedMemory
from kernel.modules.ports import Decision, Mode
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import TenantRef, public_context
from kernel.tenancy.ports import directory
from tenants.models import Grant

_log = structlog.get_logger(__name__)

LONGEST = timedelta(hours=1)
"""A decision without an end of its own is taken anew after this."""
MOST_REMEMBERED = 20_000
_STRENGTH: Final[Mapping[Mode, int]] = {"full": 2, "read_only": 1, "off": 0}


@dataclass(frozen=True, slots=True)
class Right:
    """A grant as far as deciding needs it; moments in UTC."""

    starts_at: datetime
    ends_at: datetime | None = None
    off_at: datetime | None = None
    edition: str = ""
    limits: dict[str, int] = field(default_factory=dict)
    priority: int = 0


def decide_on(rights: Sequence[Right], *, now: datetime, free: bool) -> Decision:
    """Decide from a feature's grants alone.

    The strongest mode wins, then the highest priority, then the one that lasts
    longest. ``valid_until`` is the next moment at which the answer can change.
    """
    moments = sorted(
        m
        for right in rights
        for m in (right.starts_at, right.ends_at, right.off_at)
        if m is not None and m > now
    )
    valid_until = min([*moments[:1], now + LONGEST])
    started = [right for right in rights if right.starts_at <= now]
    best: tuple[tuple[int, int, float], Right, Mode] | None = None
    for right in started:
        mode = _mode(right, now)
        lasts = right.ends_at.timestamp() if right.ends_at else float("inf")
        rank = (_STRENGTH[mode], right.priority, lasts)
        if best is None or rank > best[0]:
            best = (rank, right, mode)
    # What costs nothing cannot run out: a paid edition that ends leaves the free one.
    if best is not None and (best[2] == "full" or (best[2] != "off" and not free)):
        _rank, right, mode = best
        reason = "granted" if mode == "full" else "expired_read_only"
        return Decision(mode, reason, right.edition, right.limits, valid_until)
    if free:
        return Decision("full", "free", valid_until=valid_until)
    return Decision("off", "expired" if started else "no_grant", valid_until=valid_until)


def held_by(decision: Decision, base: Decision) -> Decision:
    """Return what is left of a decision on something that needs another: never more than it.

    What was bought stays bought: with the base, it is there again.
    """
    ends = [each for each in (decision.valid_until, base.valid_until) if each is not None]
    until = min(ends, default=None)
    if _STRENGTH[base.mode] >= _STRENGTH[decision.mode]:
        return replace(decision, valid_until=until)
    return replace(decision, mode=base.mode, reason="without_base", valid_until=until)


def _mode(right: Right, now: datetime) -> Mode:
    if right.ends_at is None or now < right.ends_at:
        return "full"
    if right.off_at is not None and now < right.off_at:
        return "read_only"
    return "off"


def decision_key(tenant: TenantRef, feature: str) -> str:
    """Return the cache key of a decision; a change of the tenant makes it another."""
    return f"ent:{tenant.id.hex}:{tenant.version}:{feature}"


_stops: list[Callable[[str], bool]] = []


def set_stops(asks: Callable[[str], bool]) -> None:
    """Say who knows which features are stopped everywhere; asked when a decision is taken."""
    _stops[:] = [asks]


def _is_free(feature: str) -> bool:
    manifest = manifest_of(feature)
    return manifest is not None and manifest.tier == "free"


class GrantEntitlements:
    """The kernel's `Entitlements`, on the grants of the registry.

    Args:
        is_free: tells which features need no grant; the modules of the free tier
            unless told otherwise.
    """

    def __init__(self, *, is_free: Callable[[str], bool] = _is_free) -> None:
        self._is_free = is_free
        self._last: BoundedMemory[tuple[UUID, str], Decision] = BoundedMemory(MOST_REMEMBERED)

    def decide(self, tenant_id: UUID, feature: str, now: datetime) -> Decision:
        """Return whether a tenant may use a feature at a moment."""
        free = self._is_free(feature)
        key = decision_key(directory().by_id(tenant_id), feature)
        if (cached := self._cached(key, now)) is not None:
            return cached
        try:
            decision = self._decided(tenant_id, feature, now=now, free=free)
        except (DatabaseError, InterfaceError) as error:
            return self._without_database(tenant_id, feature, now=now, free=free, error=error)
        self._remember(key, tenant_id, feature, decision, now)
        return decision

    def _decided(self, tenant_id: UUID, feature: str, *, now: datetime, free: bool) -> Decision:
        with public_context():
            is_stopped = any(asks(feature) for asks in _stops)
        if is_stopped:
            return Decision("off", "stopped", valid_until=now + LONGEST)
        decision = decide_on(self._rights(tenant_id, feature), now=now, free=free)
        manifest = manifest_of(feature)
        for base in manifest.requires if manifest else ():
            under = self._decided(tenant_id, base, now=now, free=self._is_free(base))
            decision = held_by(decision, under)
        return decision

    @staticmethod
    def _rights(tenant_id: UUID, feature: str) -> list[Right]:
        with public_context():
            rows = Grant.objects.filter(
                tenant_id=tenant_id, feature=feature, revoked_at=None
            ).values("starts_at", "ends_at", "off_at", "edition", "limits", "priority")
            return [Right(**row) for row in rows]

    @staticmethod
    def _cached(key: str, now: datetime) -> Decision | None:
        try:
            with public_context():
                text = cache.get(key)
        except RedisError:
            return None
        if text is None:
            return None
        values = json.loads(text)
        valid_until = datetime.fromisoformat(values.pop("valid_until"))
        taken_at = datetime.fromisoformat(values.pop("taken_at"))
        if not taken_at <= now < valid_until:
            return None
        return Decision(**values, valid_until=valid_until)

    def _remember(
        self, key: str, tenant_id: UUID, feature: str, decision: Decision, now: datetime
    ) -> None:
        valid_until = decision.valid_until or now
        seconds = (valid_until - now).total_seconds()
        self._last.put((tenant_id, feature), decision, seconds=max(seconds, 0.0))
        text = json.dumps(
            {
                "mode": decision.mode,
                "reason": decision.reason,
                "edition": decision.edition,
                "limits": dict(decision.limits),
                "valid_until": valid_until.isoformat(),
                "taken_at": now.isoformat(),
            }
        )
        try:
            with public_context():
                cache.set(key, text, timeout=max(int(seconds), 1))
        except RedisError as error:
            _log.warning("entitlement_not_cached", error=str(error))

    def _without_database(
        self, tenant_id: UUID, feature: str, *, now: datetime, free: bool, error: Exception
    ) -> Decision:
        _log.warning("entitlement_without_database", feature=feature, error=str(error))
        last = self._last.get((tenant_id, feature))
        if last is not None and last.valid_until is not None and now < last.valid_until:
            return last
        return Decision("full" if free else "off", "free" if free else "unknown")


__all__ = ["Decision", "GrantEntitlements", "Right", "decide_on", "set_stops"]
