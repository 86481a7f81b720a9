"""The words that rows of withdrawals and transfers are made of."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.ledger.choices import AssetKind


class Channel(TextChoices):
    """By which way money is paid out."""

    BANK = "bank", _("Bank account")
    ALIPAY = "alipay", _("Alipay")
    WECHAT = "wechat", _("WeChat")
    PAYROLL = "payroll", _("Payroll service")
    STRIPE = "stripe", "Stripe"


class State(TextChoices):
    """Where a withdrawal stands."""

    REQUESTED = "requested", _("Waiting for review")
    CHECKED = "checked", _("Waiting for a second review")
    APPROVED = "approved", _("Approved")
    PAYING = "paying", _("Being paid out")
    UNKNOWN = "unknown", _("Outcome not known")
    PAID = "paid", _("Paid out")
    REJECTED = "rejected", _("Refused")
    CANCELLED = "cancelled", _("Withdrawn by the member")
    FAILED = "failed", _("Failed")
    RETURNED = "returned", _("Came back")


class EventKind(TextChoices):
    """What happened to a withdrawal."""

    REQUESTED = "requested", _("Requested")
    CHECKED = "checked", _("Approved by the first reviewer")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Refused")
    CANCELLED = "cancelled", _("Withdrawn by the member")
    BATCHED = "batched", _("Put into a pay-out batch")
    UNBATCHED = "unbatched", _("Taken out of a pay-out batch")
    SENT = "sent", _("Sent to the payout service")
    UNKNOWN = "unknown", _("The payout service did not answer")
    ABSENT = "absent", _("The payout service never got it")
    REFUSED = "refused", _("The payout service took nothing")
    PAID = "paid", _("Paid out")
    FAILED = "failed", _("Failed")
    RETURNED = "returned", _("The bank sent it back")


class IdentityState(TextChoices):
    """How far the proof of a member's identity has got; without a row there is none."""

    SUBMITTED = "submitted", _("Being checked")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Refused")


class DocumentKind(TextChoices):
    """By what a member proves who he is."""

    ID_CARD = "id_card", _("Identity card of mainland China")
    PASSPORT = "passport", _("Passport")
    OTHER = "other", _("Another official document")


class BatchState(TextChoices):
    """Where a pay-out batch stands."""

    OPEN = "open", _("To be paid")
    DONE = "done", _("Done")


OPEN_STATES: Final = (
    *(State.REQUESTED.value, State.CHECKED.value, State.APPROVED.value),
    *(State.PAYING.value, State.UNKNOWN.value),
)
"""In which units are held."""
COUNTED_STATES: Final = (*OPEN_STATES, State.PAID.value)
"""Which count for the limits of a day."""
REVIEWED_STATES: Final = (State.REQUESTED.value, State.CHECKED.value)

EARNED: Final = frozenset({AssetKind.COMMISSION.value})
"""What can be paid out: what a member earned, never what somebody paid in."""
GIVEN: Final = frozenset(
    {
        AssetKind.COMMISSION.value,
        AssetKind.POINTS.value,
        AssetKind.CHANCE.value,
        AssetKind.GOODS.value,
    }
)
"""What can pass from member to member: never what was paid in, nor growth."""
