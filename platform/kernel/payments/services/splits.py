"""Shares of payments: reserved in a transaction, sent outside of any, made final in another.

Which gateway can do it is a flag of the binding (`Cap.SPLIT_DELAYED`, and
`Cap.SPLIT_RETURN` for the way back); its adapter then answers `Splits` too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import Money
from kernel.payments.books import book_split, book_split_returned
from kernel.payments.choices import MOVING_SPLITS, AttemptState, SplitState
from kernel.payments.errors import (
    AmountNotOpen,
    IntentKeyReused,
    Misconfigured,
    NotCapable,
    NotFoundThere,
    ReceiverUnknown,
    Refused,
    SplitNotReturnable,
    Transient,
)
from kernel.payments.gateways.contract import Cap, SplitRequest, SplitResult, Splits
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, PaymentBinding, Split, SplitReceiver
from kernel.payments.services.bindings import binding_of
from kernel.payments.services.opening import open_binding, open_for
from kernel.payments.services.rows import locked_attempt
from kernel.payments.services.timing import LEASE, ask_for_sweep, next_check


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a payment a receiver gets."""

    receiver_id: UUID
    amount: Money


@transaction.atomic
def add_receiver(
    binding_id: UUID, *, account: str, name: str, actor: Actor, now: datetime
) -> SplitReceiver:
    """Let somebody get shares at a gateway; the same account again changes the name.

    Raises:
        BindingNotFound: there is no such binding.
        NotCapable: its gateway pays no shares.
    """
    row = binding_of(binding_id)
    if Cap.SPLIT_DELAYED not in _caps(row):
        raise NotCapable
    receiver, _created = SplitReceiver.objects.update_or_create(
        binding=row,
        account=account.strip()[:120],
        defaults={"name": name.strip()[:80], "is_active": True},
    )
    record(
        action="payments.receiver_added",
        actor=actor,
        obj=("split_receiver", receiver.public_id),
        after={"name": receiver.name, "account": receiver.account},
        now=now,
    )
    return receiver


