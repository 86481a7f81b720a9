"""What must hold of all sales, whatever happened: looked at each night.

Source of the rules: channel.md §2.8. Books and licences are looked at as a whole; what was
posted for single sales as far back as a period of the longest usual term, as it is never
changed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from channel_center.billing.choices import OPEN_STATES, ChargeKind
from channel_center.billing.models import Charge, ChargeStep, Licence
from channel_center.billing.services.licensing import SOURCE
from channel_center.billing.services.settling import sales_of
from kernel.common.time import utc_now
from kernel.ledger.models import Posting
from kernel.ledger.services import trial_balance, verify
from kernel.ledger.values import TENANT
from kernel.tenancy.context import public_context
from tenants.models import Grant

_log = structlog.get_logger(__name__)
_MOST = 50
_LOOKED_BACK = timedelta(days=40)


class BooksDisagree(RuntimeError):
    """Billing and the ledger contradict each other; the message holds the first findings."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not add up."""

    rule: str
    about: str


_more: list[Callable[[datetime], list[Fault]]] = []


@public_context()
def faults(now: datetime | None = None) -> list[Fault]:
    """Return what does not add up: assets, accounts, charges, their steps, and rights."""
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
    moment = now or utc_now()
    for rule in (
        _posted_otherwise,
        _billed_twice,
        _rights_without_licence,
        _licences_without_right,
        *_more,
    ):
        found += rule(moment)
    return found


def also_look(rule: Callable[[datetime], list[Fault]]) -> None:
    """Have a package beside billing look at what is its own, each night; called at start."""
    if rule not in _more:
        _more.append(rule)


def _posted_otherwise(now: datetime) -> list[Fault]:
    """Compare what the operator and the shop's seller got with the prices of the chain."""
    charges = list(
        Charge.objects.filter(created_at__gte=now - _LOOKED_BACK)
        .exclude(journal_id=None)
        .exclude(kind=ChargeKind.MOVE)
        .prefetch_related(Prefetch("steps", ChargeStep.objects.order_by("level")))
    )
    got: dict[tuple[UUID, UUID], int] = {}
    rows = Posting.objects.filter(journal__in=[charge.journal_id for charge in charges])
    for journal, owner, minor in rows.values_list("journal_id", "account__owner_id", "minor"):
        got[journal, owner] = got.get((journal, owner), 0) + minor
    found = []
    for charge in charges:
        steps = list(charge.steps.all())
        wanted = {TENANT.stored_id: steps[0].due_minor}
        if charge.seller_id is not None:
            wanted[sales_of(charge.seller_id).stored_id] = steps[-1].due_minor
        key = charge.journal_id
        if key and any(got.get((key, owner), 0) != due for owner, due in wanted.items()):
            found.append(Fault("postings equal the prices of the chain", charge.public_id))
    return found[:_MOST]


def _billed_twice(now: datetime) -> list[Fault]:
    """Return charges of which another one counts for the same time."""
    counts = Charge.objects.filter(ended_at=None).exclude(kind=ChargeKind.USAGE)
    others = (
        counts.filter(subscription=OuterRef("subscription"))
        .exclude(pk=OuterRef("pk"))
        .filter(Q(period_end=None) | Q(period_end__gt=OuterRef("period_start")))
        .filter(period_start__lte=OuterRef("period_start"))
    )
    recent = counts.filter(created_at__gte=now - _LOOKED_BACK).filter(Exists(others))
    return [Fault("no period is billed twice", each.public_id) for each in recent[:_MOST]]


def _rights_without_licence(now: datetime) -> list[Fault]:
    held = Licence.objects.filter(
        tenant=OuterRef("tenant"), grant_source=OuterRef("source_id"), revoked_at=None
    )
    rows = Grant.objects.filter(source_type=SOURCE, revoked_at=None).filter(
        Q(off_at=None) | Q(off_at__gt=now), ~Exists(held)
    )
    return [
        Fault("no right without a licence", f"{feature} {source}")
        for feature, source in rows.values_list("feature", "source_id")[:_MOST]
    ]


def _licences_without_right(now: datetime) -> list[Fault]:
    given = Grant.objects.filter(
        tenant=OuterRef("tenant"),
        source_type=SOURCE,
        source_id=OuterRef("grant_source"),
        revoked_at=None,
    )
    rows = Licence.objects.filter(
        Q(off_at=None) | Q(off_at__gt=now),
        ~Exists(given),
        revoked_at=None,
        subscription__state__in=OPEN_STATES,
    )
    return [Fault("no paid licence without its right", each.public_id) for each in rows[:_MOST]]


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
