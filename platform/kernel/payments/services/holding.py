"""Balances that pay a part: held until the rest is paid, let go when it is not.

A balance is kept in this very database, so that taking it and letting it go are part
of the transaction that decides about it; the intent is locked by whoever calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.money import Money
from kernel.ledger.models import Asset
from kernel.ledger.services import Owner, balance
from kernel.payments.books import book_capture
from kernel.payments.choices import LIVE_ATTEMPTS, PAYABLE_INTENTS, AttemptState
from kernel.payments.errors import BindingNotUsable, NotFoundThere, Refused
from kernel.payments.gateways.contract import Cap
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, PaymentBinding, PaymentIntent
from kernel.payments.services import passwords
from kernel.payments.services.opening import open_binding, open_for
from kernel.payments.services.rows import locked_intent

BALANCE: Final = "balance"
"""The channel of balances."""

IDLE_AFTER: Final = timedelta(minutes=30)
"""How long a balance is held for somebody who does not go on to pay the rest."""


def prove_owner(
    intent_id: UUID, binding_ids: Iterable[UUID], password: str, *, now: datetime
) -> None:
    """Ask for the payment password where one of the bindings is a balance.

    Not to be called inside a transaction: a wrong one is counted at once.

    Raises:
        PasswordNeeded, PasswordWrong, PasswordLocked, PasswordUnset: as `passwords.prove`.
    """
    rows = PaymentBinding.objects.filter(pk__in=list(binding_ids), is_enabled=True)
    if not any(_is_balance(row) for row in rows):
        return
    found = PaymentIntent.objects.filter(pk=intent_id, state__in=PAYABLE_INTENTS)
    member_id = found.values_list("member_id", flat=True).first()
    if member_id is not None:
        passwords.prove(member_id, password, now=now)


def spendable(binding_id: UUID, intent: PaymentIntent) -> int:
    """Return how much of an intent a balance could pay, in minor units of its currency.

    Raises:
        BindingNotUsable: it is no balance, or off.
    """
    row = PaymentBinding.objects.filter(pk=binding_id, is_enabled=True).first()
    if row is None or not _is_balance(row):
        raise BindingNotUsable
    if intent.member_id is None:
        return 0
    has = worth_of(open_binding(row).text("asset"), intent.member_id, currency=intent.currency)
    return has.minor if has is not None else 0


def worth_of(code: str, member_id: UUID, *, currency: str) -> Money | None:
    """Return what a member can pay with an asset; None where it pays nothing in a currency."""
    asset = Asset.objects.filter(
        code=code, currency=currency, is_active=True, is_spendable=True
    ).first()
    if asset is None or not asset.rate_units or not asset.rate_minor:
        return None
    units = balance(Owner("member", member_id), code)
    return Money(units * asset.rate_minor // asset.rate_units, currency)


def bring_in(intent: PaymentIntent, attempt: Attempt, *, minor: int, now: datetime) -> None:
    """Note and book money that was taken; it is surplus where nobody wants it any more."""
    attempt.captured_minor, attempt.finished_at, attempt.next_check_at = minor, now, None
    attempt.is_surplus = not (
        intent.state in PAYABLE_INTENTS and intent.settled_minor + minor <= intent.amount_minor
    )
    attempt.save()
    intent.captured_minor += minor
    if not attempt.is_surplus:
        intent.settled_minor += minor
    intent.save(update_fields=["captured_minor", "settled_minor"])
    book_capture(attempt, minor=minor, now=now)


def take_balances(intent: PaymentIntent, *, rest_lapses: bool, now: datetime) -> None:
    """Take what balances hold, once it completes the amount; what is not needed is let go.

    Args:
        intent: locked.
        rest_lapses: less than the amount was taken on purpose, and counts as all.
        now: the moment.
    """
    held = list(_held(intent))
    together = intent.settled_minor + sum(each.authorized_minor for each in held)
    if together < intent.amount_minor and not rest_lapses:
        return
    for attempt in held:
        wanted = min(attempt.authorized_minor, intent.amount_minor - intent.settled_minor)
        if wanted > 0 and _taken(attempt, Money(wanted, attempt.currency)):
            attempt.state = AttemptState.PAID
            bring_in(intent, attempt, minor=wanted, now=now)
        else:
            _let_one_go(attempt, now=now)


def let_go(intent: PaymentIntent, *, now: datetime) -> None:
    """Give held balances of a locked intent back to their owner."""
    for attempt in _held(intent):
        _let_one_go(attempt, now=now)


@transaction.atomic
def release_balances(
    intent_id: UUID, *, now: datetime, unless_awaited: bool = False
) -> PaymentIntent:
    """Give the payer back what is held of his balances; nothing when nothing is.

    Args:
        intent_id: whose.
        now: the moment.
        unless_awaited: leave it while something else may still pay the rest.

    Raises:
        IntentNotFound: there is no such intent.
    """
    intent = locked_intent(intent_id)
    if not (unless_awaited and anything_under_way(intent)):
        let_go(intent, now=now)
    return intent


def anything_under_way(intent: PaymentIntent) -> bool:
    """Tell whether something beside held balances may still bring money."""
    live = Attempt.objects.filter(intent=intent, state__in=LIVE_ATTEMPTS)
    return live.exclude(state=AttemptState.AUTHORIZED, channel=BALANCE).exists()


def is_idle(attempt: Attempt, *, now: datetime) -> bool:
    """Tell whether a balance is held for somebody who went away."""
    return (
        attempt.state == AttemptState.AUTHORIZED
        and attempt.channel == BALANCE
        and now - attempt.created_at > IDLE_AFTER
        and not anything_under_way(attempt.intent)
    )


def _held(intent: PaymentIntent) -> Iterable[Attempt]:
    rows = Attempt.objects.select_for_update(no_key=True, of=("self",))
    held = rows.filter(intent=intent, state=AttemptState.AUTHORIZED, channel=BALANCE)
    return held.select_related("binding", "intent").order_by("pk")


def _taken(attempt: Attempt, amount: Money) -> bool:
    gateway, binding, reference = open_for(attempt)
    try:
        with transaction.atomic():
            gateway.capture(binding, reference, amount)
    except Refused:
        # It was let go a moment ago; the payment stays open for what is missing.
        return False
    return True


def _let_one_go(attempt: Attempt, *, now: datetime) -> None:
    gateway, binding, reference = open_for(attempt)
    try:
        with transaction.atomic():
            if gateway.close(binding, reference).state == "paid":
                # Staff took it a moment ago, and are about to bring it into the books.
                return
    except NotFoundThere:
        attempt.failure = "never_arrived"
    attempt.state, attempt.next_check_at, attempt.finished_at = AttemptState.CLOSED, None, now
    attempt.save()


def _is_balance(row: PaymentBinding) -> bool:
    return Cap.INSTANT in gateway_named(row.gateway).caps(open_binding(row))
