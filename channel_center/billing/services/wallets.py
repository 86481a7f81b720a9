"""Wallets on the ledger of the public side.

The ledger's core is the one that counts members' balances. On this side of the wall its
sellers are partners, its members are shops, and its tenant is the operator; none of them
but the operator may go below zero, which the database keeps. A credit limit is units that
were lent (state ``quota``), so that they run out like any others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from channel_center.billing.choices import PartyKind
from channel_center.billing.errors import InvalidTopUp, TopUpDiffers, UnknownSale
from channel_center.billing.models import Gift, TopUp, Wallet
from channel_center.billing.services.telling import tell_topped_up
from channel_center.billing.values import WalletView
from channel_center.partners.models import Terms
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import LARGEST_MINOR
from kernel.ledger.choices import State
from kernel.ledger.models import Account
from kernel.ledger.services import post
from kernel.ledger.values import Leg, Owner, system
from kernel.tenancy.context import public_context
from tenants.models import Tenant

CASH: Final = State.AVAILABLE.value
GIFT: Final = State.COUPON.value
CREDIT: Final = State.CLAIM.value
LINE: Final = State.QUOTA.value
SPENT_FIRST: Final = (GIFT, CREDIT, CASH, LINE)
ON_ACCOUNT: Final = (LINE,)
GIFTS: Final = "gift"


@public_context()
def wallet_of(
    *, channel_id: UUID | None = None, tenant_id: UUID | None = None, currency: str = ""
) -> Wallet:
    """Return the wallet of a partner or of a shop; it is made when it is first asked for.

    Args:
        channel_id: the partner's.
        tenant_id: the shop's, if not a partner's.
        currency: the usual one of the owner without it.

    Raises:
        UnknownSale: there is no such shop.
    """
    if tenant_id is not None:
        if not currency:
            found = Tenant.objects.filter(pk=tenant_id).values_list("currency", flat=True).first()
            if found is None:
                raise UnknownSale
            currency = found
        kind = PartyKind.SHOP
    else:
        if not currency:
            terms = Terms.objects.filter(Q(channel_id=channel_id))
            currency = terms.values_list("currency", flat=True).first() or "CNY"
        kind = PartyKind.PARTNER
    whose: dict[str, Any] = {"channel_id": channel_id, "tenant_id": tenant_id}
    wallet, _made = Wallet.objects.get_or_create(
        **whose, currency=currency, defaults={"kind": kind}
    )
    return wallet


def owner_of(wallet: Wallet) -> Owner:
    """Return whose accounts a wallet has on the ledger."""
    if wallet.channel_id is not None:
        return Owner("seller", wallet.channel_id)
    return Owner("member", wallet.tenant_id)


def lender_of(wallet: Wallet) -> Owner:
    """Return the account that lends to a wallet."""
    return system(f"billing.credit.{wallet.id.hex}")


def money_of(seller_id: UUID | None) -> Owner:
    """Return the account that stands for the money that a seller took in."""
    return system(f"billing.money.{seller_id.hex}" if seller_id else "billing.money")


def asset_of(currency: str) -> str:
    """Return the code of the ledger's asset for a currency."""
    return currency.lower()


@public_context()
def views_of(wallets: Iterable[Wallet]) -> dict[UUID, WalletView]:
    """Return what wallets have; two queries for any number."""
    found = list(wallets)
    owners = {owner_of(each).stored_id for each in found}
    lenders = {lender_of(each).stored_id for each in found}
    rows = Account.objects.filter(owner_id__in=owners | lenders).values_list(
        "owner_id", "asset__code", "state", "balance_minor"
    )
    balances = {(owner, asset, state): minor for owner, asset, state, minor in rows}
    channels = [each.channel_id for each in found if each.channel_id]
    limits = {
        (terms.channel_id, terms.currency): terms.credit_limit_minor
        for terms in Terms.objects.filter(channel__in=channels)
    }
    return {each.id: _view(each, balances, limits) for each in found}


def _view(
    wallet: Wallet,
    balances: Mapping[tuple[UUID, str, str], int],
    limits: Mapping[tuple[UUID, str], int],
) -> WalletView:
    owner, asset = owner_of(wallet).stored_id, asset_of(wallet.currency)
    lent = -balances.get((lender_of(wallet).stored_id, asset, LINE), 0)
    limit = wallet.credit_limit_minor
    if wallet.channel_id is not None:
        limit = limits.get((wallet.channel_id, wallet.currency), 0)
    return WalletView(
        id=wallet.id,
        currency=wallet.currency,
        cash_minor=balances.get((owner, asset, CASH), 0),
        gift_minor=balances.get((owner, asset, GIFT), 0),
        credit_minor=balances.get((owner, asset, CREDIT), 0),
        limit_minor=limit,
        owed_minor=lent - balances.get((owner, asset, LINE), 0),
    )


