"""What can be asked about withdrawals and transfers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name, balance
from kernel.ledger.values import Owner
from kernel.members.models import Member
from kernel.members.selectors import visible_members
from kernel.wallet.choices import OPEN_STATES, REVIEWED_STATES, State
from kernel.wallet.errors import UnknownBatch, UnknownIdentity, UnknownWithdrawal
from kernel.wallet.models import (
    IdentityCheck,
    PayoutBatch,
    Transfer,
    TransferRule,
    Withdrawal,
    WithdrawalEvent,
    WithdrawalRule,
)
from kernel.wallet.rules import may_be_given, may_be_withdrawn
from kernel.wallet.services.requesting import is_for, spent_today


@dataclass(frozen=True, slots=True)
class Withdrawable:
    """Something that a member can have paid out.

    Attributes:
        most: what may be asked for now; less than the least amount for nothing.
        times_left: how often today; None without limit.
    """

    asset: Asset
    name: str
    rule: WithdrawalRule
    available: int
    most: int
    times_left: int | None


@dataclass(frozen=True, slots=True)
class Giveable:
    """Something that a member can give to others."""

    asset: Asset
    name: str
    rule: TransferRule
    available: int


def withdrawables(member_id: UUID, *, now: datetime) -> list[Withdrawable]:
    """Return what a member can have paid out; one query where nothing can."""
    rows = WithdrawalRule.objects.filter(is_on=True).select_related("asset").order_by("asset")
    found = []
    for rule in rows:
        if not may_be_withdrawn(rule.asset) or not is_for(rule, member_id):
            continue
        available = balance(Owner("member", member_id), rule.asset.code)
        spent = spent_today(member_id, rule.asset_id, now=now)
        bounds = [available]
        if rule.max_minor is not None:
            bounds.append(rule.max_minor)
        if rule.daily_minor is not None:
            bounds.append(max(rule.daily_minor - spent.minor, 0))
        left = None if rule.daily_count is None else max(rule.daily_count - spent.count, 0)
        most = 0 if left == 0 else min(bounds)
        found.append(Withdrawable(rule.asset, asset_name(rule.asset), rule, available, most, left))
    return found


def giveables(member_id: UUID) -> list[Giveable]:
    """Return what a member can give to others; one query where nothing can."""
    rows = TransferRule.objects.filter(is_on=True).select_related("asset").order_by("asset")
    return [
        Giveable(
            rule.asset,
            asset_name(rule.asset),
            rule,
            balance(Owner("member", member_id), rule.asset.code),
        )
        for rule in rows
        if may_be_given(rule.asset) and is_for(rule, member_id)
    ]


def is_in_use() -> bool:
    """Tell whether members can have anything paid out or passed on."""
    return (
        WithdrawalRule.objects.filter(is_on=True).exists()
        or TransferRule.objects.filter(is_on=True).exists()
    )


def is_paid_out(asset: str) -> bool:
    """Tell whether the shop pays out an asset."""
    return WithdrawalRule.objects.filter(asset__code=asset, is_on=True).exists()


def own_withdrawals(member_id: UUID) -> QuerySet[Withdrawal]:
    """Return a member's withdrawals, the latest first."""
    rows = Withdrawal.objects.filter(member_id=member_id).select_related("asset", "account")
    return rows.order_by("-id")


def own_withdrawal(member_id: UUID, withdrawal_id: UUID) -> Withdrawal:
    """Return a withdrawal of a member.

    Raises:
        UnknownWithdrawal: he has no such withdrawal.
    """
    row = own_withdrawals(member_id).filter(pk=withdrawal_id).first()
    if row is None:
        raise UnknownWithdrawal
    return row


def own_transfers(member_id: UUID) -> QuerySet[Transfer]:
    """Return what a member gave and got, the latest first."""
    rows = Transfer.objects.filter(Q(sender_id=member_id) | Q(recipient_id=member_id))
    return rows.select_related("asset", "sender", "recipient").order_by("-id")


def found_withdrawals(
    text: str = "",
    *,
    state: str = "",
    channel: str = "",
    permission: str = "withdrawals.view",
) -> QuerySet[Withdrawal]:
    """Return withdrawals of members whom whoever acts may see, the latest first.

    Args:
        text: a number, or a part of the member's name.
        state: a state, ``open`` for all that are not over, or ``to_review``.
        channel: only by this way.
        permission: what whoever acts is about to do.
    """
    rows = Withdrawal.objects.filter(member__in=visible_members(permission).values("pk"))
    if state == "open":
        rows = rows.filter(state__in=OPEN_STATES)
    elif state == "to_review":
        rows = rows.filter(state__in=REVIEWED_STATES)
    elif state:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel=channel)
    if wanted := text.strip().replace("\x00", ""):
        rows = rows.filter(Q(number__iexact=wanted) | Q(member__name__icontains=wanted))
    return rows.select_related("asset", "account", "member", "batch").order_by("-id")


