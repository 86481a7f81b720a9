"""Decides on flags from what the process remembers; it asks anew every few seconds.

The nearest rule counts: of the shop, of its partner, of its ring; then the percentage. A shop
is within a percentage or not for good, so that raising it adds shops and takes none away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any, Final
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from redis import RedisError

from channel_center.flags.choices import RuleKind
from channel_center.flags.models import Flag, FlagRule
from kernel.tenancy.context import TenantRef, public_context

FRESH: Final = 5.0
"""Seconds after which a process looks again."""
_KEY: Final = "flags:all"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the operator chose for a flag."""

    is_on: bool
    percent: int
    rules: dict[tuple[str, str], bool]

    def holds(self, code: str, tenant: TenantRef | None) -> bool:
        """Tell whether the flag is on for a tenant; for the installation itself at 100 %."""
        if not self.is_on:
            return False
        if tenant is None:
            return self.percent >= 100  # noqa: PLR2004  per cent
        named = [(RuleKind.TENANT.value, tenant.id.hex)]
        if tenant.channel_id is not None:
            named.append((RuleKind.CHANNEL.value, tenant.channel_id.hex))
        named.append((RuleKind.RING.value, str(tenant.ring)))
        for each in named:
            if (verdict := self.rules.get(each)) is not None:
                return verdict
        return share_of(code, tenant.id) < self.percent


class _Memory:
    def __init__(self) -> None:
        self.choices: dict[str, Choice] = {}
        self.until = 0.0


_memory = _Memory()


def decides(code: str, tenant: TenantRef | None, *, otherwise: bool) -> bool:
    """Return whether a flag is on; ``otherwise`` when there is none. No statement."""
    if monotonic() >= _memory.until:
        _look()
    choice = _memory.choices.get(code)
    return otherwise if choice is None else choice.holds(code, tenant)


def share_of(code: str, tenant_id: UUID) -> int:
    """Return where a shop stands among a hundred for a flag, the same for good."""
    digest = sha256(f"{code}:{tenant_id.hex}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


def forget() -> None:
    """Look again at the next question."""
    _memory.until = 0.0


@public_context()
def keep_at_hand() -> None:
    """Put the flags where every process finds them."""
    try:
        cache.set(_KEY, json.dumps(_told()), timeout=None)
    except RedisError as error:
        _log.warning("flags_not_kept", error=str(error))
    forget()


def _look() -> None:
    """Read the flags from the cache, or from the tables where it lost them."""
    _memory.until = monotonic() + FRESH
    try:
        with public_context():
            text = cache.get(_KEY)
            told = _told() if text is None else json.loads(text)
            if text is None:
                cache.set(_KEY, json.dumps(told), timeout=None)
    except (RedisError, DatabaseError) as error:
        # What was known is still the best answer.
        _log.warning("flags_not_read", error=str(error))
        return
    _memory.choices = {
        code: Choice(
            is_on=each["is_on"],
            percent=each["percent"],
            rules={(kind, value): is_on for kind, value, is_on in each["rules"]},
        )
        for code, each in told.items()
    }


def _told() -> dict[str, Any]:
    rules: dict[str, list[list[object]]] = {}
    for row in FlagRule.objects.order_by("pk"):
        rules.setdefault(row.flag_id, []).append([row.kind, row.value, row.is_on])
    return {
        row.code: {"is_on": row.is_on, "percent": row.percent, "rules": rules.get(row.code, [])}
        for row in Flag.objects.order_by("code")
    }
