"""Payments, refunds and gateways: the tables."""

from __future__ import annotations

from kernel.payments.models.bindings import BindingVersion, PaymentBinding
from kernel.payments.models.intents import Attempt, PaymentIntent, Refund
from kernel.payments.models.notices import Notice
from kernel.payments.models.passwords import PaymentPassword, PaymentPolicy
from kernel.payments.models.reconciliation import Difference, ReconciliationRun, StatementRow
from kernel.payments.models.reviews import Proof, Review
from kernel.payments.models.splits import Split, SplitReceiver

__all__ = [
    "Attempt",
    "BindingVersion",
    "Difference",
    "Notice",
    "PaymentBinding",
    "PaymentIntent",
    "PaymentPassword",
    "PaymentPolicy",
    "Proof",
    "ReconciliationRun",
    "Refund",
    "Review",
    "Split",
    "SplitReceiver",
    "StatementRow",
]
