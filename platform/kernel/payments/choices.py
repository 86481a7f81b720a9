"""The states and kinds that payments are in."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BindingMode(TextChoices):
    """Whose account a binding uses."""

    DIRECT = "direct", _("Own account")
    CONNECT = "connect", _("Account connected to a platform")


class IntentState(TextChoices):
    """Where a wish to be paid stands."""

    OPEN = "open", _("Waiting for payment")
    AUTHORIZED = "authorized", _("Authorised")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class AttemptState(TextChoices):
    """Where one try to pay stands; the words of the gateway contract."""

    CREATED = "created", _("Being prepared")
    PENDING = "pending", _("Waiting for the payer")
    REQUIRES_ACTION = "requires_action", _("The payer must act")
    AUTHORIZED = "authorized", _("Authorised")
    PAID = "paid", _("Paid")
    CLOSED = "closed", _("Closed")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Outcome not known yet")


class RefundState(TextChoices):
    """Where a refund stands."""

    CREATED = "created", _("Being prepared")
    PENDING = "pending", _("Accepted by the gateway")
    REVIEW = "review", _("To be paid back by hand")
    SUCCEEDED = "succeeded", _("Refunded")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Outcome not known yet")


class SplitState(TextChoices):
    """Where a share of a payment stands."""

    CREATED = "created", _("Being prepared")
    PENDING = "pending", _("Accepted by the gateway")
    SUCCEEDED = "succeeded", _("Paid to the receiver")
    FAILED = "failed", _("Failed")
    RETURNING = "returning", _("Coming back")
    RETURNED = "returned", _("Come back")


class RefundKind(TextChoices):
    """Why money goes back."""

    ASKED = "asked", _("Asked for")
    LATE = "late", _("Paid after the end")
    SURPLUS = "surplus", _("Paid twice")


class NoticeState(TextChoices):
    """What became of a gateway's message."""

    RECEIVED = "received", _("Notice received")
    APPLIED = "applied", _("Notice applied")
    IGNORED = "ignored", _("Of no concern")
    FAILED = "failed", _("Could not be applied")


class Verdict(TextChoices):
    """What a reviewer says of a payment made outside."""

    CONFIRM = "confirm", _("Money received")
    REJECT = "reject", _("Not received")


class LineKind(TextChoices):
    """What a line of a gateway's statement is about."""

    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")
    FEE = "fee", _("Fee")
    PAYOUT = "payout", _("Payout")
    DISPUTE = "dispute", _("Dispute")
    OTHER = "other", _("Other")


class DifferenceKind(TextChoices):
    """How a statement and our books disagree."""

    AMOUNT = "amount", _("Another amount")
    OURS_ONLY = "ours_only", _("Missing at the gateway")
    THEIRS_ONLY = "theirs_only", _("Missing in our books")
    DUPLICATE = "duplicate", _("Twice at the gateway")
    CURRENCY = "currency", _("Another currency")


class DifferenceState(TextChoices):
    """Whether somebody has dealt with a difference."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


LIVE_ATTEMPTS = frozenset(
    {
        AttemptState.CREATED,
        AttemptState.PENDING,
        AttemptState.REQUIRES_ACTION,
        AttemptState.AUTHORIZED,
        AttemptState.UNKNOWN,
    }
)
"""Attempts that may still bring money."""

MOVING_REFUNDS = frozenset({RefundState.CREATED, RefundState.PENDING, RefundState.UNKNOWN})
"""Refunds whose outcome the gateway has still to tell."""

MOVING_SPLITS = frozenset({SplitState.CREATED, SplitState.PENDING, SplitState.RETURNING})
"""Shares whose outcome the gateway has still to tell."""

PAYABLE_INTENTS = frozenset({IntentState.OPEN, IntentState.AUTHORIZED})
"""Intents that take money."""