@transaction.atomic
def split_attempt(
    attempt_id: UUID,
    shares: Sequence[Share],
    *,
    key: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> list[Split]:
    """Give shares of a paid attempt to receivers; sent by the sweeper right after the commit.

    The same key again returns the shares made before.

    Raises:
        NotCapable: the gateway pays no shares.
        ReceiverUnknown: a receiver is not one of the binding's.
        AmountNotOpen: more than what is left; ``open`` says how much that is.
        IntentKeyReused: the key made other shares.
    """
    _intent, attempt = locked_attempt(attempt_id)
    keys = [f"{key[:100]}#{number}" for number in range(len(shares))]
    made = list(Split.objects.filter(key__startswith=f"{key[:100]}#").order_by("pk"))
    if made:
        asked = [(each.receiver_id, each.amount.minor) for each in shares]
        if [(each.receiver_id, each.amount_minor) for each in made] != asked:
            raise IntentKeyReused
        return made
    if Cap.SPLIT_DELAYED not in _caps(attempt.binding, version=attempt.version):
        raise NotCapable
    _check(attempt, shares)
    attempt.split_minor += sum(each.amount.minor for each in shares)
    attempt.save(update_fields=["split_minor"])
    made = [
        Split.objects.create(
            attempt=attempt,
            receiver_id=share.receiver_id,
            key=name,
            currency=attempt.currency,
            amount_minor=share.amount.minor,
            reason=reason[:300],
            asked_by=str(actor)[:300],
            next_check_at=now,
            created_at=now,
        )
        for share, name in zip(shares, keys, strict=True)
    ]
    ask_for_sweep(now)
    record(
        action="payments.split_asked",
        actor=actor,
        obj=("payment_attempt", attempt.number),
        after={"shares": [str(each.amount.decimal()) for each in shares]},
        reason=reason,
        now=now,
    )
    return made


@transaction.atomic
def return_split(split_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Split:
    """Ask a share back; asking again changes nothing.

    Raises:
        SplitNotReturnable: it never reached its receiver, or the gateway brings nothing back.
    """
    attempt_id = Split.objects.values_list("attempt_id", flat=True).get(pk=split_id)
    _intent, attempt = locked_attempt(attempt_id)
    row = Split.objects.select_for_update(no_key=True).get(pk=split_id)
    if row.state in {SplitState.RETURNING, SplitState.RETURNED}:
        return row
    caps = _caps(attempt.binding, version=attempt.version)
    if row.state != SplitState.SUCCEEDED or Cap.SPLIT_RETURN not in caps:
        raise SplitNotReturnable(state=row.state)
    row.state, row.checks, row.next_check_at = SplitState.RETURNING, 0, now
    row.save(update_fields=["state", "checks", "next_check_at"])
    ask_for_sweep(now)
    record(
        action="payments.split_return_asked",
        actor=actor,
        obj=("payment_split", row.number),
        reason=reason,
        now=now,
    )
    return row


def drive_split(split_id: UUID, *, now: datetime) -> Split:
    """Send a share or its return, or ask what became of it when it was sent before.

    Not to be called inside a transaction. Of several callers one does the work.
    """
    claimed = _claim(split_id, now=now)
    if claimed is not None and (result := _result_of(claimed)) is not None:
        return apply_split(split_id, result, was=claimed.state, now=now)
    return Split.objects.get(pk=split_id)


@transaction.atomic(durable=True)
def _claim(split_id: UUID, *, now: datetime) -> Split | None:
    row = (
        Split.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk=split_id, state__in=MOVING_SPLITS, next_check_at__lte=now)
        .first()
    )
    if row is None:
        return None
    row.checks += 1
    row.next_check_at = max(now + LEASE, next_check(row.checks, now=now))
    row.save(update_fields=["checks", "next_check_at"])
    return row


def _result_of(row: Split) -> SplitResult | None:
    """Return what the gateway says; None when it said nothing."""
    attempt = Attempt.objects.select_related("intent", "binding").get(pk=row.attempt_id)
    gateway, binding, reference = open_for(attempt)
    splits = cast("Splits", gateway)
    request = SplitRequest(
        number=row.number,
        attempt=reference,
        account=SplitReceiver.objects.values_list("account", flat=True).get(pk=row.receiver_id),
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        gateway_ref=row.gateway_ref,
    )
    goes_back = row.state == SplitState.RETURNING
    ask = splits.query_return if goes_back else splits.query_split
    send = splits.return_split if goes_back else splits.split
    try:
        if row.checks > 1:
            try:
                return ask(binding, request)
            except NotFoundThere:
                # The call before this one never arrived; the number tells a repeat.
                pass
        return send(binding, request)
    except (Transient, Misconfigured):
        return None
    except Refused as refusal:
        return SplitResult("failed", failure=refusal.code)
    except NotFoundThere:
        return SplitResult("failed", failure="payment_not_found")


@transaction.atomic
def apply_split(split_id: UUID, result: SplitResult, *, was: str, now: datetime) -> Split:
    """Bring what a gateway says of a share, or of its return, into the books, once."""
    attempt_id = Split.objects.values_list("attempt_id", flat=True).get(pk=split_id)
    _intent, attempt = locked_attempt(attempt_id)
    row = Split.objects.select_for_update(no_key=True).get(pk=split_id)
    goes_back = row.state == SplitState.RETURNING
    if row.state not in MOVING_SPLITS or goes_back != (was == SplitState.RETURNING):
        return row
    row.gateway_ref = result.gateway_ref[:120] or row.gateway_ref
    row.failure = result.failure[:120]
    if result.state == "pending":
        row.state = row.state if goes_back else SplitState.PENDING
        row.next_check_at = next_check(row.checks, now=now)
    else:
        row.next_check_at, row.finished_at = None, now
        _finish(row, attempt, succeeded=result.state == "succeeded", goes_back=goes_back, now=now)
    row.save()
    ask_for_sweep(row.next_check_at)
    return row


def _finish(
    row: Split, attempt: Attempt, *, succeeded: bool, goes_back: bool, now: datetime
) -> None:
    if goes_back:
        # What does not come back stays with its receiver.
        row.state = SplitState.RETURNED if succeeded else SplitState.SUCCEEDED
        if succeeded:
            book_split_returned(row, binding_id=attempt.binding_id, now=now)
            _free(row, attempt)
        return
    row.state = SplitState.SUCCEEDED if succeeded else SplitState.FAILED
    if succeeded:
        book_split(row, binding_id=attempt.binding_id, now=now)
    else:
        _free(row, attempt)


def _free(row: Split, attempt: Attempt) -> None:
    attempt.split_minor -= row.amount_minor
    attempt.save(update_fields=["split_minor"])


def _check(attempt: Attempt, shares: Sequence[Share]) -> None:
    known = SplitReceiver.objects.filter(
        binding_id=attempt.binding_id,
        is_active=True,
        pk__in=[each.receiver_id for each in shares],
    )
    if known.count() != len({each.receiver_id for each in shares}):
        raise ReceiverUnknown
    fits = all(each.amount.minor > 0 for each in shares) and all(
        each.amount.currency == attempt.currency for each in shares
    )
    wanted = sum(each.amount.minor for each in shares)
    is_paid = attempt.state == AttemptState.PAID and not attempt.is_surplus
    if not shares or not fits or not is_paid or wanted > attempt.left_minor:
        raise AmountNotOpen(open=Money(attempt.left_minor, attempt.currency).decimal())


def _caps(row: PaymentBinding, *, version: int | None = None) -> Cap:
    return gateway_named(row.gateway).caps(open_binding(row, version=version))
