"""Says how a seller is paid in advance; its keys are sealed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import seller_of
from channel_center.topups.errors import InvalidReceiver, NoReceiver
from channel_center.topups.models import Receiver
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.secrets.services import get_secret, put_secret
from kernel.common.time import utc_now
from kernel.payments.choices import BindingMode
from kernel.payments.errors import Transient
from kernel.payments.gateways.contract import Binding
from kernel.payments.gateways.stripe.checking import faults_of
from kernel.tenancy.context import public_context

LONGEST_BANK: Final = 600
_KEYS: Final = ("restricted_key", "publishable_key", "webhook_secret")


@public_context()
@transaction.atomic
def set_receiver(
    channel_id: UUID | None,
    *,
    bank: str,
    least_minor: int,
    actor: Actor,
    keys: dict[str, str] | None = None,
) -> Receiver:
    """Say where those who buy here pay to; keys that are not given stay as they are.

    Raises:
        InvalidReceiver: the least amount is nothing, or Stripe does not take the keys.
    """
    if least_minor <= 0 or len(bank) > LONGEST_BANK:
        raise InvalidReceiver(field="least" if least_minor <= 0 else "bank")
    row = _locked_row(channel_id)
    if keys:
        if set(keys) != set(_KEYS) or not all(keys.values()):
            raise InvalidReceiver(field="keys")
        row.is_live = "_live_" in keys["restricted_key"]
        _refuse_faults(row, keys)
        put_secret(_purpose(row), keys)
        row.has_stripe = True
    row.bank, row.least_minor, row.changed_at = bank.strip(), least_minor, utc_now()
    row.save()
    record(
        action="topups.receiver_set",
        actor=actor,
        obj=("receiver", row.public_id),
        after={"stripe": row.has_stripe, "bank": bool(row.bank), "least_minor": least_minor},
    )
    return row


def _locked_row(channel_id: UUID | None) -> Receiver:
    rows = Receiver.objects.select_for_update(no_key=True).filter(Q(channel=channel_id))
    found = rows.first()
    if found is None:
        Receiver.objects.bulk_create([Receiver(channel_id=channel_id)], ignore_conflicts=True)
        found = rows.get()
    return found


def _refuse_faults(row: Receiver, keys: dict[str, str]) -> None:
    try:
        faults = faults_of(_binding(row, dict(keys)))
    except Transient as error:
        raise InvalidReceiver(field="keys") from error
    if faults:
        raise InvalidReceiver(" ".join(str(each) for each in faults), field="keys")


def receiver_of(wallet: Wallet) -> Receiver:
    """Return who gets the money of a balance.

    Raises:
        NoReceiver: nobody has said how.
    """
    row = Receiver.objects.filter(Q(channel=seller_of(wallet))).first()
    if row is None:
        raise NoReceiver
    return row


def open_receiver(row: Receiver) -> Binding:
    """Return a receiver with its keys, for as long as a call takes; the public scope is open.

    Raises:
        NoReceiver: it has no keys.
    """
    if not row.has_stripe:
        raise NoReceiver
    return _binding(row, dict(get_secret(_purpose(row))))


def _binding(row: Receiver, keys: dict[str, object]) -> Binding:
    return Binding(
        id=row.id,
        tenant_id=row.id,
        gateway="stripe",
        mode=BindingMode.DIRECT,
        live=row.is_live,
        public={},
        secrets=keys,
    )


def _purpose(row: Receiver) -> str:
    return f"topups.{row.id.hex}"
