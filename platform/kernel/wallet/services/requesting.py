"""A member asks for money: what is asked for is held in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Sum

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.money import BASIS_POINTS, Money
from kernel.common.time import local_date
from kernel.ledger.services import Owner, freeze, release, worth
from kernel.members.locks import lock_names
from kernel.pricing.audience import includes, kinds_of
from kernel.pricing.groups import groups_of
from kernel.pricing.values import Buyer
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import COUNTED_STATES, EventKind, State
from kernel.wallet.errors import (
    DailyLimit,
    NothingLeft,
    NotWithdrawable,
    OutOfBounds,
    RequestKeyReused,
    UnknownWithdrawal,
    WrongState,
)
from kernel.wallet.guards import check_guards
from kernel.wallet.models import PayoutAccount, Rule, Withdrawal, WithdrawalRule
from kernel.wallet.rules import may_be_withdrawn
from kernel.wallet.services.accounts import forget_unused, own_account
from kernel.wallet.services.identity import check_identity
from kernel.wallet.services.taxing import tax_of
from kernel.wallet.services.telling import locked, note

REFERENCE: Final = "withdrawal"


@dataclass(frozen=True, slots=True)
class Terms:
    """What becomes of some units when they are paid out.

    Attributes:
        payout: what arrives.
        basis: how the tax came about; empty for the shop's own share.
    """

    minor: int
    fee_minor: int
    tax_minor: int
    net_minor: int
    payout: Money
    basis: dict[str, Any]


def terms_of(rule: WithdrawalRule, member_id: UUID, minor: int, *, now: datetime) -> Terms:
    """Return fee, tax and what arrives when a member takes so much out now.

    Raises:
        NothingLeft: fee and tax take it all.
        TaxPending: the tax depends on a withdrawal that is under way.
        NotWithdrawable: the tax cannot be reckoned.
    """
    fee = min(max(share_up(minor, rule.fee_bp), rule.fee_minor), minor)
    tax, basis = tax_of(rule, member_id, minor, now=now) or (
        share_up(minor - fee, rule.tax_bp),
        {},
    )
    net = minor - fee - tax
    payout = worth(rule.asset, net) if net > 0 else None
    if payout is None or payout.minor <= 0:
        raise NothingLeft
    return Terms(minor, fee, tax, net, payout, basis)


def quote(
    member_id: UUID, *, asset: str, minor: int, now: datetime
) -> tuple[WithdrawalRule, Terms]:
    """Return what would become of a request, by which rule; nothing is held.

    Raises:
        NotWithdrawable, OutOfBounds, DailyLimit, NothingLeft, TaxPending: as the request would.
    """
    rule = _rule(asset, member_id)
    check_amount(rule, minor, spent_today(member_id, rule.asset_id, now=now))
    return rule, terms_of(rule, member_id, minor, now=now)


def share_up(minor: int, basis_points: int) -> int:
    """Return a share, rounded up: what the shop withholds is never too little."""
    return -(-minor * basis_points // BASIS_POINTS)


@transaction.atomic
def request_withdrawal(
    member_id: UUID,
    *,
    asset: str,
    minor: int,
    account_id: UUID,
    key: str,
    actor: Actor,
    now: datetime,
) -> Withdrawal:
    """Hold what a member wants to be paid out, and have it reviewed; once for a key.

    Args:
        member_id: who asks.
        asset: code of what is paid out.
        minor: so many units of it.
        account_id: where the money goes.
        key: what the member's program calls the request.
        actor: the member.
        now: the moment.

    Raises:
        NotWithdrawable: this cannot be paid out, or not by this way, or not to this member.
        OutOfBounds, DailyLimit, NothingLeft: the amount does not fit.
        UnknownAccount: the member has no such account.
        Blocked: something must be settled first.
        IdentityNeeded, HolderDiffers: he must show who he is, or use an account of his own.
        TaxPending: the tax depends on a withdrawal that is under way.
        RequestKeyReused: the key names another request.
        InsufficientBalance: less is available.
    """
    # One request of a member at a time: limits are counted before anything is held.
    lock_names([f"wallet:{member_id}"])
    asked = Withdrawal.objects.select_related("asset").filter(member_id=member_id, key=key)
    if done := asked.first():
        if (done.asset.code, done.minor, done.account_id) != (asset, minor, account_id):
            raise RequestKeyReused
        return done
    rule = _rule(asset, member_id)
    account = own_account(member_id, account_id)
    if account.channel not in rule.channels:
        raise NotWithdrawable(field="account")
    check_amount(rule, minor, spent_today(member_id, rule.asset_id, now=now))
    check_guards(member_id, asset, now=now)
    check_identity(rule, account, minor, now=now)
    row = _held(rule, account, member_id=member_id, minor=minor, key=key, now=now)
    note(row, EventKind.REQUESTED, actor=actor, now=now)
    return row


def _held(
    rule: WithdrawalRule,
    account: PayoutAccount,
    *,
    member_id: UUID,
    minor: int,
    key: str,
    now: datetime,
) -> Withdrawal:
    """Hold the units of a request, and write the request down."""
    terms, row_id = terms_of(rule, member_id, minor, now=now), uuid7()
    number = draw_number("W", now=now)
    hold = freeze(
        Owner("member", member_id),
        rule.asset.code,
        minor,
        key=hold_key(row_id),
        reference=(REFERENCE, row_id),
        data={
            "number": number,
            "arrives_minor": terms.payout.minor,
            "currency": terms.payout.currency,
            "fee_minor": terms.fee_minor,
            "tax_minor": terms.tax_minor,
        },
    )
    return Withdrawal.objects.create(
        id=row_id,
        number=number,
        member_id=member_id,
        key=key,
        asset=rule.asset,
        minor=minor,
        fee_minor=terms.fee_minor,
        tax_minor=terms.tax_minor,
        tax_category=rule.tax_category,
        tax_on=local_date(now, current_tenant().zone),
        tax_basis=terms.basis,
        net_minor=terms.net_minor,
        currency=terms.payout.currency,
        payout_minor=terms.payout.minor,
        hold_id=hold.pk,
        channel=account.channel,
        account=account,
        two_needed=rule.four_eyes_minor is not None and minor >= rule.four_eyes_minor,
        created_at=now,
    )


@transaction.atomic
def cancel_withdrawal(
    withdrawal_id: UUID, *, member_id: UUID, actor: Actor, now: datetime
) -> Withdrawal:
    """Let a member take back what nobody has approved yet; asked again it changes nothing.

    Raises:
        UnknownWithdrawal: he has no such withdrawal.
        WrongState: it was approved or is over.
    """
    row = locked(withdrawal_id)
    if row.member_id != member_id:
        raise UnknownWithdrawal
    if row.state == State.CANCELLED:
        return row
    return let_go(row, State.CANCELLED, EventKind.CANCELLED, actor=actor, now=now)


def let_go(
    row: Withdrawal,
    state: State,
    kind: EventKind,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
) -> Withdrawal:
    """Give held units back and end a locked withdrawal."""
    may = {
        State.CANCELLED: (State.REQUESTED, State.CHECKED),
        State.REJECTED: (State.REQUESTED, State.CHECKED, State.APPROVED),
        State.FAILED: (State.PAYING, State.UNKNOWN),
    }[state]
    if row.state not in may:
        raise WrongState(state=row.state)
    release(row.hold_id, key=f"{hold_key(row.pk)}:released")
    row.state, row.reason, row.query_at, row.closed_at = state, text[:200], None, now
    row.save(update_fields=["state", "reason", "query_at", "closed_at"])
    note(row, kind, actor=actor, now=now, text=text)
    forget_unused([row.account_id])
    return row


def hold_key(withdrawal_id: UUID) -> str:
    """Return under which key the ledger holds the units of a withdrawal."""
    return f"withdrawal:{withdrawal_id.hex}"


def draw_number(prefix: str, *, now: datetime) -> str:
    """Return a number that nobody else has: the day, and letters that cannot be guessed."""
    day = local_date(now, current_tenant().zone)
    return f"{prefix}{day:%y%m%d}{token_hex(4).upper()}"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a member moved today."""

    minor: int
    count: int


