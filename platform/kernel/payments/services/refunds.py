"""Money that goes back: reserved in a transaction, sent outside of any, made final in another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import Money
from kernel.common.outbox.publishing import publish
from kernel.payments.books import book_refund, book_refund_returned
from kernel.payments.choices import (
    MOVING_REFUNDS,
    AttemptState,
    DifferenceKind,
    LineKind,
    RefundKind,
    RefundState,
)
from kernel.payments.errors import (
    AmountNotOpen,
    IntentKeyReused,
    Misconfigured,
    NotCapable,
    NotFoundThere,
    Refused,
    Transient,
)
from kernel.payments.events import RefundFailed, RefundSucceeded
from kernel.payments.gateways.contract import Cap, RefundRequest, RefundResult
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, Difference, PaymentIntent, Refund
from kernel.payments.payables import HearsOfRefunds, handler_of
from kernel.payments.services.opening import open_binding, open_for
from kernel.payments.services.refunding import reserve
from kernel.payments.services.rows import locked_attempt, locked_intent, receipt_of
from kernel.payments.services.timing import LEASE, ask_for_sweep, next_check


@transaction.atomic
def refund(
    intent_id: UUID, amount: Money, *, key: str, reason: str, actor: Actor, now: datetime
) -> list[Refund]:
    """Give back of a paid intent, the latest payment first; sent after the commit.

    The same key again returns the refunds made before.

    Raises:
        AmountNotOpen: more than what is left; ``open`` says how much that is.
        IntentKeyReused: the key made another refund.
        NotCapable: the gateway gives back nothing, or only all of it.
    """
    intent = locked_intent(intent_id)
    made = list(Refund.objects.filter(Q(key=key) | Q(key__startswith=f"{key}#")).order_by("pk"))
    if made:
        if sum(each.amount_minor for each in made) != amount.minor:
            raise IntentKeyReused
        return made
    paid = Attempt.objects.select_for_update(no_key=True, of=("self",)).select_related("binding")
    rows = list(paid.filter(intent=intent, state=AttemptState.PAID).order_by("pk"))
    left = sum(row.left_minor for row in rows)
    if amount.currency != intent.currency or not 0 < amount.minor <= left:
        raise AmountNotOpen(open=Money(left, intent.currency).decimal())
    wanted = amount.minor
    for row in sorted(rows, key=lambda each: each.pk, reverse=True):
        part = min(wanted, row.left_minor)
        if part:
            name = f"{key}#{len(made)}" if made else key
            made.append(_ask(row, minor=part, key=name, reason=reason, actor=actor, now=now))
            wanted -= part
    return made


@transaction.atomic
def refund_attempt(
    attempt_id: UUID, amount: Money, *, key: str, reason: str, actor: Actor, now: datetime
) -> Refund:
    """Give back of one attempt; otherwise as `refund`."""
    _intent, attempt = locked_attempt(attempt_id)
    if made := Refund.objects.filter(key=key).first():
        if (made.attempt_id, made.amount_minor) != (attempt_id, amount.minor):
            raise IntentKeyReused
        return made
    left = attempt.left_minor
    if amount.currency != attempt.currency or not 0 < amount.minor <= left:
        raise AmountNotOpen(open=Money(left, attempt.currency).decimal())
    return _ask(attempt, minor=amount.minor, key=key, reason=reason, actor=actor, now=now)


def _ask(
    attempt: Attempt, *, minor: int, key: str, reason: str, actor: Actor, now: datetime
) -> Refund:
    row = attempt.binding
    caps = gateway_named(row.gateway).caps(open_binding(row, version=attempt.version))
    is_part, is_first = minor < attempt.captured_minor, attempt.reserved_minor == 0
    if (
        Cap.REFUND not in caps
        or (is_part and Cap.PARTIAL_REFUND not in caps)
        or (not is_first and Cap.MULTI_REFUND not in caps)
    ):
        raise NotCapable
    made = reserve(
        attempt,
        minor=minor,
        key=key,
        kind=RefundKind.ASKED,
        reason=reason,
        actor=actor,
        now=now,
    )
    record(
        action="payments.refund_asked",
        actor=actor,
        obj=("payment_refund", made.number),
        after={"amount": Money(minor, attempt.currency).decimal(), "currency": attempt.currency},
        reason=reason,
    )
    return made


def drive_refund(refund_id: UUID, *, now: datetime) -> Refund:
    """Send a refund, or ask what became of it when it was sent before.

    Not to be called inside a transaction. Of several callers one does the work.
    """
    claimed = _claim(refund_id, now=now)
    if claimed is None:
        return Refund.objects.get(pk=refund_id)
    attempt = Attempt.objects.select_related("intent", "binding").get(pk=claimed.attempt_id)
    result = _result_of(claimed, attempt)
    if result is None:
        return Refund.objects.get(pk=refund_id)
    return apply_refund(refund_id, result, now=now)


@transaction.atomic(durable=True)
def _claim(refund_id: UUID, *, now: datetime) -> Refund | None:
    row = (
        Refund.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk=refund_id, state__in=MOVING_REFUNDS, next_check_at__lte=now)
        .first()
    )
    if row is None:
        return None
    row.checks += 1
    row.next_check_at = max(now + LEASE, next_check(row.checks, now=now))
    row.save(update_fields=["checks", "next_check_at"])
    return row


def _result_of(row: Refund, attempt: Attempt) -> RefundResult | None:
    """Return what the gateway says; None when it said nothing."""
    gateway, binding, reference = open_for(attempt)
    request = RefundRequest(
        number=row.number,
        attempt=reference,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        gateway_ref=row.gateway_ref,
    )
    try:
        if row.checks > 1:
            try:
                return gateway.query_refund(binding, request)
            except NotFoundThere:
                # The call before this one never arrived; the lease has outlasted it,
                # and the number would tell a repeat if it comes after all.
                pass
        return gateway.refund(binding, request)
    except (Transient, Misconfigured):
        return None
    except Refused as refusal:
        return RefundResult("failed", failure=refusal.code)
    except NotFoundThere:
        return RefundResult("failed", failure="payment_not_found")


@transaction.atomic
def apply_refund(refund_id: UUID, result: RefundResult, *, now: datetime) -> Refund:
    """Bring what a gateway says of a refund into the books, once."""
    attempt_id = Refund.objects.values_list("attempt_id", flat=True).get(pk=refund_id)
    intent, attempt = locked_attempt(attempt_id)
    row = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
    row.gateway_ref = result.gateway_ref[:120] or row.gateway_ref
    if result.state == "succeeded" and row.state in MOVING_REFUNDS | {RefundState.REVIEW}:
        _succeeded(intent, attempt, row, result, now=now)
    elif result.state == "failed" and row.state == RefundState.SUCCEEDED:
        _returned(intent, attempt, row, result, now=now)
    elif result.state == "failed" and row.state != RefundState.FAILED:
        _failed(intent, attempt, row, result, now=now)
    elif result.state in {"pending", "review"} and row.state in MOVING_REFUNDS:
        row.state = RefundState.REVIEW if result.state == "review" else RefundState.PENDING
        by_hand = row.state == RefundState.REVIEW
        row.next_check_at = None if by_hand else next_check(row.checks, now=now)
    row.save()
    ask_for_sweep(row.next_check_at)
    return row


def _succeeded(
    intent: PaymentIntent, attempt: Attempt, row: Refund, result: RefundResult, *, now: datetime
) -> None:
    if result.amount is not None and result.amount != Money(row.amount_minor, row.currency):
        _note_difference(row, attempt.binding_id, result.amount, now=now)
        return
    row.state, row.finished_at, row.next_check_at = RefundState.SUCCEEDED, now, None
    _move(intent, attempt, row.amount_minor)
    book_refund(row, binding_id=attempt.binding_id, now=now)
    _tell(intent, attempt, row.amount_minor, reason=row.kind, at=now)
    publish(
        RefundSucceeded(
            refund_id=row.id,
            intent_id=intent.id,
            payable_type=intent.payable_type,
            payable_id=intent.payable_id,
            amount_minor=row.amount_minor,
            currency=row.currency,
        ),
        aggregate=f"{intent.payable_type}:{intent.payable_id.hex}",
    )


def _returned(
    intent: PaymentIntent, attempt: Attempt, row: Refund, result: RefundResult, *, now: datetime
) -> None:
    """Take back a refund that the payer's bank sent back after it had counted as made."""
    row.failure = result.failure[:120] or "returned"
    book_refund_returned(row)
    _move(intent, attempt, -row.amount_minor)
    _failed(intent, attempt, row, result, now=now)
    _tell(intent, attempt, -row.amount_minor, reason="returned", at=now)