def view_of(wallet: Wallet) -> WalletView:
    """Return what a wallet has."""
    return views_of([wallet])[wallet.id]


@dataclass(slots=True)
class Purse:
    """A wallet under lock, counted forward as legs are made."""

    wallet: Wallet
    left: dict[str, int]
    owed: int

    def take(self, minor: int, *, states: Sequence[str] = SPENT_FIRST) -> list[Leg] | int:
        """Return the legs of a payment, in the order of ``states``, or how much is missing."""
        legs, wanted = [], minor
        for state in states:
            part = min(wanted, self.left[state])
            if part:
                legs.append(self._leg(-part, state))
                wanted -= part
        if wanted:
            return wanted
        for leg in legs:
            self.left[leg.state] += leg.minor
        self.owed += sum(-leg.minor for leg in legs if leg.state == LINE)
        return legs

    def take_owing(self, minor: int, *, states: Sequence[str] = SPENT_FIRST) -> list[Leg]:
        """Return the legs of what is taken in any case, in the order of ``states``.

        What is missing is lent on top, beyond any limit: a receivable that is paid back
        by what comes in next, so the wallet's own accounts never go below zero.
        """
        legs, missing = [], minor
        for state in states:
            part = min(missing, self.left[state])
            if part:
                legs.append(self._leg(-part, state))
                self.left[state] -= part
                missing -= part
                self.owed += part if state == LINE else 0
        if missing:
            self.owed += missing
            asset = asset_of(self.wallet.currency)
            legs.append(Leg(lender_of(self.wallet), asset, -missing, LINE))
        return legs

    def put(self, minor: int, state: str) -> list[Leg]:
        """Return the legs of what comes in: what is owed is paid back first."""
        back = min(self.owed, minor)
        parts = [(LINE, back), (state, minor - back)]
        self.owed -= back
        for where, part in parts:
            self.left[where] += part
        return [self._leg(part, where) for where, part in parts if part]

    def _leg(self, minor: int, state: str) -> Leg:
        return Leg(owner_of(self.wallet), asset_of(self.wallet.currency), minor, state)


