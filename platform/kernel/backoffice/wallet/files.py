"""Withdrawals as rows of a file; accounts by their hints alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.backoffice.wallet.forms import WithdrawalFilter
from kernel.common.money import Money
from kernel.ledger.selectors import asset_name, decimal_text
from kernel.wallet.models import Withdrawal
from kernel.wallet.selectors import found_withdrawals

_BATCH: Final = 500
_LAST: Final = UUID(int=2**128 - 1)


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the withdrawals that a filter leaves, the latest first; read in pieces."""
    wanted = WithdrawalFilter(query).wanted()
    yield [
        *(_("Number"), _("Requested on"), _("Member"), _("Balance"), _("Amount"), _("Fee")),
        *(_("Tax withheld"), _("Arrives"), _("Currency"), _("Paid by way of"), _("Account")),
        *(_("State"), _("Reason"), _("Payout service"), _("Reference"), _("Pay-out batch")),
        _("Closed"),
    ]
    rows = found_withdrawals(
        wanted.get("text", ""), state=wanted.get("state", ""), channel=wanted.get("channel", "")
    )
    last = _LAST
    while batch := list(rows.filter(pk__lt=last)[:_BATCH]):
        last = batch[-1].pk
        for row in batch:
            yield _cells(row)


def _cells(row: Withdrawal) -> list[object]:
    scale = row.asset.scale
    closed = row.closed_at.isoformat(timespec="seconds") if row.closed_at else ""
    return [
        *(row.number, row.created_at.isoformat(timespec="seconds"), row.member.name),
        *(asset_name(row.asset), decimal_text(row.minor, scale)),
        *(decimal_text(row.fee_minor, scale), decimal_text(row.tax_minor, scale)),
        *(Money(row.payout_minor, row.currency).decimal(), row.currency),
        *(row.get_channel_display(), row.account.hint, row.get_state_display(), row.reason),
        *(row.provider, row.provider_reference, row.batch.number if row.batch else "", closed),
    ]
