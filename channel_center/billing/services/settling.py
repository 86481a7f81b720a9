"""Moves what a plan says through the whole chain at once, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from django.utils.translation import gettext as _

from channel_center.billing.choices import Collection
from channel_center.billing.errors import InsufficientFunds, NotAvailableNow, OverCreditLimit
from channel_center.billing.services import gifts
from channel_center.billing.services.wallets import (
    CREDIT,
    GIFT,
    ON_ACCOUNT,
    SPENT_FIRST,
    Purse,
    asset_of,
    lock,
    view_of,
    wallet_of,
)
from kernel.common.money import Money
from kernel.ledger.models import Journal
from kernel.ledger.services import post
from kernel.ledger.values import TENANT, Leg, Owner, system

Edge: TypeAlias = tuple[UUID | None, UUID | None, int]
"""Seller, buyer and what the buyer owes; less than nothing where he gets something back."""
_OPERATOR: Final = TENANT


class ChainShort(NotAvailableNow):
    """A partner of the chain has not enough. Who it is stays out of what is shown."""

    def __init__(self, channel_id: UUID | None, *, level: int, missing: int, currency: str) -> None:
        super().__init__()
        self.channel_id = channel_id
        self.currency = currency
        self.level = level
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be moved, and why.

    Attributes:
        edges: one for each level, the operator's first, the shop's last.
        is_back: money goes back where it came from.
        may_owe: a partner that has not enough owes the rest, so that nothing is refused.
    """

    key: str
    kind: str
    tenant_id: UUID
    currency: str
    collection: str
    edges: Sequence[Edge]
    reference: tuple[str, UUID]
    is_back: bool = False
    may_owe: bool = False


def settle(wanted: Settlement) -> Journal | None:
    """Post what a plan moves, in one journal; None where nothing moves.

    Raises:
        InsufficientFunds: the shop has not enough.
        OverCreditLimit: it would owe more on account than was agreed.
        ChainShort: a partner has not enough.
    """
    nets = _nets(wanted)
    wallets = {
        channel_id: wallet_of(channel_id=channel_id, currency=wanted.currency)
        for channel_id in nets
        if channel_id is not None and nets[channel_id]
    }
    shop, retail = None, wanted.edges[-1][2]
    if retail:
        shop = wallet_of(tenant_id=wanted.tenant_id, currency=wanted.currency)
    purses = lock([*wallets.values(), *([shop] if shop else [])])
    legs = _retail_legs(wanted, purses.get(shop.id) if shop else None)
    for level, (_seller, buyer, _due) in enumerate(wanted.edges[:-1]):
        if buyer in wallets:
            purse = purses[wallets[buyer].id]
            found = _move(purse, nets[buyer], wanted)
            if isinstance(found, int):
                raise ChainShort(
                    purse.wallet.channel_id, level=level, missing=found, currency=wanted.currency
                )
            legs += found
    asset = asset_of(wanted.currency)
    legs.append(Leg(_OPERATOR, asset, nets.get(None, 0)))
    if not any(leg.minor for leg in legs):
        return None
    return post(key=wanted.key, kind=wanted.kind, legs=legs, reference=wanted.reference)


def _nets(wanted: Settlement) -> dict[UUID | None, int]:
    """Return what each partner, and the operator, has more of; none stands for him."""
    nets: dict[UUID | None, int] = {None: 0}
    for seller, buyer, due in wanted.edges[:-1]:
        nets[seller] = nets.get(seller, 0) + due
        nets[buyer] = nets.get(buyer, 0) - due
    return nets


def _retail_legs(wanted: Settlement, purse: Purse | None) -> list[Leg]:
    """Return what the shop pays its seller; this money never was the operator's."""
    seller, _shop, due = wanted.edges[-1]
    if not due or purse is None:
        return []
    asset = asset_of(wanted.currency)
    income = _OPERATOR if seller is None else sales_of(seller)
    is_on_account = wanted.collection == Collection.MANUAL
    # On account nothing is taken that was paid in: it is lent, as far as the limit goes.
    found = _move(purse, -due, wanted, states=ON_ACCOUNT if is_on_account else SPENT_FIRST)
    if isinstance(found, int):
        if is_on_account:
            raise _over_limit(purse, missing=found)
        raise InsufficientFunds(missing=found)
    return [*found, Leg(income, asset, due)]


def _over_limit(purse: Purse, *, missing: int) -> OverCreditLimit:
    """Return the refusal that says how much may be owed, and how much is."""
    view = view_of(purse.wallet)
    told = {
        name: f"{Money(minor, view.currency).decimal()} {view.currency}"
        for name, minor in (("limit", view.limit_minor), ("owed", view.owed_minor))
    }
    detail = _("Up to %(limit)s may be owed on account; %(owed)s is owed already.") % told
    return OverCreditLimit(detail, missing=missing)


def _move(
    purse: Purse, net: int, wanted: Settlement, *, states: Sequence[str] = SPENT_FIRST
) -> list[Leg] | int:
    """Return the legs of what a wallet gets or pays, or how much is missing."""
    if net >= 0:
        state = gifts.came_from(purse, wanted.reference) if wanted.is_back else CREDIT
        return purse.put(net, state)
    take = purse.take_owing if wanted.may_owe else purse.take
    legs = take(-net, states=states)
    if not isinstance(legs, int):
        gifts.use(purse.wallet.id, sum(-leg.minor for leg in legs if leg.state == GIFT))
    return legs


def sales_of(channel_id: UUID) -> Owner:
    """Return the account that counts what a partner sold to its shops."""
    return system(f"billing.sales.{channel_id.hex}")
