"""Jobs by the clock of each tenant.

Declared by the kernel and, through their manifests, by modules. One public
task per minute works out which tenants' local time matches and leaves a claim
for each; a claim is run once.
"""

from __future__ import annotations

from kernel.tenancy.schedules.declared import (
    InvalidSchedule,
    Schedule,
    register_schedule,
    schedules,
    unregister_schedule,
)

__all__ = [
    "InvalidSchedule",
    "Schedule",
    "register_schedule",
    "schedules",
    "unregister_schedule",
]
