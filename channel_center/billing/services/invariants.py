"""What must hold of all sales, whatever happened: looked at each night."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.db.models import F, Q

from channel_center.billing.choices import ChargeKind
from channel_center.billing.models import Charge, ChargeStep
from kernel.ledger.services import trial_balance, verify
from kernel.tenancy.context import public_context

_log = structlog.get_logger(__name__)
_MOST = 50


class BooksDisagree(RuntimeError):
    """Billing and the ledger contradict each other; the message holds the first findings."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not add up."""

    rule: str
    about: str


@public_context()
def faults() -> list[Fault]:
    """Return what does not add up: assets, accounts, and charges with their steps."""
    found = [Fault("ledger", str(each)) for each in verify()]
    sums: dict[str, int] = {}
    for row in trial_balance():
        sums[row.asset] = sums.get(row.asset, 0) + row.positive + row.negative
    found += [Fault("asset sums to zero", asset) for asset, total in sums.items() if total]
    more = ChargeStep.objects.filter(Q(credited_minor__gt=F("billed_minor")))
    found += [
        Fault("credited at most what was billed", str(key))
        for key in more.values_list("charge_id", flat=True)[:_MOST]
    ]
    # What a move credits and charges at the same place may come to nothing.
    unposted = Charge.objects.exclude(kind=ChargeKind.MOVE).filter(
        journal_id=None, steps__billed_minor__gt=F("steps__credit_minor")
    )
    found += [
        Fault("what moves is posted", str(key))
        for key in unposted.values_list("id", flat=True).distinct()[:_MOST]
    ]
    return found


def check() -> None:
    """Look, and fail loudly.

    Raises:
        BooksDisagree: something does not add up.
    """
    found = faults()
    for each in found[:_MOST]:
        _log.error("billing_books_disagree", rule=each.rule, about=each.about)
    if found:
        raise BooksDisagree("; ".join(f"{each.rule}: {each.about}" for each in found[:5]))
