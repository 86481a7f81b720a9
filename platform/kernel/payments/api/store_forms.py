"""What payers send and see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.payments.api.fields import AmountAsked, AmountShown
from kernel.payments.services.channels import CHANNELS


class AttemptAsked(serializers.Serializer[Any]):
    """How the payer wants to pay."""

    binding = PublicIdField("pay")
    channel = serializers.ChoiceField(choices=sorted(CHANNELS), required=False, default="")
    amount = AmountAsked(required=False)
    balances = serializers.ListField(
        child=PublicIdField("pay"),
        required=False,
        default=list,
        max_length=8,
        help_text="Balances that pay first, as much as they can; the binding pays the rest.",
    )
    password = serializers.CharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        write_only=True,
        help_text="The payment password, where a balance pays and `password.is_asked`.",
    )


class ProofAsked(serializers.Serializer[Any]):
    """A picture or PDF of a transfer."""

    file = serializers.FileField(max_length=200)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class AttemptShown(serializers.Serializer[Any]):
    """One try to pay, as its payer sees it."""

    id = serializers.CharField(source="number")
    binding = PublicIdField("pay", source="binding_id")
    channel = serializers.CharField()
    state = serializers.CharField()
    amount = AmountShown("amount_minor")
    currency = serializers.CharField()
    action = serializers.JSONField(allow_null=True)
    failure = serializers.CharField()


class ProofShown(serializers.Serializer[Any]):
    """A proof that was kept."""

    id = serializers.CharField(source="public_id")
    content_type = serializers.CharField()
    size = serializers.IntegerField()


class WayShown(serializers.Serializer[Any]):
    """One of the ways to pay."""

    binding = serializers.CharField(source="binding.public_id")
    gateway = serializers.CharField(source="binding.gateway")
    title = serializers.CharField(source="binding.title")
    channels = serializers.ListField(child=serializers.CharField())
    balance = serializers.CharField(source="balance.decimal", allow_null=True, default=None)


class IntentShown(serializers.Serializer[Any]):
    """What is to be paid."""

    id = serializers.CharField(source="public_id")
    subject = serializers.CharField()
    state = serializers.CharField()
    amount = AmountShown("amount_minor")
    settled = AmountShown("settled_minor")
    refunded = AmountShown("refunded_minor")
    currency = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class PaymentPasswordShown(serializers.Serializer[Any]):
    """Where the payer's payment password stands."""

    is_set = serializers.BooleanField()
    is_needed = serializers.BooleanField()
    is_asked = serializers.BooleanField()
    locked_until = serializers.DateTimeField(allow_null=True)


class CashierShown(serializers.Serializer[Any]):
    """Everything that a cashier page needs.

    ``held`` is what balances keep until the rest is paid, ``open`` what is neither paid
    nor held.
    """

    intent = IntentShown()
    held = AmountShown("held_minor")
    open = AmountShown("open_minor")
    currency = serializers.CharField()
    password = PaymentPasswordShown(allow_null=True)
    ways = WayShown(many=True)
    attempts = AttemptShown(many=True)
