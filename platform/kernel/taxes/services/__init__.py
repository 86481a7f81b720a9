"""What can be done with taxes."""

from __future__ import annotations

from kernel.taxes.services.classes import delete_class, save_class
from kernel.taxes.services.exemptions import ask, decide, give
from kernel.taxes.services.policy import Policy, policy_of, set_policy
from kernel.taxes.services.zones import RateTerms, ZoneTerms, delete_zone, save_zone

__all__ = [
    "Policy",
    "RateTerms",
    "ZoneTerms",
    "ask",
    "decide",
    "delete_class",
    "delete_zone",
    "give",
    "policy_of",
    "save_class",
    "save_zone",
    "set_policy",
]
