"""Brings what a gateway says into our books; the only place where an attempt moves.

States move forward only, so that messages may come twice, late and in any order.
Money that nobody wants any more goes back by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.money import Money
from kernel.common.outbox.publishing import publish
from kernel.payments.choices import (
    LIVE_ATTEMPTS,
    PAYABLE_INTENTS,
    AttemptState,
    DifferenceKind,
    IntentState,
    LineKind,
    RefundKind,
)
from kernel.payments.errors import NoLongerPayable
from kernel.payments.events import PaymentSucceeded
from kernel.payments.gateways.contract import PayResult
from kernel.payments.models import Attempt, Difference, PaymentIntent
from kernel.payments.payables import HearsOfAuthorizations, handler_of
from kernel.payments.services.holding import (
    anything_under_way,
    bring_in,
    let_go,
    take_balances,
)
from kernel.payments.services.refunding import give_back
from kernel.payments.services.rows import locked_attempt, open_minor, receipt_of
from kernel.payments.services.timing import ask_for_sweep, next_check

_S = AttemptState
_FORWARD: Final[dict[str, frozenset[str]]] = {
    _S.CREATED: frozenset(_S.values) - {_S.CREATED},
    _S.UNKNOWN: frozenset(_S.values) - {_S.CREATED, _S.UNKNOWN},
    _S.PENDING: frozenset({_S.REQUIRES_ACTION, _S.AUTHORIZED, _S.PAID, _S.CLOSED, _S.FAILED}),
    _S.REQUIRES_ACTION: frozenset({_S.PENDING, _S.AUTHORIZED, _S.PAID, _S.CLOSED, _S.FAILED}),
    _S.AUTHORIZED: frozenset({_S.PAID, _S.CLOSED, _S.FAILED}),
    # What had ended may still turn out to be paid, or held.
    _S.CLOSED: frozenset({_S.AUTHORIZED, _S.PAID}),
    _S.FAILED: frozenset({_S.AUTHORIZED, _S.PAID}),
    _S.PAID: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it.

    Attributes:
        refunds: money that has to go back now; the sweeper would do it too.
    """

    attempt: Attempt
    intent: PaymentIntent
    refunds: tuple[UUID, ...] = ()


@transaction.atomic
def apply_result(attempt_id: UUID, result: PayResult, *, now: datetime) -> Applied:
    """Bring an answer or a notice of a gateway into the books, once.

    Args:
        attempt_id: the attempt it is about.
        result: as the gateway said it; older than what is known changes nothing.
        now: the moment.
    """
    intent, attempt = locked_attempt(attempt_id)
    applied = _applied(intent, attempt, result, now=now)
    ask_for_sweep(applied.attempt.next_check_at)
    if intent.state in PAYABLE_INTENTS and attempt.state not in LIVE_ATTEMPTS:
        # What was being looked at may have kept it alive beyond its time.
        ask_for_sweep(intent.expires_at)
    return applied


def _applied(
    intent: PaymentIntent, attempt: Attempt, result: PayResult, *, now: datetime
) -> Applied:
    _note(attempt, result)
    if result.state not in _FORWARD[attempt.state]:
        attempt.save()
        return Applied(attempt, intent)
    if result.state in {"paid", "authorized"} and not _amount_fits(attempt, result, now=now):
        attempt.save()
        return Applied(attempt, intent)
    attempt.state = result.state
    if result.state == "paid":
        return _captured(intent, attempt, result, now=now)
    if result.state == "authorized":
        return _authorized(intent, attempt, result, now=now)
    if attempt.state in LIVE_ATTEMPTS:
        attempt.next_check_at = next_check(attempt.checks, now=now)
        attempt.save()
        return Applied(attempt, intent)
    attempt.next_check_at, attempt.finished_at = None, now
    attempt.save()
    if not anything_under_way(intent):
        let_go(intent, now=now)
    return Applied(attempt, intent)


def _note(attempt: Attempt, result: PayResult) -> None:
    if result.gateway_ref:
        attempt.gateway_ref = result.gateway_ref[:120]
    if result.action is not None:
        attempt.action = dict(result.action)
    if result.failure:
        attempt.failure = result.failure[:120]
    if result.fee is not None and result.fee.currency == attempt.currency:
        attempt.fee_minor = result.fee.minor


