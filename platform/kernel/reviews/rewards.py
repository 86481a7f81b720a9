"""What a shop gives for reviews: units of an asset, once for each thing bought."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kernel.ledger.models import Asset, Journal, Posting
from kernel.ledger.selectors import balance
from kernel.ledger.services import Leg, Owner, post
from kernel.ledger.values import system
from kernel.reviews.models import Review
from kernel.reviews.policy import current_policy

GIVEN: Final = "reviews.rewarded"
TAKEN_BACK: Final = "reviews.reward_taken_back"
PURPOSE: Final = "reviews"


def reward(row: Review, *, now: datetime) -> None:
    """Give a member what the shop gives for a review that is published.

    Runs in the caller's transaction, which holds the lock of the product's score. For a
    line it is given once, also when its review was withdrawn and written again.
    """
    if row.member_id is None or row.is_default:
        return
    policy = current_policy()
    has_more = row.has_pictures or bool(row.video)
    units = policy.points + (policy.points_pictured if has_more else 0)
    key = _key(row)
    if not units or Journal.objects.filter(key=key).exists():
        return
    asset = Asset.objects.filter(code=policy.points_asset, is_active=True).first()
    if asset is None:
        return
    minor = units * 10**asset.scale
    member = Owner("member", row.member_id)
    post(
        key=key,
        kind=GIVEN,
        legs=[Leg(member, asset.code, minor), Leg(system(PURPOSE), asset.code, -minor)],
        occurred_at=now,
        reference=("review", row.id),
    )


def take_back(row: Review, *, now: datetime) -> None:
    """Take back what was given for a review that its writer withdraws, as far as it is left."""
    journal = Journal.objects.filter(key=_key(row)).first()
    if journal is None or row.member_id is None:
        return
    lines = Posting.objects.filter(journal=journal, minor__gt=0).select_related("account__asset")
    given = lines.first()
    if given is None:
        return
    code, member = given.account.asset.code, Owner("member", row.member_id)
    minor = min(given.minor, balance(member, code))
    if minor <= 0:
        return
    post(
        key=f"{_key(row)}:back",
        kind=TAKEN_BACK,
        legs=[Leg(member, code, -minor), Leg(system(PURPOSE), code, minor)],
        occurred_at=now,
        reference=("review", row.id),
    )


def _key(row: Review) -> str:
    return f"reviews.reward:{row.line_id.hex}"
