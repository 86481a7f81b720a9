"""Finds what each level of a chain asks the next one for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from django.db.models import Q

from channel_center.billing.choices import OPEN_STATES, Audience, ListState
from channel_center.billing.errors import UnknownOffer
from channel_center.billing.models import PriceLine, PriceList
from channel_center.billing.values import Chain, Price
from channel_center.partners.services.standing import path_of

ON_SALE: Final = Q(is_active=True, edition__product__is_active=True)
STILL_HELD: Final = Q(subscriptions__state__in=OPEN_STATES) | Q(next_of__state__in=OPEN_STATES)
"""What is off sale, and renewed by those who have it: it needs a price as before."""

Listed: TypeAlias = dict[tuple[UUID | None, str, UUID | None], PriceList]


def chain_of(channel_id: UUID | None) -> Chain:
    """Return the partners between the operator and the shops of one, the highest first."""
    return () if channel_id is None else tuple(reversed(path_of(channel_id)))


def lists_in_force(chain: Sequence[UUID], currency: str, *, at: datetime) -> Listed:
    """Return the newest list of each owner, audience and buyer that counts at a moment."""
    rows = (
        PriceList.objects.filter(
            Q(owner=None) | Q(owner__in=chain),
            Q(buyer=None) | Q(buyer__in=chain),
            state=ListState.PUBLISHED,
            currency=currency,
            valid_from__lte=at,
        )
        .order_by("valid_from", "number")
        .iterator()
    )
    return {(row.owner_id, row.audience, row.buyer_id): row for row in rows}


def prices_of(
    chain: Chain, currency: str, offer_ids: Iterable[UUID], *, at: datetime
) -> dict[UUID, list[Price | None]]:
    """Return what each level asks for each offer, the operator's first; two queries.

    Where a seller has no price, the one that stands above counts for him too.
    """
    listed = lists_in_force(chain, currency, at=at)
    lines: dict[tuple[UUID, UUID], PriceLine] = {
        (line.price_list_id, line.offer_id): line
        for line in PriceLine.objects.filter(
            price_list__in=[each.id for each in listed.values()], offer__in=list(offer_ids)
        )
    }
    return {
        offer_id: [_asked(chain, level, offer_id, listed, lines) for level in range(len(chain) + 1)]
        for offer_id in offer_ids
    }


def _asked(
    chain: Chain,
    level: int,
    offer_id: UUID,
    listed: Listed,
    lines: dict[tuple[UUID, UUID], PriceLine],
) -> Price | None:
    """Return what the seller of a level asks; sellers above stand in for those below."""
    is_last = level == len(chain)
    audience = Audience.SHOP if is_last else Audience.PARTNER
    buyer = None if is_last else chain[level]
    for above in range(level, -1, -1):
        owner = chain[above - 1] if above else None
        for of in dict.fromkeys((buyer, None)):
            found = listed.get((owner, audience.value, of))
            line = found and lines.get((found.id, offer_id))
            if found and line:
                return Price(
                    amount_minor=line.amount_minor,
                    line_id=line.id,
                    list_number=found.number,
                    trial_days=line.trial_days,
                    may_lose=line.may_lose,
                    tiers=line.steps,
                )
    return None


def chain_prices(chain: Chain, currency: str, offer_id: UUID, *, at: datetime) -> list[Price]:
    """Return what each level asks for an offer.

    Raises:
        UnknownOffer: a level has no price, and nobody above has.
    """
    found = prices_of(chain, currency, [offer_id], at=at)[offer_id]
    complete = [each for each in found if each is not None]
    if len(complete) != len(found):
        raise UnknownOffer
    return complete


def least_retail(
    chain: Chain, currency: str, offer_ids: Sequence[UUID], *, at: datetime
) -> dict[UUID, int]:
    """Return what shops must be asked for at least, as those above say."""
    listed = lists_in_force(chain, currency, at=at)
    rows = PriceLine.objects.filter(
        price_list__in=[
            each.id
            for each in listed.values()
            if each.audience == Audience.PARTNER and each.owner_id != (chain[-1] if chain else None)
        ],
        offer__in=list(offer_ids),
        minimum_retail_minor__isnull=False,
    ).values_list("offer_id", "minimum_retail_minor")
    least: dict[UUID, int] = {}
    for offer_id, minor in rows:
        least[offer_id] = max(least.get(offer_id, 0), minor or 0)
    return least
