"""What a member has in the ledger, when his account becomes another's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.ledger.choices import OwnerKind, State
from kernel.ledger.models import Account, Lot
from kernel.ledger.services import post
from kernel.ledger.values import Leg, Owner
from kernel.members.models import Member

MERGED = "members.merged"


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Book everything that a member has over to another; what expires keeps its dates.

    What is held stays until its holder lets go, and follows by `hand_over_late`.
    """
    accounts = Account.objects.select_related("asset").filter(
        owner_kind=OwnerKind.MEMBER, owner_id=absorbed_id, balance_minor__gt=0
    )
    for account in accounts.exclude(state=State.FROZEN).order_by("pk"):
        kept, absorbed = Owner("member", kept_id), Owner("member", absorbed_id)
        asset, state = account.asset.code, account.state
        post(
            # The number of the last posting: what comes in later is another journal.
            key=f"{MERGED}:{account.pk}:{account.sequence}",
            kind=MERGED,
            legs=[
                Leg(absorbed, asset, -account.balance_minor, state),
                *_coming_in(account, kept),
            ],
            occurred_at=now,
            reference=("member", absorbed_id),
        )


def hand_over_late(*, now: datetime) -> None:
    """Book over what came to accounts after they became another's, such as released holds."""
    owners = Account.objects.filter(owner_kind=OwnerKind.MEMBER, balance_minor__gt=0)
    late = Member.objects.filter(
        merged_into__isnull=False,
        pk__in=owners.exclude(state=State.FROZEN).values("owner_id"),
    )
    for absorbed_id, kept_id in late.order_by("pk").values_list("pk", "merged_into_id"):
        hand_over(kept_id, absorbed_id, Actor.system("members.merged"), now)


def _coming_in(account: Account, kept: Owner) -> list[Leg]:
    """Return what arrives: batch by batch where there are batches, so that dates stay."""
    asset, state = account.asset.code, account.state
    lots = Lot.objects.filter(account=account, remaining_minor__gt=0).order_by("expires_at", "id")
    legs = [Leg(kept, asset, lot.remaining_minor, state, expires_at=lot.expires_at) for lot in lots]
    rest = account.balance_minor - sum(leg.minor for leg in legs)
    return [*legs, Leg(kept, asset, rest, state)] if rest else legs
