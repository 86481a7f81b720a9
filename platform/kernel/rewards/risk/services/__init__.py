"""Traces are noted, abuse is looked for, and people decide."""

from kernel.rewards.risk.services.deciding import clear, hold, object_to, release
from kernel.rewards.risk.services.scanning import scan, scan_if_needed
from kernel.rewards.risk.services.tracing import note_sign_in, note_traces

__all__ = [
    "clear",
    "hold",
    "note_sign_in",
    "note_traces",
    "object_to",
    "release",
    "scan",
    "scan_if_needed",
]
