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

from kernel.common.ids import public_id
from kernel.ledger.choices import OwnerKind, State
from kernel.ledger.models import Account, Asset
from kernel.ledger.purposes import purpose_label
from kernel.ledger.selectors import TrialLine, asset_name, decimal_text, trial_balance
from kernel.ledger.values import NOBODY, Owner
from kernel.members.models import Member
from kernel.payments.models import PaymentBinding

KINDS: Final[dict[str, Promise]] = {
    "payments.captured": gettext_lazy("Payment received"),
    "payments.refunded": gettext_lazy("Refund"),
    "payments.fee": gettext_lazy("Fee of the gateway"),
    "payments.payout": gettext_lazy("Payout by the gateway"),
    "orders.paid": gettext_lazy("Order paid"),
    "orders.refunded": gettext_lazy("Order refunded"),
    "ledger.adjusted": gettext_lazy("Adjusted by hand"),
    "ledger.expired": gettext_lazy("Expired"),
}
_TAKEN_BACK: Final = ".reversed"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The trial balance of one asset."""

    name: str
    scale: int
    lines: list[tuple[str, str, TrialLine]]
    sum: int

    def shown(self, minor: int) -> str:
        """Return units as people write them."""
        return decimal_text(minor, self.scale)


@dataclass(frozen=True, slots=True)
class Shown:
    """An account with the name of its owner."""

    account: Account
    public_id: str
    owner: str
    state: str
    balance: str
    asset: str


def sheets() -> list[Sheet]:
    """Return the trial balance of every asset; two queries."""
    assets = {asset.code: asset for asset in Asset.objects.all()}
    found = []
    for code, group in groupby(trial_balance(), key=lambda line: line.asset):
        asset, lines = assets[code], list(group)
        named = [
            (str(OwnerKind(line.owner_kind).label), str(State(line.state).label), line)
            for line in lines
        ]
        total = sum(line.balance for line in lines)
        found.append(Sheet(asset_name(asset), asset.scale, named, total))
    return found


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
            balance=decimal_text(row.balance_minor, row.asset.scale),
            asset=asset_name(row.asset),
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
