"""Begins top-ups, hears what becomes of them, and credits each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import top_up
from channel_center.topups.choices import Method, TopUpState
from channel_center.topups.errors import (
    AlreadyDecided,
    InvalidAmount,
    InvalidLink,
    NoReceiver,
    ReferenceKnown,
    UnknownTopUp,
)
from channel_center.topups.models import Heard, Receiver, TopUpRequest
from channel_center.topups.services.receiving import open_receiver, receiver_of
from channel_center.topups.services.reversing import follow
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.logging import get_logger
from kernel.common.money import Money
from kernel.payments.errors import GatewayFault, NotFoundThere
from kernel.payments.gateways.contract import AttemptRef, Payer, PayRequest, PayResult
from kernel.payments.gateways.stripe.gateway import StripeGateway
from kernel.tenancy.context import public_context
from kernel.tenancy.signing import BadSignature as BadLink
from kernel.tenancy.signing import dumps, loads

MOST_MINOR: Final = 10**11
_SALT: Final = "topups.link"
_BACK: Final = "topups.back"
_LINK_LIVES: Final = timedelta(minutes=10)
_OPEN_FOR: Final = timedelta(hours=1)
_GIVEN_UP_AFTER: Final = timedelta(hours=26)
_STRIPE: Final = StripeGateway()
_CLOCK: Final = Actor.system("topups")

log = get_logger("topups")


@public_context()
@transaction.atomic
def begin(
    wallet: Wallet,
    minor: int,
    *,
    method: str,
    actor: Actor,
    now: datetime,
    reference: str = "",
    note: str = "",
    back_to: str = "",
) -> TopUpRequest:
    """Write a top-up down; what is told by transfer waits for a person at the receiver's.

    Raises:
        InvalidAmount: nothing, below zero, below the least, or too large.
        NoReceiver: this way is not offered.
        ReferenceKnown: a transfer with this reference was told already.
    """
    receiver = receiver_of(wallet)
    is_bank = method == Method.BANK
    if method not in Method.values or not (receiver.bank if is_bank else receiver.has_stripe):
        raise NoReceiver
    if not receiver.least_minor <= minor <= MOST_MINOR:
        raise InvalidAmount(least=receiver.least_minor)
    if is_bank and not reference.strip():
        raise InvalidAmount(field="reference")
    try:
        with transaction.atomic():
            row = TopUpRequest.objects.create(
                receiver=receiver,
                wallet=wallet,
                method=method,
                state=TopUpState.CHECKING if is_bank else TopUpState.OPEN,
                amount_minor=minor,
                currency=wallet.currency,
                reference=reference.strip()[:80] if is_bank else "",
                note=note[:300],
                back_to=back_to,
                made_by=str(actor)[:200],
                next_check_at=None if is_bank else now + timedelta(minutes=5),
                created_at=now,
            )
    except IntegrityError as error:
        raise ReferenceKnown from error
    record(
        action="topups.begun",
        actor=actor,
        obj=("top_up", row.public_id),
        after={"minor": minor, "currency": row.currency, "method": str(method)},
    )
    return row


@public_context()
def link_of(row: TopUpRequest) -> str:
    """Return what names a top-up to the process that has the keys, for ten minutes."""
    return dumps({"top_up": row.public_id}, salt=_SALT)


@public_context()
def pay_by_link(link: str, *, here: str, now: datetime) -> str:
    """Return the address of Stripe's page for a top-up that a link names.

    Raises:
        InvalidLink: nobody gave it, it is too old, or the top-up has ended.
    """
    return page_of(_named(link, salt=_SALT, max_age=_LINK_LIVES), here=here, now=now)


@public_context()
def come_back(link: str, *, now: datetime) -> str:
    """Ask about a top-up whose payer came back from Stripe; return where he goes on.

    Raises:
        InvalidLink: nobody gave it.
    """
    return settle(_named(link, salt=_BACK, max_age=_GIVEN_UP_AFTER), now=now).back_to


def _named(link: str, *, salt: str, max_age: timedelta) -> UUID:
    try:
        told: dict[str, Any] = loads(link, salt=salt, max_age=max_age)
        return parse_public_id("tpr", told["top_up"])
    except (BadLink, InvalidId, KeyError, TypeError) as error:
        raise InvalidLink from error


@public_context()
def page_of(top_up_id: UUID, *, here: str, now: datetime) -> str:
    """Make Stripe's page, or find the one that was made; not inside a transaction.

    Args:
        top_up_id: what is paid.
        here: address of the process that has the keys; the payer comes back to it.
        now: the moment.

    Raises:
        InvalidLink: the top-up has ended.
        NoReceiver: the receiver takes no cards any more.
    """
    row = _found(top_up_id)
    if row.state != TopUpState.OPEN:
        raise InvalidLink
    binding = open_receiver(row.receiver)
    if row.gateway_ref:
        result = _STRIPE.query(binding, _reference(row))
    else:
        back = f"{here}pay/top-up/{dumps({'top_up': row.public_id}, salt=_BACK)}/done/"
        result = _STRIPE.create(
            binding,
            PayRequest(
                attempt_no=row.public_id,
                amount=Money(row.amount_minor, row.currency),
                subject=row.note or row.public_id,
                channel="redirect",
                return_url=back,
                cancel_url=back,
                expires_at=row.created_at + _OPEN_FOR,
                payer=Payer(),
            ),
        )
        TopUpRequest.objects.filter(pk=row.pk).update(gateway_ref=result.gateway_ref)
    address = (result.action or {}).get("url")
    return address if isinstance(address, str) else settle(row.pk, now=now).back_to


def _reference(row: TopUpRequest) -> AttemptRef:
    return AttemptRef(
        number=row.public_id,
        gateway_ref=row.gateway_ref,
        amount=Money(row.amount_minor, row.currency),
        channel="redirect",
        begun_at=row.created_at,
    )


@public_context()
def settle(top_up_id: UUID, *, now: datetime) -> TopUpRequest:
    """Ask Stripe about a top-up and do what follows; not inside a transaction."""
    row = _found(top_up_id)
    if row.state != TopUpState.OPEN:
        return row
    try:
        result = _STRIPE.query(open_receiver(row.receiver), _reference(row))
    except NotFoundThere:
        result = PayResult("closed" if now - row.created_at > _OPEN_FOR else "pending")
    except GatewayFault as error:
        log.warning("top-up not asked for", top_up=row.public_id, reason=str(error))
        result = PayResult("unknown")
    return _follow(row.pk, result, now=now)


@transaction.atomic
def _follow(top_up_id: UUID, result: PayResult, *, now: datetime) -> TopUpRequest:
    row = _locked(top_up_id)
    if row.state != TopUpState.OPEN:
        return row
    if result.state == "paid" and result.paid is not None:
        if result.paid.currency != row.currency:
            log.error("top-up in another currency", top_up=row.public_id)
            row.next_check_at = None
            row.save(update_fields=["next_check_at"])
            return row
        row.payment_ref = result.gateway_ref
        return _credit(row, result.paid.minor, actor=_CLOCK, now=now)
    is_over = result.state in {"closed", "failed"} or now - row.created_at > _GIVEN_UP_AFTER
    row.state = TopUpState.CLOSED if is_over else TopUpState.OPEN
    age = now - row.created_at
    row.next_check_at = None if is_over else now + max(age / 4, timedelta(minutes=2))
    row.decided_at = now if is_over else None
    row.save(update_fields=["state", "next_check_at", "decided_at"])
    return row


def _credit(row: TopUpRequest, minor: int, *, actor: Actor, now: datetime) -> TopUpRequest:
    top_up(
        row.wallet,
        minor,
        source=row.method,
        reference=row.public_id,
        actor=actor,
        note=row.reference or row.public_id,
    )
    row.state, row.paid_minor = TopUpState.CREDITED, minor
    row.decided_by, row.decided_at, row.next_check_at = str(actor)[:200], now, None
    row.save(
        update_fields=[
            *("state", "paid_minor", "payment_ref", "decided_by", "decided_at", "next_check_at")
        ]
    )
    return row


@public_context()
@transaction.atomic
def decide(
    top_up_id: UUID,
    *,
    receiver_channel: UUID | None,
    actor: Actor,
    now: datetime,
    minor: int | None = None,
    reason: str = "",
) -> TopUpRequest:
    """Confirm what came of a transfer, or refuse it (no amount) with a reason.

    Raises:
        UnknownTopUp: there is none, or another receives it.
        AlreadyDecided: it was decided before.
        InvalidAmount: nothing came, or it is refused without a reason.
    """
    row = _locked(top_up_id)
    if row.receiver.channel_id != receiver_channel or row.method != Method.BANK:
        raise UnknownTopUp
    if row.state != TopUpState.CHECKING:
        raise AlreadyDecided
    if minor is not None:
        if not 0 < minor <= MOST_MINOR:
            raise InvalidAmount
        _credit(row, minor, actor=actor, now=now)
    else:
        if not reason.strip():
            raise InvalidAmount(field="reason")
        row.state, row.reason = TopUpState.REFUSED, reason.strip()[:300]
        row.decided_by, row.decided_at = str(actor)[:200], now
        row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(
        action="topups.decided",
        actor=actor,
        obj=("top_up", row.public_id),
        after={"state": str(row.state), "minor": row.paid_minor},
        reason=reason,
    )
    return row


@public_context()
def hear(
    receiver_id: UUID, *, headers: Mapping[str, str], body: bytes, now: datetime
) -> TopUpRequest | None:
    """Take in a message of Stripe for a receiver; each event once. Not inside a transaction.

    A message alone credits nothing: it makes us ask. What Stripe took back is taken from
    the balance, as it was signed.

    Raises:
        NoReceiver: there is none, or it takes no cards.
        BadSignature: Stripe did not sign it, or too long ago.
    """
    receiver = Receiver.objects.filter(pk=receiver_id).first()
    if receiver is None:
        raise NoReceiver
    lowered = {name.lower(): value for name, value in headers.items()}
    event = _STRIPE.parse_webhook(open_receiver(receiver), lowered, body, now)
    try:
        named = parse_public_id("tpr", event.number)
    except InvalidId:
        named = None
    row = TopUpRequest.objects.filter(pk=named, receiver=receiver).first() if named else None
    if Heard.objects.filter(receiver=receiver, event_id=event.dedupe_key[:120]).exists():
        return row
    settled = settle(row.pk, now=now) if row is not None else None
    if event.taken_back is not None:
        settled = follow(receiver, event.taken_back, now=now) or settled
    Heard.objects.bulk_create(
        [
            Heard(
                receiver=receiver,
                event_id=event.dedupe_key[:120],
                kind=event.kind[:80],
                top_up=row,
                heard_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return settled


@public_context()
def sweep(*, now: datetime, most: int = 50) -> int:
    """Ask about top-ups of which nothing was heard; return how many."""
    due = TopUpRequest.objects.filter(next_check_at__lte=now).order_by("next_check_at")
    ids = list(due.values_list("pk", flat=True)[:most])
    for top_up_id in ids:
        settle(top_up_id, now=now)
    return len(ids)


def _found(top_up_id: UUID) -> TopUpRequest:
    row = TopUpRequest.objects.select_related("receiver", "wallet").filter(pk=top_up_id).first()
    if row is None:
        raise UnknownTopUp
    return row


def _locked(top_up_id: UUID) -> TopUpRequest:
    rows = TopUpRequest.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("receiver", "wallet").filter(pk=top_up_id).first()
    if row is None:
        raise UnknownTopUp
    return row