def spent_today(member_id: UUID, asset_id: UUID, *, now: datetime) -> Spent:
    """Return what a member asked for today, by the shop's clock; what was refused is left out."""
    rows = Withdrawal.objects.filter(
        member_id=member_id,
        asset_id=asset_id,
        state__in=COUNTED_STATES,
        created_at__gte=day_begins(now),
    )
    found = rows.aggregate(minor=Sum("minor"), count=Count("id"))
    return Spent(int(found["minor"] or 0), int(found["count"]))


def day_begins(now: datetime) -> datetime:
    """Return when today began by the shop's clock."""
    local = now.astimezone(ZoneInfo(current_tenant().zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def check_amount(rule: Rule, minor: int, spent: Spent) -> None:
    """Check an amount against the bounds and what is left of the day.

    Raises:
        OutOfBounds, DailyLimit: it does not fit.
    """
    if minor < rule.min_minor or (rule.max_minor is not None and minor > rule.max_minor):
        raise OutOfBounds(field="amount", least=rule.min_minor, most=rule.max_minor)
    if rule.daily_count is not None and spent.count >= rule.daily_count:
        raise DailyLimit(field="amount", left=0)
    if rule.daily_minor is not None and spent.minor + minor > rule.daily_minor:
        raise DailyLimit(field="amount", left=max(rule.daily_minor - spent.minor, 0))


def is_for(rule: Rule, member_id: UUID) -> bool:
    """Tell whether a rule is for a member."""
    kinds = kinds_of(rule.audience.get("groups", ()))
    groups = groups_of([member_id], kinds=kinds)[member_id] if kinds else frozenset()
    return includes(rule.audience, Buyer(member_id, groups))


def _rule(asset: str, member_id: UUID) -> WithdrawalRule:
    rows = WithdrawalRule.objects.select_related("asset")
    rule = rows.filter(asset__code=asset, is_on=True).first()
    if rule is None or not may_be_withdrawn(rule.asset) or not is_for(rule, member_id):
        raise NotWithdrawable
    return rule
