"""What is withheld of a withdrawal, by the tax category of the balance and the year so far."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Min, Sum

from kernel.common.time import local_date
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import OPEN_STATES, State
from kernel.wallet.errors import NotWithdrawable, TaxPending
from kernel.wallet.models import Withdrawal, WithdrawalRule
from kernel.wallet.tax.catalogue import category, fits
from kernel.wallet.tax.reckoning import Past, reckon

CUMULATIVE: Final = "cumulative"


def tax_of(
    rule: WithdrawalRule, member_id: UUID, minor: int, *, now: datetime
) -> tuple[int, dict[str, Any]] | None:
    """Return what is withheld and how it comes about; None where the shop's own share holds.

    The tax is that of the month of the request, and stays what the member confirmed. While
    a withdrawal on which the next one's tax depends is under way, there is no next one.

    Raises:
        TaxPending: such a one is under way.
        NotWithdrawable: the category does not fit the balance.
    """
    if not rule.tax_category:
        return None
    on = local_date(now, current_tenant().zone)
    found = category(rule.tax_category, on=on)
    if found is None or not fits(found, rule.asset):
        raise NotWithdrawable
    past = Past()
    if found.method == CUMULATIVE:
        past = _past(member_id, found.code, on=on)
    reckoned = reckon(found, minor, on=on, past=past)
    basis = {**asdict(reckoned), "method": found.method, "version": found.version}
    return reckoned.tax_minor, basis


def _past(member_id: UUID, code: str, *, on: date) -> Past:
    rows = Withdrawal.objects.filter(member_id=member_id, tax_category=code)
    if rows.filter(state__in=OPEN_STATES).exists():
        raise TaxPending
    paid = rows.filter(state=State.PAID, tax_on__year=on.year)
    sums = paid.aggregate(income=Sum("minor"), tax=Sum("tax_minor"), first=Min("tax_on"))
    return Past(int(sums["income"] or 0), int(sums["tax"] or 0), sums["first"])
