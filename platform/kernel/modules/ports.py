"""What the kernel asks about rights to modules; `tenants` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

KERNEL_FEATURES = frozenset({"media", "orders", "sms", "staff"})
"""Of the kernel's own what plans limit: everybody has it, and a grant says how much."""

Mode = Literal["full", "read_only", "off"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a tenant may use a feature now.

    Attributes:
        mode: ``full``, ``read_only`` (reads and exports, no writes, no jobs) or ``off``.
        reason: a stable code, for example ``granted``, ``free``, ``expired``, ``no_grant``.
        valid_until: the moment from which the decision must be taken anew, UTC.
    """

    mode: Mode
    reason: str
    edition: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    valid_until: datetime | None = None

    @property
    def allowed(self) -> bool:
        """True when everything may be done."""
        return self.mode == "full"


class Entitlements(Protocol):
    """Decides on grants. Never raises because a cache is down."""

    def decide(self, tenant_id: UUID, feature: str, now: datetime) -> Decision:
        """Return the decision; a feature that nobody sells is ``off``."""


class _Unset:
    def __getattr__(self, name: str) -> object:
        raise RuntimeError("the entitlements are not set: `tenants` fills them at start")


_entitlements: Entitlements | _Unset = _Unset()


def entitlements() -> Entitlements:
    """Return who decides."""
    return _entitlements  # type: ignore[return-value]


def set_entitlements(answers: Entitlements) -> None:
    """Plug the decider in; called once, by `tenants`, at start."""
    global _entitlements  # noqa: PLW0603  the port is a process-wide plug
    _entitlements = answers
