"""A wallet's month: what was there, what came and went, and what is left; from the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channel_center.billing.models import Charge, Wallet
from channel_center.billing.services.wallets import LINE, asset_of, lender_of, owner_of
from kernel.common.money import Money
from kernel.ledger.models import Posting
from kernel.ledger.values import NOBODY
from kernel.tenancy.context import public_context

KINDS: Final[Mapping[str, Promise]] = {
    "billing.topped_up": _("Topped up"),
    "billing.gift_expired": _("Credit that ran out"),
    "billing.purchase": _("Purchase"),
    "billing.renewal": _("Renewal"),
    "billing.upgrade": _("Upgrade"),
    "billing.usage": _("By use"),
    "billing.refunded": _("Given back"),
    "billing.move": _("Shop taken over"),
    "billing.balance_moved": _("Balance of a shop that moved"),
    "billing.top_up_reversed": _("Top-up that was taken back"),
    "billing.top_up_restored": _("Top-up that counts again"),
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One thing that moved a balance, and what was there afterwards."""

    at: datetime
    kind: str
    about: str
    minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of a wallet. Opening, and all lines, come to closing."""

    month: date
    currency: str
    opening_minor: int
    lines: tuple[StatementLine, ...]
    closing_minor: int

    @property
    def name(self) -> str:
        """What the month is called in addresses and names of files."""
        return f"{self.month:%Y-%m}"


def month_of(text: str, *, today: date) -> date:
    """Return the first day of a month that is written like 2031-04; else the present one."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return min(found, today.replace(day=1))


def after(month: date) -> date:
    """Return the first day of the month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def before(month: date) -> date:
    """Return the first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def bounds(month: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the moments between which a month lies by a clock."""
    return tuple(  # type: ignore[return-value]  # two of them
        datetime(day.year, day.month, day.day, tzinfo=zone) for day in (month, after(month))
    )


@public_context()
def statement_of(wallet: Wallet, month: date, *, zone: tzinfo, language: str) -> Statement:
    """Return a wallet's month; four queries, whatever its length.

    What is lent to a wallet counts against it, so its balance is what it has less what it
    owes, as everywhere else.
    """
    start, end = bounds(month, zone)
    rows = _postings(wallet)
    opening = rows.filter(journal__occurred_at__lt=start).aggregate(sum=Sum("minor"))["sum"] or 0
    moved = (
        rows.filter(journal__occurred_at__gte=start, journal__occurred_at__lt=end)
        .values(
            "journal_id",
            "journal__occurred_at",
            "journal__kind",
            "journal__reference_type",
            "journal__reference_id",
        )
        .annotate(sum=Sum("minor"))
        .exclude(sum=0)
        .order_by("journal__occurred_at", "journal_id")
    )
    found = list(moved)
    charged = [
        row["journal__reference_id"]
        for row in found
        if row["journal__reference_type"] == "charge" and row["journal__reference_id"]
    ]
    names = _names(charged, language=language, with_shop=wallet.tenant_id is None)
    balance, lines = opening, []
    for row in found:
        balance += row["sum"]
        kind = row["journal__kind"]
        lines.append(
            StatementLine(
                at=row["journal__occurred_at"],
                kind=str(KINDS.get(kind, _("Other"))),
                about=names.get(row["journal__reference_id"] or NOBODY, ""),
                minor=row["sum"],
                balance_minor=balance,
            )
        )
    return Statement(month, wallet.currency, opening, tuple(lines), balance)


def _postings(wallet: Wallet) -> QuerySet[Posting]:
    """Return what moved a wallet's accounts, and what it was lent."""
    owner, lender = owner_of(wallet), lender_of(wallet)
    return Posting.objects.filter(
        Q(account__owner_kind=owner.kind, account__owner_id=owner.stored_id)
        | Q(
            account__owner_kind=lender.kind,
            account__owner_id=lender.stored_id,
            account__state=LINE,
        ),
        account__asset__code=asset_of(wallet.currency),
    )


def _names(ids: list[UUID], *, language: str, with_shop: bool) -> dict[UUID, str]:
    """Return what was charged, by charge: the product, and for partners the shop."""
    rows = Charge.objects.filter(id__in=ids).select_related(
        "offer__edition__product", "subscription__tenant"
    )
    return {
        row.id: " · ".join(
            [row.offer.edition.product.name_in(language)]
            + ([row.subscription.tenant.name] if with_shop else [])
        )
        for row in rows
    }


def rows_of(statement: Statement) -> Iterator[list[object]]:
    """Yield a statement as rows of a table."""

    def amount(minor: int) -> str:
        return Money(minor, statement.currency).decimal()

    yield [_("Day"), _("What"), _("For"), _("Amount"), _("Balance"), _("Currency")]
    currency = statement.currency
    yield [
        statement.month.isoformat(), _("Opening balance"), "", "",
        amount(statement.opening_minor), currency,
    ]  # fmt: skip
    for line in statement.lines:
        yield [
            line.at.isoformat(timespec="seconds"), line.kind, line.about,
            amount(line.minor), amount(line.balance_minor), currency,
        ]  # fmt: skip
    yield ["", _("Closing balance"), "", "", amount(statement.closing_minor), currency]