def _amount_fits(attempt: Attempt, result: PayResult, *, now: datetime) -> bool:
    """Compare what came with what was asked for; a difference is left to people."""
    asked = Money(attempt.amount_minor, attempt.currency)
    said = result.paid if result.paid is not None else asked
    if said.currency == asked.currency and (
        said.minor == asked.minor
        or (not attempt.is_captured_at_once and 0 < said.minor < asked.minor)
    ):
        return True
    attempt.failure = "amount_differs"
    attempt.next_check_at = next_check(attempt.checks, now=now)
    Difference.objects.get_or_create(
        binding_id=attempt.binding_id,
        kind=DifferenceKind.AMOUNT if said.currency == asked.currency else DifferenceKind.CURRENCY,
        line_kind=LineKind.PAYMENT,
        subject=attempt.number,
        defaults={
            "day": now.date(),
            "currency": said.currency,
            "ours_minor": asked.minor,
            "theirs_minor": said.minor,
        },
    )
    return False


def _authorized(
    intent: PaymentIntent, attempt: Attempt, result: PayResult, *, now: datetime
) -> Applied:
    attempt.authorized_minor = result.paid.minor if result.paid else attempt.amount_minor
    attempt.finished_at = None
    # Held money of an intent that ended is let go by the sweeper at once.
    over = intent.state not in PAYABLE_INTENTS
    attempt.next_check_at = now if over else next_check(attempt.checks, now=now)
    attempt.save()
    if intent.state == IntentState.OPEN and not open_minor(intent):
        intent.state = IntentState.AUTHORIZED
        intent.save(update_fields=["state"])
        handler = handler_of(intent.payable_type)
        if isinstance(handler, HearsOfAuthorizations):
            receipt = receipt_of(
                intent,
                amount=attempt.authorized_minor,
                gateway=attempt.binding.gateway,
                attempt_id=attempt.id,
            )
            handler.on_authorized(intent.payable_id, receipt)
    return Applied(attempt, intent)


def _captured(
    intent: PaymentIntent, attempt: Attempt, result: PayResult, *, now: datetime
) -> Applied:
    minor = result.paid.minor if result.paid else attempt.amount_minor
    bring_in(intent, attempt, minor=minor, now=now)
    if attempt.is_surplus:
        late = intent.state in {IntentState.CANCELLED, IntentState.EXPIRED}
        kind = RefundKind.LATE if late else RefundKind.SURPLUS
        return Applied(attempt, intent, give_back([attempt], kind=kind, now=now))
    return _settle(intent, attempt, minor=minor, now=now)


def _settle(intent: PaymentIntent, attempt: Attempt, *, minor: int, now: datetime) -> Applied:
    """Close an intent that is paid in full; of a part taken on purpose the rest lapses."""
    lapsed = not attempt.is_captured_at_once and minor < attempt.amount_minor
    take_balances(intent, rest_lapses=lapsed, now=now)
    if intent.settled_minor < intent.amount_minor and not lapsed:
        return Applied(attempt, intent)
    intent.state, intent.closed_at = IntentState.PAID, now
    try:
        with transaction.atomic():
            intent.save(update_fields=["state", "closed_at"])
            handler_of(intent.payable_type).on_paid(
                intent.payable_id,
                receipt_of(
                    intent,
                    amount=minor,
                    gateway=attempt.binding.gateway,
                    attempt_id=attempt.id,
                    at=now,
                ),
            )
    except NoLongerPayable:
        return _unwanted(intent, attempt, now=now)
    publish(
        PaymentSucceeded(
            intent_id=intent.id,
            payable_type=intent.payable_type,
            payable_id=intent.payable_id,
            amount_minor=intent.settled_minor,
            currency=intent.currency,
        ),
        aggregate=f"{intent.payable_type}:{intent.payable_id.hex}",
    )
    return Applied(attempt, intent)


def _unwanted(intent: PaymentIntent, attempt: Attempt, *, now: datetime) -> Applied:
    """End an intent whose payable does not take the money any more."""
    intent.state = IntentState.CANCELLED
    intent.save(update_fields=["state", "closed_at"])
    paid = Attempt.objects.filter(intent=intent, state=_S.PAID).order_by("pk")
    refunds = give_back(list(paid), kind=RefundKind.LATE, now=now)
    attempt.refresh_from_db()
    return Applied(attempt, intent, refunds)
