"""Sends a case's money back: the way it was paid, else to the balance, else by hand.

Each way is a row. One that fails is tried again by the clock; what no way is found for
waits for somebody of the shop. Nothing is ever only in the air.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import EntryKind, PayoutMeans, PayoutState
from kernel.aftersales.errors import NoWallet
from kernel.aftersales.models import CasePayout
from kernel.aftersales.services.telling import CLOCK, Held, tell
from kernel.audit.actor import Actor
from kernel.checkout.paying import ask_back, refundable
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.ledger.purposes import register_purpose
from kernel.ledger.services import Leg, Owner, post, system
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.hooks import HookContext
from kernel.orders.services.money import note_refund
from kernel.payments.models import PaymentBinding
from kernel.tenancy.schedules import ask

TRIES: Final = 3
"""So often is money sent the way it came, before another way is taken."""
_LATER: Final = timedelta(hours=1)
_TO_BALANCES: Final = "aftersales.to_balances"


def name_accounts() -> None:
    """Tell the ledger how people call the account; called while apps are loaded."""
    register_purpose(_TO_BALANCES, _("Refunds paid to balances"))


def pay_out(held: Held, minor: int, *, actor: Actor, now: datetime) -> bool:
    """Ask back what goes back of a held case; False when some of it could not be asked for.

    Runs in the caller's transaction; the gateways are spoken to after its commit.
    """
    case, left = held.case, minor
    context = HookContext(now, actor, case.number)
    for intent_id, paid in refundable(held.order.pk):
        part = min(left, paid)
        if part <= 0:
            continue
        left -= part
        try:
            with transaction.atomic():
                made = ask_back(held.order.pk, intent_id, Money(part, case.currency), context)
        except DomainError as refusal:
            _keep(held, part, intent_id, failure=refusal.code, now=now)
            continue
        for each in made:
            _keep(held, each.amount_minor, intent_id, reference=each.key, now=now)
    if left > 0:
        _keep(held, left, None, failure="no_payment", now=now)
    is_asked = missing_minor(held) == 0
    if not is_asked:
        _try_later(held, actor=actor, now=now)
    return is_asked


def missing_minor(held: Held) -> int:
    """Return what of a case's money is neither back nor on its way."""
    alive = CasePayout.objects.filter(case=held.case).exclude(state=PayoutState.FAILED)
    return held.case.amount_minor - sum(alive.values_list("minor", flat=True))


def try_again(held: Held, *, actor: Actor, now: datetime) -> None:
    """Send what is missing once more; after some tries to the balance, where there is one."""
    missing = missing_minor(held)
    if not missing:
        return
    failed = CasePayout.objects.filter(case=held.case, state=PayoutState.FAILED)
    if failed.count() < TRIES and any(minor for _intent, minor in refundable(held.order.pk)):
        held.case.due_at = None
        held.case.save(update_fields=["due_at"])
        pay_out(held, missing, actor=actor, now=now)
    elif has_wallet(held):
        pay_to_wallet(held, actor=actor, now=now)
    else:
        _wait_for_staff(held, actor=actor, now=now)


def has_wallet(held: Held) -> bool:
    """Tell whether the buyer has a balance that can be spent here."""
    wallets = PaymentBinding.objects.filter(gateway="wallet", is_enabled=True, removed_at=None)
    return held.case.member_id is not None and wallets.exists()


def pay_to_wallet(held: Held, *, actor: Actor, now: datetime) -> None:
    """Give what is missing to the buyer's balance.

    Raises:
        NoWallet: there is none.
    """
    if held.case.member_id is None:
        raise NoWallet
    owner, asset = Owner("member", held.case.member_id), held.case.currency.lower()
    for reference, minor in _given(held, PayoutMeans.WALLET, actor=actor, now=now):
        post(
            key=f"aftersales:{reference}",
            kind="aftersales.to_balance",
            legs=[Leg(system(_TO_BALANCES), asset, -minor), Leg(owner, asset, minor)],
            occurred_at=now,
            reference=("order", held.order.pk),
            data={"number": held.case.number},
        )


def pay_by_hand(held: Held, *, actor: Actor, now: datetime) -> None:
    """Note that somebody of the shop has paid what is missing, outside."""
    for _paid in _given(held, PayoutMeans.HAND, actor=actor, now=now):
        pass


def _given(
    held: Held, means: PayoutMeans, *, actor: Actor, now: datetime
) -> Iterator[tuple[str, int]]:
    """Note what is missing as given back at once, part for part of the payments."""
    number = CasePayout.objects.filter(case=held.case).count()
    for intent_id, minor in _parts(held, missing_minor(held)):
        # Its last part names the payment, as the keys of refunds do.
        of = intent_id.hex if intent_id else "none"
        reference = f"{means}:{held.case.pk.hex}:{number}:{of}"
        for kind in (PaymentEntryKind.REFUND_REQUESTED, PaymentEntryKind.REFUNDED):
            note_refund(held.order.pk, kind, minor, reference=reference, actor=actor, now=now)
        _keep(held, minor, intent_id, means=means, reference=reference, now=now, is_done=True)
        number += 1
        yield reference, minor


def _parts(held: Held, minor: int) -> list[tuple[UUID | None, int]]:
    left, found = minor, list[tuple[UUID | None, int]]()
    for intent_id, paid in refundable(held.order.pk):
        if part := max(min(left, paid), 0):
            found.append((intent_id, part))
            left -= part
    return [*found, (None, left)] if left else found


def _keep(
    held: Held,
    minor: int,
    intent_id: UUID | None,
    *,
    now: datetime,
    means: PayoutMeans = PayoutMeans.ORIGINAL,
    reference: str = "",
    failure: str = "",
    is_done: bool = False,
) -> None:
    state = PayoutState.DONE if is_done else PayoutState.ASKED
    CasePayout.objects.create(
        case=held.case,
        means=means,
        state=PayoutState.FAILED if failure else state,
        intent_id=intent_id,
        reference=reference or f"failed:{uuid7().hex}",
        minor=minor,
        failure=failure,
        at=now,
    )


def _try_later(held: Held, *, actor: Actor, now: datetime) -> None:
    failed = CasePayout.objects.filter(case=held.case, state=PayoutState.FAILED).count()
    can_be_tried = failed < TRIES and any(minor for _i, minor in refundable(held.order.pk))
    if can_be_tried or has_wallet(held):
        held.case.due_at = now + _LATER
        held.case.save(update_fields=["due_at"])
        ask(CLOCK, held.case.due_at)
    else:
        _wait_for_staff(held, actor=actor, now=now)


def _wait_for_staff(held: Held, *, actor: Actor, now: datetime) -> None:
    held.case.due_at, held.case.needs_staff = None, True
    held.case.save(update_fields=["due_at", "needs_staff"])
    data = {"minor": missing_minor(held)}
    tell(held, EntryKind.STUCK, actor=actor, now=now, data=data)


def note_failure(
    held: Held, payout: CasePayout, failure: str, *, actor: Actor, now: datetime
) -> None:
    """Note that money did not go back, or that it came back again; it is tried again later."""
    payout.state, payout.failure = PayoutState.FAILED, failure[:120]
    payout.save(update_fields=["state", "failure"])
    data = {"minor": payout.minor, "failure": payout.failure}
    tell(held, EntryKind.REFUND_FAILED, actor=actor, now=now, data=data)
    _try_later(held, actor=actor, now=now)
