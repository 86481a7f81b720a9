"""Moves what a plan says through the whole chain at once, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from channel_center.billing.choices import Collection
from channel_center.billing.errors import InsufficientFunds, NotAvailableNow
from channel_center.billing.services import gifts
from channel_center.billing.services.wallets import (
    CREDIT,
    GIFT,
    Purse,
    asset_of,
    lock,
    wallet_of,
)
from kernel.ledger.models import Journal
from kernel.ledger.services import post
from kernel.ledger.values import TENANT, Leg, Owner, system

Edge: TypeAlias = tuple[UUID | None, UUID | None, int]
"""Seller, buyer and what the buyer owes; less than nothing where he gets something back."""
_OPERATOR: Final = TENANT


class ChainShort(NotAvailableNow):
    """A partner of the chain has not enough. Who it is stays out of what is shown."""

    def __init__(self, channel_id: UUID | None, *, level: int, missing: int) -> None:
        super().__init__()
        self.channel_id = channel_id
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
        ChainShort: a partner has not enough.
    """
    nets = _nets(wanted)
    wallets = {
        channel_id: wallet_of(channel_id=channel_id, currency=wanted.currency)
        for channel_id in nets
        if channel_id is not None and nets[channel_id]
    }
    shop, retail = None, wanted.edges[-1][2]
    if wanted.collection == Collection.WALLET and retail:
        shop = wallet_of(tenant_id=wanted.tenant_id, currency=wanted.currency)
    purses = lock([*wallets.values(), *([shop] if shop else [])])
    legs = _retail_legs(wanted, purses.get(shop.id) if shop else None)
    for level, (_seller, buyer, _due) in enumerate(wanted.edges[:-1]):
        if buyer in wallets:
            purse = purses[wallets[buyer].id]
            found = _move(purse, nets[buyer], wanted)
            if isinstance(found, int):
                raise ChainShort(purse.wallet.channel_id, level=level, missing=found)
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
    if not due:
        return []
    asset = asset_of(wanted.currency)
    income = _OPERATOR if seller is None else sales_of(seller)
    if purse is None:
        return [Leg(receivable_of(seller), asset, -due), Leg(income, asset, due)]
    found = _move(purse, -due, wanted)
    if isinstance(found, int):
        raise InsufficientFunds(level=len(wanted.edges) - 1, missing=found)
    return [*found, Leg(income, asset, due)]


def _move(purse: Purse, net: int, wanted: Settlement) -> list[Leg] | int:
    """Return the legs of what a wallet gets or pays, or how much is missing."""
    if net >= 0:
        state = gifts.came_from(purse, wanted.reference) if wanted.is_back else CREDIT
        return purse.put(net, state)
    legs = purse.take_owing(-net) if wanted.may_owe else purse.take(-net)
    if not isinstance(legs, int):
        gifts.use(purse.wallet.id, sum(-leg.minor for leg in legs if leg.state == GIFT))
    return legs


def sales_of(channel_id: UUID) -> Owner:
    """Return the account that counts what a partner sold to its shops."""
    return system(f"billing.sales.{channel_id.hex}")


def receivable_of(channel_id: UUID | None) -> Owner:
    """Return the account that counts what shops owe a seller on account."""
    return system(f"billing.owed.{channel_id.hex}" if channel_id else "billing.owed")
