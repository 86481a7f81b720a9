"""Payments made outside: proofs by payers, reviews by staff."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.payments.choices import AttemptState, RefundState, Verdict
from kernel.payments.errors import AmountNotOpen, ProofRefused, ReviewRefused
from kernel.payments.gateways.contract import Cap, PayResult, RefundResult
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, Proof, Refund, Review
from kernel.payments.services.applying import apply_result
from kernel.payments.services.opening import open_binding
from kernel.payments.services.refunds import apply_refund
from kernel.payments.services.rows import locked_attempt

LARGEST_PROOF: Final = 8 * 1024 * 1024
MOST_PROOFS: Final = 5
_KINDS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"%PDF-", "application/pdf", "pdf"),
)
_WEBP: Final = (b"RIFF", b"WEBP")


def add_proof(attempt_id: UUID, content: bytes, *, note: str = "") -> Proof:
    """Keep a picture or PDF that shows a payment; the same file again is kept once.

    What it is, its content says; its name and declared type say nothing.

    Raises:
        IntentNotFound: there is no such attempt.
        ReviewRefused: the attempt is not waiting for a payment made outside.
        ProofRefused: another kind of file, too large, or one too many.
    """
    content_type, ending = _kind_of(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        _intent, attempt = locked_attempt(attempt_id)
        _waits_for_staff(attempt)
        kept = {row.sha256: row for row in Proof.objects.filter(attempt=attempt)}
        if digest in kept:
            return kept[digest]
        if len(kept) >= MOST_PROOFS:
            raise ProofRefused(most=MOST_PROOFS)
        name = default_storage.save(
            f"payments/proofs/{attempt.id.hex}/{uuid7().hex}.{ending}", ContentFile(content)
        )
        return Proof.objects.create(
            attempt=attempt,
            file=name,
            content_type=content_type,
            size=len(content),
            sha256=digest,
            note=note[:300],
        )


def review(
    attempt_id: UUID,
    *,
    verdict: Verdict,
    received: Money | None,
    reference: str,
    note: str,
    actor: Actor,
    now: datetime,
) -> Attempt:
    """Say whether the money of a payment made outside has come.

    From the binding's limit on, two people have to confirm; one is enough to reject.

    Args:
        attempt_id: the attempt.
        verdict: what the person found.
        received: the amount on the account, typed in by the person who saw it.
        reference: the bank's text or number.
        note: for colleagues.
        actor: who looked.
        now: the moment.

    Raises:
        ReviewRefused: not waiting, or this person has reviewed it before.
        AmountNotOpen: another amount came than was asked for.
    """
    with transaction.atomic():
        _intent, attempt = locked_attempt(attempt_id)
        _waits_for_staff(attempt)
        asked = Money(attempt.amount_minor, attempt.currency)
        if verdict == Verdict.CONFIRM and received != asked:
            raise AmountNotOpen(open=asked.decimal())
        if Review.objects.filter(attempt=attempt, reviewer_id=actor.id).exists():
            raise ReviewRefused(reason="reviewed_before")
        Review.objects.create(
            attempt=attempt,
            verdict=verdict,
            received_minor=received.minor if received else 0,
            reference=reference[:120],
            note=note[:300],
            reviewer_id=actor.id[:64],
            reviewer_name=actor.name[:200],
        )
        record(
            action="payments.reviewed",
            actor=actor,
            obj=("payment_attempt", attempt.number),
            after={
                "verdict": verdict,
                "received": received.decimal() if received else None,
                "reference": reference[:120],
            },
            reason=note[:300],
        )
        if verdict == Verdict.REJECT:
            return apply_result(
                attempt.id, PayResult("failed", failure="not_received"), now=now
            ).attempt
        if _confirmations(attempt) < reviewers_needed(attempt):
            return attempt
        paid = PayResult("paid", gateway_ref=reference[:120], paid=asked)
        return apply_result(attempt.id, paid, now=now).attempt


def confirm_refund(
    refund_id: UUID, *, verdict: Verdict, reference: str, actor: Actor, now: datetime
) -> Refund:
    """Say whether money was paid back by hand.

    Raises:
        ReviewRefused: the refund is not one that people make.
    """
    with transaction.atomic():
        row = Refund.objects.select_for_update(no_key=True).filter(pk=refund_id).first()
        if row is None or row.state != RefundState.REVIEW:
            raise ReviewRefused(reason="not_waiting")
        record(
            action="payments.refund_reviewed",
            actor=actor,
            obj=("payment_refund", row.number),
            after={"verdict": verdict, "reference": reference[:120]},
        )
    confirmed = verdict == Verdict.CONFIRM
    result = RefundResult(
        "succeeded" if confirmed else "failed",
        gateway_ref=reference[:120],
        failure="" if confirmed else "not_paid_back",
    )
    return apply_refund(refund_id, result, now=now)


def reviewers_needed(attempt: Attempt) -> int:
    """Return how many people must confirm an attempt."""
    binding = open_binding(attempt.binding, version=attempt.version)
    limit = binding.public.get("two_reviewers_from", 0)
    is_large = isinstance(limit, int) and 0 < limit <= attempt.amount_minor
    return 2 if is_large else 1


def _confirmations(attempt: Attempt) -> int:
    return Review.objects.filter(attempt=attempt, verdict=Verdict.CONFIRM).count()


def _waits_for_staff(attempt: Attempt) -> None:
    row = attempt.binding
    caps = gateway_named(row.gateway).caps(open_binding(row, version=attempt.version))
    # Money may come after the time is over; then it is confirmed, and goes back.
    waiting = {AttemptState.PENDING, AttemptState.CLOSED}
    if not caps & (Cap.OFFLINE | Cap.ON_DELIVERY) or attempt.state not in waiting:
        raise ReviewRefused(reason="not_waiting")


def _kind_of(content: bytes) -> tuple[str, str]:
    if len(content) > LARGEST_PROOF:
        raise ProofRefused(largest=LARGEST_PROOF)
    for start, content_type, ending in _KINDS:
        if content.startswith(start):
            return content_type, ending
    if (content[:4], content[8:12]) == _WEBP:
        return "image/webp", "webp"
    raise ProofRefused(kinds=["png", "jpg", "webp", "pdf"])
