"""Payments as the rest of the program calls them."""

from __future__ import annotations

from kernel.payments.services.applying import apply_result
from kernel.payments.services.attempts import capture_attempt, query, start_attempt
from kernel.payments.services.bindings import (
    bind,
    rebind,
    remove_binding,
    set_enabled,
)
from kernel.payments.services.closing import cancel_intent
from kernel.payments.services.intents import create_intent
from kernel.payments.services.notices import handle_notice
from kernel.payments.services.reconciling import reconcile, resolve_difference
from kernel.payments.services.refunds import drive_refund, refund, refund_attempt
from kernel.payments.services.reviews import add_proof, confirm_refund, review
from kernel.payments.services.sweeping import sweep

__all__ = [
    "add_proof",
    "apply_result",
    "bind",
    "cancel_intent",
    "capture_attempt",
    "confirm_refund",
    "create_intent",
    "drive_refund",
    "handle_notice",
    "query",
    "rebind",
    "reconcile",
    "refund",
    "refund_attempt",
    "remove_binding",
    "resolve_difference",
    "review",
    "set_enabled",
    "start_attempt",
    "sweep",
]
