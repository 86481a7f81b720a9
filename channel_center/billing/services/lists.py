"""Price lists: drafted, checked against what is paid above, published, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from channel_center.billing.choices import Audience, ListState, Term
from channel_center.billing.errors import (
    BelowMinimum,
    BelowWholesale,
    InvalidPrice,
    PublishedList,
    UnknownOffer,
    UnknownPriceList,
)
from channel_center.billing.models import Offer, PriceLine, PriceList
from channel_center.billing.services.pricing import (
    ON_SALE,
    STILL_HELD,
    chain_of,
    least_retail,
    prices_of,
)
from channel_center.billing.tiers import checked_tiers, first_below
from channel_center.billing.values import Price
from channel_center.models import Channel
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import LARGEST_MINOR
from kernel.common.time import utc_now
from kernel.reference.services import is_currency
from kernel.tenancy.context import public_context


@public_context()
@transaction.atomic
def draft_list(
    owner_id: UUID | None,
    *,
    audience: str,
    currency: str,
    actor: Actor,
    buyer_id: UUID | None = None,
    note: str = "",
    dunning: Mapping[str, Any] | None = None,
    like: PriceList | None = None,
) -> PriceList:
    """Begin a price list; ``like`` gives it the lines of another.

    Raises:
        InvalidPrice: an unknown currency or audience, or a buyer who does not buy here.
    """
    if audience not in Audience.values or not is_currency(currency):
        raise InvalidPrice(field="currency")
    if buyer_id is not None:
        is_below = Channel.objects.filter(pk=buyer_id, parent_id=owner_id).exists()
        if audience != Audience.PARTNER or not is_below:
            raise InvalidPrice(field="buyer")
    same = PriceList.objects.filter(
        owner=owner_id, audience=audience, buyer=buyer_id, currency=currency
    )
    row = PriceList.objects.create(
        owner_id=owner_id,
        audience=audience,
        buyer_id=buyer_id,
        currency=currency,
        number=(same.aggregate(last=Max("number"))["last"] or 0) + 1,
        note=note[:300],
        dunning=dict(dunning or (like.dunning if like else {})),
        made_by=actor.name[:200],
    )
    if like is not None:
        lines = list(PriceLine.objects.filter(price_list=like))
        PriceLine.objects.bulk_create(
            PriceLine(
                price_list=row,
                offer_id=line.offer_id,
                amount_minor=line.amount_minor,
                minimum_retail_minor=line.minimum_retail_minor,
                trial_days=line.trial_days,
                may_lose=line.may_lose,
                tiers=line.tiers,
            )
            for line in lines
        )
    _recorded("billing.list_drafted", row, actor=actor)
    return row


@public_context()
@transaction.atomic
def set_line(
    list_id: UUID,
    offer_code: str,
    *,
    amount_minor: int,
    owner_id: UUID | None,
    minimum_retail_minor: int | None = None,
    trial_days: int | None = None,
    may_lose: bool = False,
    tiers: Iterable[Sequence[int]] = (),
    actor: Actor,
) -> PriceLine:
    """Say what an offer costs on a draft.

    Args:
        list_id: of a draft.
        offer_code: what is sold.
        amount_minor: for one, for one term; by use for one unit.
        owner_id: whose list it is.
        minimum_retail_minor: what shops must be asked for at least.
        trial_days: where it differs from the offer's.
        may_lose: it may be less than what the owner pays.
        tiers: of what is paid by use; see `channel_center.billing.tiers`.
        actor: who says so.

    Raises:
        UnknownPriceList, PublishedList, UnknownOffer: there is none to be changed.
        InvalidPrice: an amount below zero or too large, or tiers of what is not paid by use.
        BelowWholesale, BelowMinimum: the price is too low; ``may_lose`` allows the first.
    """
    row = locked_draft(list_id, owner_id=owner_id)
    offer = Offer.objects.filter(ON_SALE | STILL_HELD, code=offer_code).first()
    if offer is None:
        raise UnknownOffer
    amounts = {"amount": amount_minor, "minimum_retail": minimum_retail_minor or 0}
    for name, minor in amounts.items():
        if not 0 <= minor <= LARGEST_MINOR:
            raise InvalidPrice(field=name)
    steps = checked_tiers(tiers)
    if steps and offer.term != Term.USAGE:
        raise InvalidPrice(field="tiers")
    line, _made = PriceLine.objects.update_or_create(
        price_list=row,
        offer=offer,
        defaults={
            "amount_minor": amount_minor,
            "minimum_retail_minor": minimum_retail_minor,
            "trial_days": trial_days,
            "may_lose": may_lose,
            "tiers": [list(each) for each in steps],
        },
    )
    check_lines(row, [line], at=utc_now())
    if may_lose:
        record(
            action="billing.below_cost_allowed",
            actor=actor,
            obj=("price_list", row.public_id),
            after={"offer": offer.code, "minor": amount_minor},
        )
    return line


@public_context()
@transaction.atomic
def drop_line(list_id: UUID, offer_code: str, *, owner_id: UUID | None) -> None:
    """Take an offer off a draft; the price from above counts then.

    Raises:
        UnknownPriceList, PublishedList: there is none to be changed.
    """
    row = locked_draft(list_id, owner_id=owner_id)
    PriceLine.objects.filter(price_list=row, offer__code=offer_code).delete()


@public_context()
@transaction.atomic
def publish_list(
    list_id: UUID, *, owner_id: UUID | None, actor: Actor, valid_from: datetime | None = None
) -> PriceList:
    """Let a list count from a moment on, now without it; from here it is never changed.

    Raises:
        UnknownPriceList, PublishedList: there is none to be published.
        InvalidPrice: it is empty, or would have counted in the past.
        BelowWholesale, BelowMinimum: a price is too low.
    """
    row = locked_draft(list_id, owner_id=owner_id)
    now = utc_now()
    begins = valid_from or now
    lines = list(PriceLine.objects.filter(price_list=row).select_related("offer"))
    if not lines:
        raise InvalidPrice(field="lines")
    if begins < now:
        raise InvalidPrice(field="valid_from")
    check_lines(row, lines, at=begins)
    row.state, row.valid_from, row.published_at = ListState.PUBLISHED, begins, now
    row.save(update_fields=["state", "valid_from", "published_at"])
    _recorded("billing.list_published", row, actor=actor)
    return row


def locked_draft(list_id: UUID, *, owner_id: UUID | None) -> PriceList:
    """Return a seller's draft, locked until the transaction ends.

    Raises:
        UnknownPriceList: there is none, or it is another's.
        PublishedList: it counts already.
    """
    row = PriceList.objects.select_for_update().filter(id=list_id, owner_id=owner_id).first()
    if row is None:
        raise UnknownPriceList
    if row.state != ListState.DRAFT:
        raise PublishedList
    return row


def check_lines(row: PriceList, lines: Iterable[PriceLine], *, at: datetime) -> None:
    """Check prices against what their seller pays himself, and what is asked of him.

    Raises:
        BelowWholesale: one is lower than what he pays, and is not marked as such.
        BelowMinimum: shops would pay less than those above allow.
    """
    own = own_prices(row.owner_id, row.currency, [line.offer_id for line in lines], at=at)
    chain = chain_of(row.owner_id)
    least = (
        least_retail(chain, row.currency, [line.offer_id for line in lines], at=at)
        if row.audience == Audience.SHOP
        else {}
    )
    for line in lines:
        paid = own.get(line.offer_id)
        if paid is not None and not line.may_lose:
            wanted = first_below(line.amount_minor, line.steps, paid.amount_minor, paid.tiers)
            if wanted is not None:
                raise BelowWholesale(offer=line.offer.code, least=wanted)
        if first_below(line.amount_minor, line.steps, least.get(line.offer_id, 0)) is not None:
            raise BelowMinimum(offer=line.offer.code, least=least[line.offer_id])


def own_prices(
    owner_id: UUID | None, currency: str, offer_ids: Iterable[UUID], *, at: datetime
) -> dict[UUID, Price | None]:
    """Return what a seller pays himself for offers; nothing for the operator."""
    chain = chain_of(owner_id)
    if not chain:
        return {}
    found = prices_of(chain, currency, list(offer_ids), at=at)
    return {offer_id: prices[-2] for offer_id, prices in found.items()}


def _recorded(action: str, row: PriceList, *, actor: Actor) -> None:
    record(
        action=action,
        actor=actor,
        obj=("price_list", row.public_id),
        after={"number": row.number, "audience": row.audience, "currency": row.currency},
    )