def _failed(
    intent: PaymentIntent, attempt: Attempt, row: Refund, result: RefundResult, *, now: datetime
) -> None:
    row.state, row.finished_at, row.next_check_at = RefundState.FAILED, now, None
    row.failure = result.failure[:120] or row.failure or "failed"
    attempt.reserved_minor -= row.amount_minor
    attempt.save(update_fields=["reserved_minor"])
    publish(
        RefundFailed(
            refund_id=row.id,
            intent_id=intent.id,
            payable_type=intent.payable_type,
            payable_id=intent.payable_id,
            failure=row.failure,
        ),
        aggregate=f"{intent.payable_type}:{intent.payable_id.hex}",
    )


def _move(intent: PaymentIntent, attempt: Attempt, minor: int) -> None:
    attempt.refunded_minor += minor
    attempt.save(update_fields=["refunded_minor"])
    intent.refunded_minor += minor
    intent.save(update_fields=["refunded_minor"])


def _tell(
    intent: PaymentIntent, attempt: Attempt, minor: int, *, reason: str, at: datetime
) -> None:
    handler = handler_of(intent.payable_type)
    if isinstance(handler, HearsOfRefunds):
        receipt = receipt_of(
            intent,
            amount=minor,
            gateway=attempt.binding.gateway,
            attempt_id=attempt.id,
            reason=reason,
            at=at,
        )
        handler.on_refunded(intent.payable_id, receipt)


def _note_difference(row: Refund, binding_id: UUID, said: Money, *, now: datetime) -> None:
    row.failure = "amount_differs"
    Difference.objects.get_or_create(
        binding_id=binding_id,
        kind=DifferenceKind.AMOUNT,
        line_kind=LineKind.REFUND,
        subject=row.number,
        defaults={
            "day": now.date(),
            "currency": row.currency,
            "ours_minor": row.amount_minor,
            "theirs_minor": said.minor,
        },
    )