def lock(wallets: Iterable[Wallet]) -> dict[UUID, Purse]:
    """Lock wallets in the order of their keys until the transaction ends.

    Their credit lines are brought in line with what they are allowed now.
    """
    ids = {each.id for each in wallets}
    rows = list(Wallet.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    views = views_of(rows)
    return {row.id: _purse(row, views[row.id]) for row in rows}


def _purse(wallet: Wallet, view: WalletView) -> Purse:
    line = max(view.limit_minor - view.owed_minor, 0)
    lent_now = view.owed_minor + line
    owner, asset = owner_of(wallet), asset_of(wallet.currency)
    rows = Account.objects.filter(asset__code=asset, state=LINE)
    held = dict(
        rows.filter(owner_id__in=[owner.stored_id, lender_of(wallet).stored_id]).values_list(
            "owner_id", "balance_minor"
        )
    )
    change = lent_now + held.get(lender_of(wallet).stored_id, 0)
    if change:
        number = Account.objects.filter(
            asset__code=asset, state=LINE, owner_id=lender_of(wallet).stored_id
        ).values_list("sequence", flat=True)
        post(
            key=f"billing:line:{wallet.id}:{number.first() or 0}",
            kind="billing.credit_line",
            legs=[Leg(owner, asset, change, LINE), Leg(lender_of(wallet), asset, -change, LINE)],
            reference=("wallet", wallet.id),
        )
    left = {CASH: view.cash_minor, GIFT: view.gift_minor, CREDIT: view.credit_minor, LINE: line}
    return Purse(wallet, left, view.owed_minor)


@public_context()
@transaction.atomic
def top_up(
    wallet: Wallet,
    minor: int,
    *,
    source: str,
    reference: str,
    actor: Actor,
    note: str = "",
    expires_at: datetime | None = None,
) -> TopUp:
    """Put money, or a gift, on a wallet, once for each reference of a source.

    Args:
        wallet: whose.
        minor: how much.
        source: ``stripe``, ``bank``, ``manual``, ``gift``.
        reference: of the payment, at its source.
        actor: who does it.
        note: what people read beside it.
        expires_at: of a gift: when what is left of it is lost.

    Raises:
        InvalidTopUp: nothing, less than nothing, or more than can be counted.
        TopUpDiffers: the reference was used for another amount or wallet.
    """
    if not 0 < minor <= LARGEST_MINOR or not reference.strip():
        raise InvalidTopUp(field="amount")
    purse = lock([wallet])[wallet.id]
    known = TopUp.objects.filter(source=source, reference=reference).first()
    if known is not None:
        if (known.wallet_id, known.amount_minor) != (wallet.id, minor):
            raise TopUpDiffers(reference=reference)
        return known
    is_gift = source == GIFTS
    legs = purse.put(minor, GIFT if is_gift else CASH)
    giver = system("billing.gifts") if is_gift else money_of(seller_of(wallet))
    made = post(
        key=f"billing:top_up:{source}:{reference}",
        kind="billing.topped_up",
        legs=[*legs, Leg(giver, asset_of(wallet.currency), -minor)],
        reference=("wallet", wallet.id),
        data={"source": source, "reference": reference},
    )
    entry = TopUp.objects.create(
        wallet=wallet,
        source=source,
        reference=reference,
        amount_minor=minor,
        journal_id=made.id,
        made_by=str(actor)[:200],
        note=note[:300],
    )
    if expires_at is not None and is_gift:
        kept = sum(leg.minor for leg in legs if leg.state == GIFT)
        Gift.objects.create(top_up=entry, expires_at=expires_at, remaining_minor=kept)
    Wallet.objects.filter(id=wallet.id).update(told_low_at=None)
    record(
        action="billing.topped_up",
        actor=actor,
        obj=("wallet", wallet.public_id),
        after={"minor": minor, "currency": wallet.currency, "source": source},
        reason=note,
    )
    tell_topped_up(wallet, entry)
    return entry


@public_context()
@transaction.atomic
def reverse_top_up(
    wallet: Wallet, minor: int, *, key: str, seller_id: UUID | None, is_undone: bool, actor: Actor
) -> None:
    """Take back what a gateway took from the seller again, or (undone) put it back; once.

    Cash is taken first, gifts never; who has not enough owes the rest.
    """
    purse = lock([wallet])[wallet.id]
    name = "restored" if is_undone else "reversed"
    sign = 1 if is_undone else -1
    legs = purse.put(minor, CASH) if is_undone else purse.take_owing(minor, states=(CASH, CREDIT))
    post(
        key=f"billing:top_up_{name}:{key}",
        kind=f"billing.top_up_{name}",
        legs=[*legs, Leg(money_of(seller_id), asset_of(wallet.currency), -sign * minor)],
        reference=("wallet", wallet.id),
    )
    record(
        action=f"billing.top_up_{name}",
        actor=actor,
        obj=("wallet", wallet.public_id),
        after={"minor": minor, "currency": wallet.currency},
    )


def seller_of(wallet: Wallet) -> UUID | None:
    """Return who takes the money that comes in for a wallet; None for the operator.

    A partner pays the operator in advance, a shop the partner that it belongs to.
    """
    if wallet.tenant_id is None:
        return None
    return Tenant.objects.filter(pk=wallet.tenant_id).values_list("channel_id", flat=True).first()


@public_context()
@transaction.atomic
def set_limits(
    wallet: Wallet, *, credit_limit_minor: int | None, low_at_minor: int | None, actor: Actor
) -> Wallet:
    """Say how far a shop's wallet may go below zero, and when somebody is told.

    Raises:
        InvalidTopUp: a figure below zero.
    """
    wanted = {"credit_limit_minor": credit_limit_minor, "low_at_minor": low_at_minor}
    told = {name: value for name, value in wanted.items() if value is not None}
    if any(not 0 <= value <= LARGEST_MINOR for value in told.values()):
        raise InvalidTopUp(field=next(iter(told)))
    row = Wallet.objects.select_for_update(no_key=True).get(id=wallet.id)
    before = {name: getattr(row, name) for name in told}
    for name, value in told.items():
        setattr(row, name, value)
    row.save(update_fields=list(told))
    record(
        action="billing.limits_set",
        actor=actor,
        obj=("wallet", wallet.public_id),
        before=before,
        after=told,
    )
    return row
