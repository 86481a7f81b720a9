"""Tries to pay: prepared in one transaction, sent outside of any, made final in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.payments.choices import (
    LIVE_ATTEMPTS,
    PAYABLE_INTENTS,
    AttemptState,
    IntentState,
)
from kernel.payments.errors import (
    AmountNotOpen,
    BindingNotUsable,
    IntentClosed,
    IntentKeyReused,
    Misconfigured,
    NotCapable,
    NotFoundThere,
    PaymentRefused,
    Refused,
    Transient,
)
from kernel.payments.gateways.contract import Cap, Payer, PayRequest, PayResult
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, PaymentBinding, PaymentIntent
from kernel.payments.payables import handler_of
from kernel.payments.services.applying import Applied, apply_result
from kernel.payments.services.channels import channel_for
from kernel.payments.services.holding import prove_owner, release_balances, spendable
from kernel.payments.services.opening import open_binding, open_for
from kernel.payments.services.promises import after_start
from kernel.payments.services.rows import locked_attempt, locked_intent, open_minor
from kernel.payments.services.timing import LEASE, NEVER_ARRIVED_AFTER, ask_for_sweep


@dataclass(frozen=True, slots=True)
class Start:
    """How a payer wants to pay.

    Attributes:
        key: the same key never begins a second attempt of the intent.
        channel: what the binding offers first, when left out.
        amount: a part of what is open, for payment in parts; all of it when left out. A
            part that a balance pays is held until the rest is paid.
        capture: False to have the money held only.
        store_url: where the payer comes back to, ``https://shop.example``.
        balances: bindings of balances that pay first as much as they can, in this order.
        password: the payer's payment password, where a balance pays.
    """

    binding_id: UUID
    key: str
    store_url: str
    payer: Payer
    channel: str = ""
    amount: Money | None = None
    capture: bool = True
    balances: tuple[UUID, ...] = ()
    password: str = field(default="", repr=False)


def start_attempt(intent_id: UUID, start: Start, *, now: datetime) -> Attempt:
    """Begin to pay; returns the attempt with what the payer does next.

    Not to be called inside a transaction: what was prepared must survive a
    process that dies while the gateway works. The sweeper then asks the gateway.

    Raises:
        IntentClosed: it is paid, cancelled or past its time.
        BindingNotUsable: off, or not for this currency or member.
        AmountNotOpen: more than what is open.
        IntentKeyReused: the key began another attempt.
        NotCapable: the binding does not offer this channel, or cannot hold money.
        PasswordNeeded, PasswordWrong, PasswordLocked, PasswordUnset: a balance pays, and
            the payer has not proved that it is his.
        DomainError: the payable's own refusal.
    """
    known = Attempt.objects.filter(intent_id=intent_id, key=start.key[:120]).first()
    if known is not None:
        return _same(known, start)
    prove_owner(intent_id, (start.binding_id, *start.balances), start.password, now=now)
    if not start.balances:
        return _start_one(intent_id, start, now=now)
    return _start_combined(intent_id, start, now=now)


def _start_combined(intent_id: UUID, start: Start, *, now: datetime) -> Attempt:
    """Hold what the balances have, then begin to pay the rest."""
    try:
        for binding_id in start.balances:
            intent = PaymentIntent.objects.get(pk=intent_id)
            rest, has = open_minor(intent), spendable(binding_id, intent)
            if rest <= 0 or not has:
                continue
            part = replace(
                start,
                binding_id=binding_id,
                key=f"{start.key[:80]}+{binding_id.hex}",
                channel="",
                amount=Money(min(rest, has), intent.currency),
            )
            if has >= rest:
                # The balances are enough: the last of them pays what is left.
                return _start_one(intent_id, replace(part, key=start.key), now=now)
            _start_one(intent_id, part, now=now)
        return _start_one(intent_id, start, now=now)
    except DomainError:
        release_balances(intent_id, now=now, unless_awaited=True)
        raise


def _start_one(intent_id: UUID, start: Start, *, now: datetime) -> Attempt:
    attempt, is_new = _prepare(intent_id, start, now=now)
    if not is_new:
        return attempt
    gateway, binding, _reference = open_for(attempt)
    request = _request_of(attempt, start)
    result = outcome_of(lambda: gateway.create(binding, request))
    return after_start(apply_result(attempt.id, result, now=now), now=now)


def outcome_of(call: Callable[[], PayResult]) -> PayResult:
    """Return what a call that moves money came to; no answer is an unknown outcome."""
    try:
        return call()
    except Transient:
        return PayResult("unknown", failure="no_answer")
    except Misconfigured:
        return PayResult("failed", failure="misconfigured")
    except Refused as refusal:
        return PayResult("failed", failure=refusal.code)
    except NotFoundThere:
        return PayResult("failed", failure="not_found")


@transaction.atomic(durable=True)
def _prepare(intent_id: UUID, start: Start, *, now: datetime) -> tuple[Attempt, bool]:
    intent = locked_intent(intent_id)
    existing = Attempt.objects.filter(intent=intent, key=start.key[:120]).first()
    if existing is not None:
        return _same(existing, start), False
    if intent.state != IntentState.OPEN or (intent.expires_at and intent.expires_at <= now):
        raise IntentClosed(state=intent.state)
    handler_of(intent.payable_type).may_pay(intent.payable_id, member_id=intent.member_id)
    rest = open_minor(intent)
    amount = start.amount or Money(rest, intent.currency)
    if amount.currency != intent.currency or not 0 < amount.minor <= rest:
        raise AmountNotOpen(open=Money(rest, intent.currency).decimal())
    row = PaymentBinding.objects.filter(pk=start.binding_id, is_enabled=True).first()
    if row is None:
        raise BindingNotUsable
    is_part = amount.minor < rest
    return _new_attempt(intent, row, start, amount=amount, is_part=is_part, now=now), True


def _same(attempt: Attempt, start: Start) -> Attempt:
    if attempt.binding_id not in {start.binding_id, *start.balances}:
        raise IntentKeyReused
    return attempt


def _new_attempt(
    intent: PaymentIntent,
    row: PaymentBinding,
    start: Start,
    *,
    amount: Money,
    is_part: bool,
    now: datetime,
) -> Attempt:
    gateway, binding = gateway_named(row.gateway), open_binding(row)
    caps = gateway.caps(binding)
    if not start.capture and Cap.AUTH_CAPTURE not in caps:
        raise NotCapable
    ask_for_sweep(now + LEASE)
    return Attempt.objects.create(
        intent=intent,
        binding=row,
        version=row.version,
        key=start.key[:120],
        channel=channel_for(caps, start.channel),
        # A part of a balance waits for the rest: until then nothing is spent.
        is_captured_at_once=start.capture and not (is_part and Cap.INSTANT in caps),
        currency=amount.currency,
        amount_minor=amount.minor,
        next_check_at=now + LEASE,
        created_at=now,
    )


def _request_of(attempt: Attempt, start: Start) -> PayRequest:
    intent: PaymentIntent = attempt.intent
    page = f"{start.store_url}{intent.return_path}"
    return PayRequest(
        attempt_no=attempt.number,
        amount=Money(attempt.amount_minor, attempt.currency),
        subject=intent.subject,
        channel=attempt.channel,
        return_url=page,
        cancel_url=page,
        expires_at=intent.expires_at,
        payer=start.payer,
        capture=attempt.is_captured_at_once,
    )


def query(attempt_id: UUID, *, now: datetime) -> Attempt:
    """Ask the gateway what became of an attempt and bring it into the books."""
    attempt = Attempt.objects.select_related("intent", "binding").get(pk=attempt_id)
    return apply_result(attempt.id, said_of(attempt, now=now), now=now).attempt


def said_of(attempt: Attempt, *, now: datetime) -> PayResult:
    """Return what a gateway says of an attempt; nothing moves.

    An attempt that it does not know of counts as never sent once no call can be
    under way any more.
    """
    gateway, binding, reference = open_for(attempt)
    try:
        return gateway.query(binding, reference)
    except NotFoundThere:
        if now - attempt.created_at > NEVER_ARRIVED_AFTER:
            return PayResult("closed", failure="never_arrived")
        return PayResult("unknown", failure="not_found_yet")
    except (Transient, Misconfigured, Refused):
        return PayResult("unknown", failure="no_answer")


def capture_attempt(
    attempt_id: UUID, *, amount: Money | None, actor: Actor, now: datetime
) -> Applied:
    """Take money that is held, all of it or a part; the rest is let go.

    Raises:
        IntentClosed: nothing is held, or the intent is over.
        AmountNotOpen: more than what is held.
        NotCapable: the gateway takes all or nothing.
        PaymentRefused: the gateway said no; what is held stays held.
    """
    attempt, wanted = _prepare_capture(attempt_id, amount=amount, actor=actor, now=now)
    gateway, binding, reference = open_for(attempt)
    result = outcome_of(lambda: gateway.capture(binding, reference, wanted))
    if result.state == "failed":
        raise PaymentRefused(reason=result.failure)
    return apply_result(attempt.id, result, now=now)


@transaction.atomic(durable=True)
def _prepare_capture(
    attempt_id: UUID, *, amount: Money | None, actor: Actor, now: datetime
) -> tuple[Attempt, Money]:
    intent, attempt = locked_attempt(attempt_id)
    if attempt.state != AttemptState.AUTHORIZED or intent.state not in PAYABLE_INTENTS:
        raise IntentClosed(state=attempt.state)
    held = Money(attempt.authorized_minor, attempt.currency)
    wanted = amount or held
    if wanted.currency != held.currency or not 0 < wanted.minor <= held.minor:
        raise AmountNotOpen(open=held.decimal())
    caps = gateway_named(attempt.binding.gateway).caps(
        open_binding(attempt.binding, version=attempt.version)
    )
    if wanted != held and Cap.PARTIAL_CAPTURE not in caps:
        raise NotCapable
    attempt.next_check_at = now + LEASE
    attempt.save(update_fields=["next_check_at"])
    ask_for_sweep(attempt.next_check_at)
    record(
        action="payments.capture_asked",
        actor=actor,
        obj=("payment_attempt", attempt.number),
        after={"amount": wanted.decimal(), "currency": wanted.currency},
    )
    return attempt, wanted


def is_live(attempt: Attempt) -> bool:
    """Tell whether an attempt may still bring money."""
    return attempt.state in LIVE_ATTEMPTS
