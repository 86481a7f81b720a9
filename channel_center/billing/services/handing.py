"""Hands a shop's balance over with the shop: what its old partner took in for it.

A shop pays its partner in advance, so what is on its balance is money that the partner
holds. When the shop goes, the partner's own balance pays that sum and the new partner's
gets it, as if the new one had taken the money in. Credit that the old partner gave ends
with it: nobody paid for that. What a shop owes stays owed, and is paid by what comes in
next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from channel_center.billing.models import Gift, Wallet
from channel_center.billing.services.settling import ChainShort
from channel_center.billing.services.wallets import (
    CASH,
    CREDIT,
    GIFT,
    LINE,
    Purse,
    asset_of,
    lock,
    money_of,
    owner_of,
    views_of,
    wallet_of,
)
from channel_center.moves.money import MoneyLine, Parties
from kernel.common.money import Money
from kernel.ledger.models import Journal
from kernel.ledger.services import post
from kernel.ledger.values import TENANT, Leg, system

KIND: Final = "billing.balance_moved"
_PAID_FROM: Final = (CREDIT, CASH, LINE)
_GIVEN: Final = system("billing.gifts")


def lines_of(parties: Parties) -> list[MoneyLine]:
    """Return what would be handed over, to each side."""
    lines = []
    wallets = list(Wallet.objects.filter(tenant=parties.tenant_id).order_by("currency"))
    views = views_of(wallets)
    for wallet in wallets:
        view = views[wallet.id]
        held = Money(view.cash_minor + view.credit_minor, wallet.currency)
        if held.minor:
            label = _("Balance of the shop, which goes with it")
            lines += [
                MoneyLine(label, held, credited=False, side="giving"),
                MoneyLine(label, held, credited=True, side="receiving"),
                MoneyLine(_("Your balance goes with the shop"), held, credited=True, side="shop"),
            ]
        if view.gift_minor:
            given = Money(view.gift_minor, wallet.currency)
            label = _("Credit that the present provider gave ends")
            lines.append(MoneyLine(label, given, credited=False, side="shop"))
    return lines


def hand_over(key: UUID, parties: Parties, *, now: datetime) -> list[dict[str, Any]]:
    """Move what is on the shop's balances; once for a move that stands.

    Returns:
        What it takes to undo it, by currency.

    Raises:
        ChainShort: the old partner has not what it holds for the shop.
    """
    done = []
    for wallet in Wallet.objects.filter(tenant=parties.tenant_id).order_by("currency"):
        prefix = f"billing:handed:{key.hex}:{wallet.currency}:"
        turns = Journal.objects.filter(key__startswith=prefix)
        last = turns.order_by("-key").first()
        if last is not None and not last.key.endswith(":undone"):
            done.append(dict(last.data))
            continue
        found = _handed(wallet, f"{prefix}{turns.count():04d}", parties, now=now)
        if found:
            done.append(found)
    return done


def _handed(wallet: Wallet, key: str, parties: Parties, *, now: datetime) -> dict[str, Any]:
    sides = _sides(parties, wallet.currency)
    purses = lock([wallet, *(each for each in sides if each is not None)])
    shop, asset = purses[wallet.id], asset_of(wallet.currency)
    held = shop.left[CASH] + shop.left[CREDIT]
    gifts = {
        gift.id.hex: gift.remaining_minor
        for gift in Gift.objects.filter(
            top_up__wallet=wallet, remaining_minor__gt=0, expired_at=None
        )
    }
    given = min(sum(gifts.values()), shop.left[GIFT])
    if not held and not given:
        return {}
    legs = _between(parties, sides, purses, held, asset)
    if given:
        legs += [Leg(owner_of(wallet), asset, -given, GIFT), Leg(_GIVEN, asset, given)]
    told = {
        "key": key,
        "wallet": wallet.id.hex,
        "tenant": parties.tenant_id.hex,
        "giving": parties.giving_id.hex if parties.giving_id else "",
        "receiving": parties.receiving_id.hex if parties.receiving_id else "",
        "held": held,
        "given": given,
        "gifts": gifts,
    }
    post(key=key, kind=KIND, legs=legs, reference=("wallet", wallet.id), data=told)
    ended = [UUID(each) for each in gifts]
    Gift.objects.filter(id__in=ended).update(remaining_minor=0, expired_at=now)
    return told


def _sides(parties: Parties, currency: str) -> tuple[Wallet | None, Wallet | None]:
    """Return the balances of both partners; None stands for the operator."""
    giving, receiving = (
        wallet_of(channel_id=each, currency=currency) if each is not None else None
        for each in (parties.giving_id, parties.receiving_id)
    )
    return giving, receiving


def _between(
    parties: Parties,
    sides: tuple[Wallet | None, Wallet | None],
    purses: Mapping[UUID, Purse],
    minor: int,
    asset: str,
) -> list[Leg]:
    """Return the legs of a sum that one partner pays, the other gets and then counts as paid in."""
    if not minor:
        return []
    giving, receiving = sides
    legs = _paid(giving, purses, minor, asset)
    legs += purses[receiving.id].put(minor, CASH) if receiving else [Leg(TENANT, asset, minor)]
    return [
        *legs,
        Leg(money_of(parties.giving_id), asset, minor),
        Leg(money_of(parties.receiving_id), asset, -minor),
    ]


def _paid(giving: Wallet | None, purses: Mapping[UUID, Purse], minor: int, asset: str) -> list[Leg]:
    if giving is None:
        return [Leg(TENANT, asset, -minor)]
    # Not from credit that was given to the partner: that is for buying.
    found = purses[giving.id].take(minor, states=_PAID_FROM)
    if isinstance(found, int):
        raise ChainShort(giving.channel_id, level=0, missing=found, currency=giving.currency)
    return found


def take_back(done: Sequence[Mapping[str, Any]]) -> None:
    """Undo what `hand_over` did; again changes nothing. Who has spent it meanwhile owes it."""
    for told in done:
        key = f"{told['key']}:undone"
        if Journal.objects.filter(key=key).exists():
            continue
        wallet = Wallet.objects.get(id=UUID(told["wallet"]))
        asset, held = asset_of(wallet.currency), int(told["held"])
        parties = Parties(UUID(told["tenant"]), _id(told["giving"]), _id(told["receiving"]))
        giving, receiving = _sides(parties, wallet.currency)
        purses = lock([wallet, *(each for each in (giving, receiving) if each is not None)])
        legs: list[Leg] = []
        if held:
            legs += purses[giving.id].put(held, CASH) if giving else [Leg(TENANT, asset, held)]
            legs += (
                purses[receiving.id].take_owing(held, states=_PAID_FROM)
                if receiving
                else [Leg(TENANT, asset, -held)]
            )
            legs += [
                Leg(money_of(parties.giving_id), asset, -held),
                Leg(money_of(parties.receiving_id), asset, held),
            ]
        if told["given"]:
            legs += [
                Leg(owner_of(wallet), asset, int(told["given"]), GIFT),
                Leg(_GIVEN, asset, -int(told["given"])),
            ]
        post(key=key, kind=KIND, legs=legs, reference=("wallet", wallet.id))
        for gift_id, minor in told["gifts"].items():
            Gift.objects.filter(id=UUID(gift_id)).update(remaining_minor=minor, expired_at=None)


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
