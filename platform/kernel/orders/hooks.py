"""Work of others inside the transaction that moves orders.

The kernel's higher centres register functions; modules name theirs in the
manifest, as ``order_hooks``, and are asked only where they are on. Every hook
takes a batch: a flash sale moves thousands of orders in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal, TypeAlias, cast
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.modules.gate import mode_of
from kernel.modules.registry import load, manifests
from kernel.tenancy.context import current_tenant

Moment = Literal[
    "placed", "paid", "changed", "cancelled", "shipped", "delivered", "completed", "waived"
]


@dataclass(frozen=True, slots=True)
class HookContext:
    """What a hook may need to know beside the orders."""

    now: datetime
    actor: Actor
    reason: str = ""


Hook: TypeAlias = Callable[[Sequence[UUID], HookContext], None]

_registered: dict[Moment, dict[str, Hook]] = {}


def register_hook(moment: Moment, name: str, hook: Hook) -> None:
    """Add a hook of the kernel; the same name again replaces the earlier one."""
    _registered.setdefault(moment, {})[name] = hook


def run_hooks(moment: Moment, order_ids: Sequence[UUID], context: HookContext) -> None:
    """Call every hook of a moment, the kernel's first; what one raises undoes everything."""
    if not order_ids:
        return
    for hook in _registered.get(moment, {}).values():
        hook(order_ids, context)
    for module_hook in _of_modules(moment, now=context.now):
        module_hook(order_ids, context)


def _of_modules(moment: Moment, *, now: datetime) -> Iterator[Hook]:
    tenant = current_tenant()
    for code in sorted(tenant.modules):
        manifest = manifests().get(code)
        hooks = [h for h in manifest.order_hooks if h.moment == moment] if manifest else []
        if hooks and mode_of(tenant, code, now=now) == "full":
            for hook in hooks:
                yield _loaded(hook.function)


@cache
def _loaded(reference: str) -> Hook:
    return cast("Hook", load(reference))
