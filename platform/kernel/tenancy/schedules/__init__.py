"""Jobs by the clock of each tenant.

Declared by the kernel and, through their manifests, by modules. One public
task per minute works out which tenants' local time matches and leaves a claim
for each; a claim is run once. A job that is asked for runs only in tenants that
set themselves an alarm, with `ask`, in the transaction that makes the work.
"""

from __future__ import annotations

from kernel.tenancy.schedules.asking import ask
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
    "ask",
    "register_schedule",
    "schedules",
    "unregister_schedule",
]
