"""Sealing a sandbox when it is opened."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.sandbox.models import Seal
from kernel.tenancy.simulation import SimulationOnly, is_simulation


def seal() -> None:
    """Seal the current tenant's schema for good; again changes nothing."""
    Seal.objects.get_or_create(pk=1)


def why_no_payout(member_id: UUID, asset: str, now: datetime) -> str:
    """Say why a balance of a sandbox cannot be paid out; nothing in a live shop."""
    return str(SimulationOnly.title) if is_simulation() else ""