def withdrawal_with(withdrawal_id: UUID, *, permission: str = "withdrawals.view") -> Withdrawal:
    """Return a withdrawal.

    Raises:
        UnknownWithdrawal: there is none, or it is of somebody who may not be seen.
    """
    row = found_withdrawals(permission=permission).filter(pk=withdrawal_id).first()
    if row is None:
        raise UnknownWithdrawal
    return row


def events_of(withdrawal_id: UUID) -> QuerySet[WithdrawalEvent]:
    """Return what happened to a withdrawal, the first first."""
    return WithdrawalEvent.objects.filter(withdrawal_id=withdrawal_id).order_by("id")


def batch_with(batch_id: UUID) -> PayoutBatch:
    """Return a pay-out batch.

    Raises:
        UnknownBatch: there is none.
    """
    row = PayoutBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise UnknownBatch
    return row


def waiting_figures() -> dict[str, tuple[int, int]]:
    """Return how many withdrawals stand in each open state, and what they pay; one query."""
    rows = Withdrawal.objects.filter(state__in=OPEN_STATES).order_by().values("state")
    counted = rows.annotate(n=Count("id"), minor=Sum("payout_minor"))
    return {State(row["state"]).value: (row["n"], int(row["minor"] or 0)) for row in counted}


def withdrawals_to_review() -> int:
    """Return how many withdrawals wait for a reviewer, as far as whoever acts may see them."""
    return found_withdrawals(state="to_review", permission="withdrawals.review").count()


def rules_shown() -> Sequence[tuple[Asset, Any, Any]]:
    """Return every asset that can be paid out or passed on, with its rules."""
    withdrawals = {row.asset_id: row for row in WithdrawalRule.objects.all()}
    transfers = {row.asset_id: row for row in TransferRule.objects.all()}
    return [
        (asset, withdrawals.get(asset.pk), transfers.get(asset.pk))
        for asset in Asset.objects.filter(is_active=True).order_by("created_at", "code")
        if may_be_withdrawn(asset)
        or may_be_given(asset)
        or asset.pk in withdrawals
        or asset.pk in transfers
    ]


def found_identities(text: str = "", *, state: str = "") -> QuerySet[IdentityCheck]:
    """Return proofs of identity of members whom whoever acts may see, the latest first."""
    rows = IdentityCheck.objects.filter(
        member__in=visible_members("withdrawals.identify").values("pk")
    )
    if state:
        rows = rows.filter(state=state)
    if wanted := text.strip().replace("\x00", ""):
        rows = rows.filter(member__name__icontains=wanted)
    return rows.select_related("member").order_by("-submitted_at", "-id")


def identity_with(check_id: UUID) -> IdentityCheck:
    """Return a proof of identity.

    Raises:
        UnknownIdentity: there is none, or it is of somebody who may not be seen.
    """
    row = found_identities().filter(pk=check_id).first()
    if row is None:
        raise UnknownIdentity
    return row


@dataclass(frozen=True, slots=True)
class TaxMonth:
    """What was withheld in a month, in one currency; only of what was paid.

    Attributes:
        month: its first day.
    """

    month: date
    currency: str
    count: int
    income_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What was withheld of a member in a month by one category."""

    member: Member
    identity: IdentityCheck | None
    category: str
    currency: str
    scale: int
    count: int
    income_minor: int
    fee_minor: int
    tax_minor: int
    net_minor: int


def tax_months() -> list[TaxMonth]:
    """Return the months in which members were paid, the latest first."""
    rows = _taxed().annotate(month=TruncMonth("tax_on")).order_by()
    counted = rows.values("month", "currency").annotate(
        n=Count("id"), income=Sum("minor"), tax=Sum("tax_minor")
    )
    found = [
        TaxMonth(row["month"], row["currency"], row["n"], int(row["income"]), int(row["tax"]))
        for row in counted
    ]
    return sorted(found, key=lambda each: (each.month, each.currency), reverse=True)


def tax_rows(month: date) -> list[TaxRow]:
    """Return what was withheld of whom in the month of a day, by name."""
    last = monthrange(month.year, month.month)[1]
    span = (month.replace(day=1), month.replace(day=last))
    keys = ("member_id", "tax_category", "currency", "asset__scale")
    counted = _taxed().filter(tax_on__range=span).order_by().values(*keys)
    sums = counted.annotate(
        n=Count("id"),
        income=Sum("minor"),
        fee=Sum("fee_minor"),
        tax=Sum("tax_minor"),
        net=Sum("net_minor"),
    )
    rows = list(sums)
    members = Member.objects.in_bulk([row["member_id"] for row in rows])
    checks = IdentityCheck.objects.filter(member_id__in=members)
    known = {each.member_id: each for each in checks}
    found = [
        TaxRow(
            members[row["member_id"]],
            known.get(row["member_id"]),
            row["tax_category"],
            row["currency"],
            row["asset__scale"],
            row["n"],
            *(int(row[name]) for name in ("income", "fee", "tax", "net")),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.member.name, each.member.pk, each.category))


def _taxed() -> QuerySet[Withdrawal]:
    seen = visible_members("withdrawals.view").values("pk")
    return Withdrawal.objects.filter(state=State.PAID, member__in=seen)
