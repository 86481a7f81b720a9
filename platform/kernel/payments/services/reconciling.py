"""Compares a gateway's books of a day with ours, and lists what disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.logging import get_logger
from kernel.payments.books import book_fee, book_payout
from kernel.payments.choices import (
    AttemptState,
    DifferenceKind,
    DifferenceState,
    LineKind,
    RefundState,
)
from kernel.payments.errors import (
    GatewayMisconfigured,
    GatewaySilent,
    IntentNotFound,
    Misconfigured,
    NotCapable,
    NotFoundThere,
    Refused,
    Transient,
)
from kernel.payments.gateways.contract import Cap, StatementLine
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import (
    Attempt,
    Difference,
    PaymentBinding,
    ReconciliationRun,
    Refund,
    StatementRow,
)
from kernel.payments.services.bindings import binding_of
from kernel.payments.services.matching import Booked, Found, compare
from kernel.payments.services.opening import open_binding

# The gateway's day and ours are cut at different moments.
_SLACK: Final = timedelta(days=1)
_DAYS_MADE_UP: Final = 7

log = get_logger("payments")


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, and the days beside it in which its partner may stand."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, day: date) -> Day:
        """Return the bounds of a day."""
        start = datetime.combine(day, time.min, tzinfo=UTC)
        return cls(start, start + timedelta(days=1))


def reconcile(binding_id: UUID, day: date, *, now: datetime) -> ReconciliationRun:
    """Fetch a day's statement, compare, book fees and payouts; again brings it up to date.

    Not to be called inside a transaction. A difference that a later run does not
    find any more is resolved by it.

    Raises:
        BindingNotFound: there is none.
        NotCapable: the gateway has no statements.
        GatewaySilent, GatewayMisconfigured: it was not given; nothing was changed.
    """
    row = binding_of(binding_id)
    gateway, binding = gateway_named(row.gateway), open_binding(row)
    if Cap.STATEMENT not in gateway.caps(binding):
        raise NotCapable
    try:
        lines = list(gateway.statement(binding, day))
    except Misconfigured as refusal:
        raise GatewayMisconfigured from refusal
    except (Transient, Refused, NotFoundThere) as silence:
        raise GatewaySilent from silence
    with transaction.atomic():
        PaymentBinding.objects.select_for_update(no_key=True).get(pk=row.pk)
        rows = _keep(row, day, lines)
        _book(rows)
        found = compare(
            rows,
            _booked(row, day),
            known=_known(rows),
            elsewhere=_lines_beside(row, day),
        )
        _replace(row, day, found)
        run, _is_new = ReconciliationRun.objects.update_or_create(
            binding=row,
            day=day,
            defaults={
                "lines": len(rows),
                "matched": sum(line.kind in _COMPARED for line in rows)
                - sum(f.theirs is not None for f in found),
                "differences": len(found),
                "finished_at": now,
            },
        )
    return run


_COMPARED: Final = frozenset({LineKind.PAYMENT, LineKind.REFUND})


def reconcile_latest(now: datetime) -> None:
    """Reconcile the days before that were not, for every binding with statements.

    What a schedule calls; a gateway that is silent today is asked again tomorrow.
    """
    for row in PaymentBinding.objects.filter(removed_at=None).order_by("pk"):
        for day in _days_due(row, now=now):
            try:
                reconcile(row.id, day, now=now)
            except DomainError as refusal:
                log.warning("not reconciled", binding=row.public_id, reason=refusal.code)


def _days_due(row: PaymentBinding, *, now: datetime) -> list[date]:
    if Cap.STATEMENT not in gateway_named(row.gateway).caps(open_binding(row)):
        return []
    days = [(now - timedelta(days=back)).date() for back in range(_DAYS_MADE_UP, 0, -1)]
    done = set(
        ReconciliationRun.objects.filter(binding=row, day__in=days).values_list("day", flat=True)
    )
    return [day for day in days if day >= row.created_at.date() and day not in done]


@transaction.atomic
def resolve_difference(
    difference_id: UUID, *, resolution: str, actor: Actor, now: datetime
) -> Difference:
    """Note how a difference was dealt with.

    Raises:
        IntentNotFound: there is no such open difference.
    """
    row = (
        Difference.objects.select_for_update(no_key=True)
        .filter(pk=difference_id, state=DifferenceState.OPEN)
        .first()
    )
    if row is None:
        raise IntentNotFound
    row.state, row.resolution = DifferenceState.RESOLVED, resolution[:300]
    row.resolved_by, row.resolved_at = str(actor)[:300], now
    row.save()
    record(
        action="payments.difference_resolved",
        actor=actor,
        obj=("payment_difference", row.public_id),
        after={"kind": row.kind, "subject": row.subject},
        reason=resolution[:300],
    )
    return row


def _keep(row: PaymentBinding, day: date, lines: Iterable[StatementLine]) -> list[StatementRow]:
    StatementRow.objects.bulk_create(
        [
            StatementRow(
                binding=row,
                ref=line.ref[:120],
                day=day,
                kind=line.kind,
                number=line.number[:40],
                gateway_ref=line.gateway_ref[:120],
                currency=line.gross.currency,
                gross_minor=line.gross.minor,
                fee_minor=line.fee.minor,
                text=line.text[:200],
                occurred_at=line.occurred_at,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    return list(StatementRow.objects.filter(binding=row, day=day).order_by("pk"))


def _book(rows: Sequence[StatementRow]) -> None:
    for row in rows:
        if row.is_booked:
            continue
        if row.fee_minor:
            book_fee(row)
            _note_fee(row)
        if row.kind == LineKind.PAYOUT and row.gross_minor:
            book_payout(row)
    ids = [row.id for row in rows if not row.is_booked]
    StatementRow.objects.filter(pk__in=ids).update(is_booked=True)


def _note_fee(row: StatementRow) -> None:
    if row.kind == LineKind.PAYMENT and row.gateway_ref:
        Attempt.objects.filter(
            binding_id=row.binding_id, gateway_ref=row.gateway_ref, state=AttemptState.PAID
        ).update(fee_minor=row.fee_minor)


def _booked(row: PaymentBinding, day: date) -> list[Booked]:
    """Return what our books say that the gateway moved on a day."""
    bounds = Day.of(day)
    within = {"finished_at__gte": bounds.start, "finished_at__lt": bounds.end}
    paid = Attempt.objects.filter(binding=row, state=AttemptState.PAID, **within)
    back = Refund.objects.filter(attempt__binding=row, state=RefundState.SUCCEEDED, **within)
    return [
        Booked(LineKind.PAYMENT, a.number, a.gateway_ref, a.captured_minor, a.currency)
        for a in paid
    ] + [
        Booked(LineKind.REFUND, r.number, r.gateway_ref, -r.amount_minor, r.currency) for r in back
    ]


def _known(rows: Sequence[StatementRow]) -> list[Booked]:
    """Return what our books have, of any day, for the lines of a statement."""
    references = [row.gateway_ref for row in rows if row.kind == LineKind.PAYMENT]
    binding = {row.binding_id for row in rows}
    paid = Attempt.objects.filter(
        binding_id__in=binding, gateway_ref__in=references, state=AttemptState.PAID
    )
    numbers = {row.number for row in rows if row.kind == LineKind.REFUND}
    back = Refund.objects.filter(
        attempt__binding_id__in=binding,
        state=RefundState.SUCCEEDED,
        attempt__gateway_ref__in=[r.gateway_ref for r in rows if r.kind == LineKind.REFUND],
    )
    return [
        Booked(LineKind.PAYMENT, a.number, a.gateway_ref, a.captured_minor, a.currency)
        for a in paid
    ] + [
        Booked(LineKind.REFUND, r.number, r.gateway_ref, -r.amount_minor, r.currency)
        for r in back
        if r.number in numbers
    ]


def _lines_beside(row: PaymentBinding, day: date) -> frozenset[tuple[str, str]]:
    """Return what stands in the statements of the days beside a day."""
    rows = StatementRow.objects.filter(
        binding=row, day__gte=day - _SLACK, day__lte=day + _SLACK
    ).exclude(day=day)
    found: set[tuple[str, str]] = set()
    for line in rows:
        found |= {(line.kind, line.number), (line.kind, line.gateway_ref)}
    return frozenset(pair for pair in found if pair[1])


def _replace(row: PaymentBinding, day: date, found: Sequence[Found]) -> None:
    """Open what is new; what is no longer found by this run is resolved."""
    subjects = {(f.kind, f.line_kind, f.subject) for f in found}
    Difference.objects.bulk_create(
        [
            Difference(
                binding=row,
                day=day,
                kind=f.kind,
                line_kind=f.line_kind,
                subject=f.subject[:120],
                currency=f.currency,
                ours_minor=f.ours,
                theirs_minor=f.theirs,
            )
            for f in found
        ],
        ignore_conflicts=True,
    )
    for gone in Difference.objects.filter(
        binding=row, day=day, state=DifferenceState.OPEN, kind__in=_FOUND_BY_RUNS
    ):
        if (gone.kind, gone.line_kind, gone.subject) not in subjects:
            gone.state, gone.resolution = DifferenceState.RESOLVED, "found_later"
            gone.save(update_fields=["state", "resolution"])


_FOUND_BY_RUNS: Final = frozenset(
    {DifferenceKind.OURS_ONLY, DifferenceKind.THEIRS_ONLY, DifferenceKind.DUPLICATE}
)
