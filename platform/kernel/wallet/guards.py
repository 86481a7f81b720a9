"""Who may stop withdrawals: modules to which a member owes something, for example."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from kernel.wallet.errors import Blocked

Guard: TypeAlias = Callable[[UUID, str, datetime], str]
"""Called with a member, the code of an asset and the moment; returns why not, or nothing."""

_guards: Final[dict[str, Guard]] = {}


def register_guard(name: str, guard: Guard) -> None:
    """Have somebody asked before a balance is paid out or passed on."""
    _guards[name] = guard


def check_guards(member_id: UUID, asset: str, *, now: datetime) -> None:
    """Ask everybody.

    Raises:
        Blocked: somebody has a reason against it.
    """
    for guard in _guards.values():
        if text := guard(member_id, asset, now):
            raise Blocked(text)
