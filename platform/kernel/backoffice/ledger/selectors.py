"""What the pages of the ledger show, with names instead of ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.backoffice.templatetags.console import money
from kernel.common.ids import public_id
from kernel.ledger.choices import AssetKind, OwnerKind, State
from kernel.ledger.models import Account, Asset
from kernel.ledger.purposes import purpose_label
from kernel.ledger.selectors import TrialLine, asset_name, decimal_text, trial_balance
from kernel.ledger.values import NOBODY, Owner
from kernel.members.models import Member
from kernel.payments.models import PaymentBinding

KINDS: Final[dict[str, Promise]] = {
    "reviews.rewarded": gettext_lazy("For a review"),
    "reviews.reward_taken_back": gettext_lazy("Taken back with a review"),
    "payments.captured": gettext_lazy("Payment received"),
    "payments.refunded": gettext_lazy("Refund"),
    "payments.split": gettext_lazy("Share paid to a partner"),
    "payments.split_returned": gettext_lazy("Share come back"),
    "payments.wallet_paid": gettext_lazy("Paid with a balance"),
    "payments.wallet_refunded": gettext_lazy("Given back to a balance"),
    "hold.frozen": gettext_lazy("Held"),
    "hold.captured": gettext_lazy("Taken of what was held"),
    "hold.released": gettext_lazy("No longer held"),
    "payments.fee": gettext_lazy("Fee of the gateway"),
    "payments.payout": gettext_lazy("Payout by the gateway"),
    "orders.paid": gettext_lazy("Order paid"),
    "orders.refunded": gettext_lazy("Order refunded"),
    "aftersales.to_balance": gettext_lazy("Refund paid to a balance"),
    "ledger.adjusted": gettext_lazy("Adjusted by hand"),
    "ledger.expired": gettext_lazy("Expired"),
    "growth.earned": gettext_lazy("Growth earned"),
    "growth.taken_back": gettext_lazy("Growth taken back"),
    "points.earned": gettext_lazy("Points earned"),
    "points.taken_back": gettext_lazy("Points taken back"),
    "coupon.taken": gettext_lazy("Coupon for points"),
    "commission.earned": gettext_lazy("Commission earned"),
    "wallet.transferred": gettext_lazy("Given to another member"),
    "wallet.returned": gettext_lazy("Withdrawal that came back"),
}
_TAKEN_BACK: Final = ".reversed"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What all owners of a kind have of an asset in a state, for people."""

    owner: str
    state: str
    accounts: int
    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The trial balance of one asset."""

    name: str
    lines: list[SheetLine]
    sum: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An account with the name of its owner.

    Attributes:
        unit: what stands behind its amounts; empty for money, which has its sign.
    """

    account: Account
    public_id: str
    owner: str
    state: str
    balance: str
    asset: str
    unit: str


def sheets() -> list[Sheet]:
    """Return the trial balance of every asset; two queries."""
    assets = {asset.code: asset for asset in Asset.objects.all()}
    found = []
    for code, group in groupby(trial_balance(), key=lambda line: line.asset):
        asset, lines = assets[code], list(group)
        total = sum(line.balance for line in lines)
        shown = [_sheet_line(asset, line) for line in lines]
        found.append(Sheet(asset_name(asset), shown, total))
    return found


def _sheet_line(asset: Asset, line: TrialLine) -> SheetLine:
    return SheetLine(
        owner=str(OwnerKind(line.owner_kind).label),
        state=str(State(line.state).label),
        accounts=line.accounts,
        above=units_text(asset, line.positive),
        below=units_text(asset, line.negative),
    )


def units_text(asset: Asset, minor: int) -> str:
    """Return units as people read them: money as money, anything else at its own scale."""
    if is_money(asset):
        return money(minor, asset.currency)
    whole, point, rest = decimal_text(abs(minor), asset.scale).partition(".")
    return f"{'−' if minor < 0 else ''}{int(whole):,}{point}{rest}"


def is_money(asset: Asset) -> bool:
    """Tell whether units of an asset are money of its currency."""
    return asset.kind == AssetKind.CASH and bool(asset.currency)


def house_accounts() -> list[Shown]:
    """Return the accounts of the shop, its gateways and the system; three queries."""
    rows = (
        Account.objects.select_related("asset")
        .exclude(owner_kind__in=(OwnerKind.MEMBER, OwnerKind.SELLER))
        .order_by("-owner_kind", "asset__code", "id")
    )
    return named(list(rows[:200]))


def named(accounts: Iterable[Account]) -> list[Shown]:
    """Return accounts with names for their owners; two queries."""
    rows = list(accounts)
    keys = {row.owner_id for row in rows}
    people = dict(Member.objects.filter(pk__in=keys).values_list("pk", "name"))
    gateways = dict(PaymentBinding.objects.filter(pk__in=keys).values_list("pk", "title"))
    return [
        Shown(
            account=row,
            public_id=public_id("acc", row.pk),
            owner=_owner(row, people, gateways),
            state=str(State(row.state).label),
            balance=units_text(row.asset, row.balance_minor),
            asset=asset_name(row.asset),
            unit="" if is_money(row.asset) else asset_name(row.asset),
        )
        for row in rows
    ]


def _owner(row: Account, people: dict[UUID, str], gateways: dict[UUID, str]) -> str:
    if row.owner_kind == OwnerKind.TENANT:
        return _("The shop")
    if row.owner_kind == OwnerKind.GATEWAY:
        return gateways.get(row.owner_id) or str(OwnerKind.GATEWAY.label)
    if row.owner_kind == OwnerKind.MEMBER:
        return people.get(row.owner_id) or str(OwnerKind.MEMBER.label)
    return purpose_label(row.owner_id) or str(OwnerKind(row.owner_kind).label)


def owner_of(row: Account) -> Owner:
    """Return the owner of an account as the ledger takes it."""
    return Owner(row.owner_kind, None if row.owner_id == NOBODY else row.owner_id)


def kind_label(kind: str) -> str:
    """Return what a journal was, for people."""
    plain = kind.removesuffix(_TAKEN_BACK)
    label = str(KINDS.get(plain, plain.replace(".", " · ").replace("_", " ")))
    return _("%(what)s, taken back") % {"what": label} if plain != kind else label
