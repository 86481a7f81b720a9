"""What pages and programs read of payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet

from kernel.common.money import Money
from kernel.payments.choices import (
    AttemptState,
    DifferenceState,
    RefundState,
)
from kernel.payments.errors import BindingNotFound, IntentNotFound, SplitNotFound
from kernel.payments.gateways.contract import Cap
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import (
    Attempt,
    BindingVersion,
    Difference,
    PaymentBinding,
    PaymentIntent,
    Proof,
    Refund,
    Review,
    Split,
    SplitReceiver,
)
from kernel.payments.services.channels import channels_of
from kernel.payments.services.holding import worth_of
from kernel.payments.services.opening import open_binding
from kernel.payments.services.passwords import Standing, standing_of
from kernel.payments.services.rows import held_minor
from kernel.tenancy.context import current_tenant

BY_HAND: Final = frozenset({"offline"})
"""Ways to pay whose money people see come."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways to pay that a payer may choose from.

    Attributes:
        balance: what the payer has there; None when the way is no balance.
    """

    binding: PaymentBinding
    channels: tuple[str, ...]
    balance: Money | None = None


@dataclass(frozen=True, slots=True)
class Cashier:
    """Everything that a cashier shows of an intent.

    Attributes:
        held_minor: what balances keep until the rest is paid.
        open_minor: what is neither paid nor held.
        password: None for guests, who have no balance.
    """

    intent: PaymentIntent
    ways: list[Way]
    attempts: QuerySet[Attempt]
    held_minor: int
    open_minor: int
    currency: str
    password: Standing | None


def cashier_of(intent: PaymentIntent, *, now: datetime) -> Cashier:
    """Return where an intent stands and how it can be paid."""
    held = held_minor(intent)
    member_id = intent.member_id
    return Cashier(
        intent=intent,
        ways=ways_to_pay(intent),
        attempts=attempts_of(intent),
        held_minor=held,
        open_minor=intent.amount_minor - intent.settled_minor - held,
        currency=intent.currency,
        password=standing_of(member_id, now=now) if member_id is not None else None,
    )


def intent_for(intent_id: UUID, *, member_id: UUID | None) -> PaymentIntent:
    """Return an intent for its payer; a guest's for whoever knows its id.

    Raises:
        IntentNotFound: there is none, or it is another member's.
    """
    row = PaymentIntent.objects.filter(pk=intent_id).first()
    if row is None or (row.member_id is not None and row.member_id != member_id):
        raise IntentNotFound
    return row


def attempt_for(intent: PaymentIntent, attempt_id: UUID) -> Attempt:
    """Return an attempt of an intent.

    Raises:
        IntentNotFound: it has no such attempt.
    """
    row = Attempt.objects.select_related("binding").filter(pk=attempt_id, intent=intent).first()
    if row is None:
        raise IntentNotFound
    return row


def ways_to_pay(intent: PaymentIntent) -> list[Way]:
    """Return how an intent can be paid, in the tenant's order."""
    ways = []
    rows = PaymentBinding.objects.filter(is_enabled=True).order_by("position", "pk")
    for row in rows:
        if row.is_live and current_tenant().kind == "sandbox":
            continue
        binding = open_binding(row)
        caps = gateway_named(row.gateway).caps(binding)
        if Cap.INSTANT not in caps:
            ways.append(Way(row, channels_of(caps)))
        elif intent.member_id is not None:
            has = worth_of(binding.text("asset"), intent.member_id, currency=intent.currency)
            if has is not None:
                ways.append(Way(row, channels_of(caps), has))
    return ways


def intent_with(intent_id: UUID) -> PaymentIntent:
    """Return an intent, whoever's.

    Raises:
        IntentNotFound: there is none.
    """
    row = PaymentIntent.objects.filter(pk=intent_id).first()
    if row is None:
        raise IntentNotFound
    return row


def attempt_with(attempt_id: UUID) -> Attempt:
    """Return an attempt, whoever's.

    Raises:
        IntentNotFound: there is none.
    """
    row = Attempt.objects.select_related("binding").filter(pk=attempt_id).first()
    if row is None:
        raise IntentNotFound
    return row


def hook_path(row: PaymentBinding) -> str:
    """Return where a gateway sends its notices, behind the storefront's host name."""
    return f"/hooks/pay/{row.public_id}"


def attempts_of(intent: PaymentIntent) -> QuerySet[Attempt]:
    """Return the attempts of an intent, the first first."""
    return Attempt.objects.select_related("binding").filter(intent=intent).order_by("pk")


def refunds_of(intent: PaymentIntent) -> QuerySet[Refund]:
    """Return the refunds of an intent, the first first."""
    return Refund.objects.filter(intent=intent).order_by("pk")


def splits_of(attempt: Attempt) -> QuerySet[Split]:
    """Return the shares of an attempt, the first first."""
    return Split.objects.filter(attempt=attempt).order_by("pk")


def split_with(split_id: UUID) -> Split:
    """Return a share.

    Raises:
        SplitNotFound: there is none.
    """
    row = Split.objects.filter(pk=split_id).first()
    if row is None:
        raise SplitNotFound
    return row


def receivers_of(binding_id: UUID) -> QuerySet[SplitReceiver]:
    """Return who may get shares at a binding's gateway, by name."""
    return SplitReceiver.objects.filter(binding_id=binding_id).order_by("name", "pk")


def intents_list(*, state: str = "") -> QuerySet[PaymentIntent]:
    """Return intents, of one state or of all."""
    rows = PaymentIntent.objects.order_by("-created_at", "-id")
    return rows.filter(state=state) if state else rows


def bindings_list() -> list[PaymentBinding]:
    """Return the bindings that were not removed, in the tenant's order."""
    return list(PaymentBinding.objects.filter(removed_at=None).order_by("position", "pk"))


def particulars_of(row: PaymentBinding) -> BindingVersion:
    """Return what may be shown of a binding's particulars.

    Raises:
        BindingNotFound: there are none.
    """
    found = BindingVersion.objects.filter(binding=row, version=row.version).first()
    if found is None:
        raise BindingNotFound
    return found


def waiting_for_review() -> QuerySet[Attempt]:
    """Return payments made outside that staff have to look at."""
    shown = Proof.objects.filter(attempt=OuterRef("pk"))
    return (
        Attempt.objects.select_related("binding", "intent")
        .annotate(has_proof=Exists(shown))
        .filter(binding__gateway__in=BY_HAND, state=AttemptState.PENDING)
    )


def proofs_of(attempt_ids: Sequence[UUID]) -> dict[UUID, list[Proof]]:
    """Return the proofs of attempts, the first first; one query."""
    found: dict[UUID, list[Proof]] = {each: [] for each in attempt_ids}
    for row in Proof.objects.filter(attempt_id__in=attempt_ids).order_by("pk"):
        found[row.attempt_id].append(row)
    return found


def proof_link(row: Proof) -> str:
    """Return a signed link to a proof's file."""
    return default_storage.url(row.file)


def reviews_of(attempt: Attempt) -> QuerySet[Review]:
    """Return what staff said of an attempt."""
    return Review.objects.filter(attempt=attempt).order_by("pk")


def refunds_by_hand() -> QuerySet[Refund]:
    """Return the refunds that staff have to pay back."""
    return Refund.objects.filter(state=RefundState.REVIEW)


def open_differences() -> QuerySet[Difference]:
    """Return the differences that nobody has dealt with."""
    return Difference.objects.select_related("binding").filter(state=DifferenceState.OPEN)
