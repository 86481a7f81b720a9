"""Reward modes as others use them."""

from __future__ import annotations

from kernel.rewards.services.crediting import credit
from kernel.rewards.services.programmes import handle, open_programme
from kernel.rewards.services.settling import release, settle

__all__ = ["credit", "handle", "open_programme", "release", "settle"]
