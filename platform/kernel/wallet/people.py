"""Accounts, withdrawals and transfers of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.wallet.models import PayoutAccount, Transfer, Withdrawal
from kernel.wallet.services.accounts import forget_unused
from kernel.wallet.services.identity import forget_identity, hand_over_identity


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give what one account has to another; joined to the merging of members.

    What is held is given back, or paid, in the ledger of the account that asked.
    """
    hand_over_identity(kept_id, absorbed_id)
    PayoutAccount.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
    for row in Withdrawal.objects.filter(member_id=absorbed_id).order_by("pk"):
        # Both may have used the same key.
        row.member_id, row.key = kept_id, f"{row.pk.hex}:{row.key}"[:80]
        row.save(update_fields=["member", "key"])
    for given in Transfer.objects.filter(sender_id=absorbed_id).order_by("pk"):
        given.sender_id, given.key = kept_id, f"{given.pk.hex}:{given.key}"[:80]
        given.save(update_fields=["sender", "key"])
    Transfer.objects.filter(recipient_id=absorbed_id).update(recipient_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Take away the accounts of a person who goes; joined to the erasing of members.

    What is under way is still paid to them; then they are forgotten.
    """
    own = PayoutAccount.objects.filter(member_id=member_id)
    keys = list(own.values_list("pk", flat=True))
    own.filter(removed_at=None).update(removed_at=now)
    own.update(hint="")
    forget_unused(keys)
    forget_identity(member_id)
