"""Reward modes as others use them."""

from __future__ import annotations

from kernel.rewards.services.crediting import credit
from kernel.rewards.services.due import enter, refund
from kernel.rewards.services.programmes import handle, open_programme
from kernel.rewards.services.settling import release, settle

__all__ = ["credit", "enter", "handle", "open_programme", "refund", "release", "settle"]
