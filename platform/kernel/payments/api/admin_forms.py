"""What staff send and see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.payments.api.fields import AmountAsked, AmountShown
from kernel.payments.api.store_forms import AttemptShown, IntentShown
from kernel.payments.choices import IntentState, Verdict


class GatewayShown(serializers.Serializer[Any]):
    """A way to pay that can be bound, with a form for each of its modes."""

    code = serializers.CharField()
    title = serializers.CharField()
    forms = serializers.DictField(child=serializers.JSONField())


class BindingAsked(serializers.Serializer[Any]):
    """An account to bind."""

    gateway = serializers.CharField(max_length=32)
    mode = serializers.CharField(max_length=16, required=False, default="direct")
    live = serializers.BooleanField()
    title = serializers.CharField(max_length=80)
    values = serializers.DictField()


class ValuesAsked(serializers.Serializer[Any]):
    """Other particulars; a secret that is left out stays as it is."""

    values = serializers.DictField()


class BindingChanged(serializers.Serializer[Any]):
    """What can be changed without the particulars."""

    title = serializers.CharField(max_length=80, required=False)
    enabled = serializers.BooleanField(required=False)


class BindingShown(serializers.Serializer[Any]):
    """A binding; of a secret, its last four characters at most."""

    id = serializers.CharField(source="binding.public_id")
    gateway = serializers.CharField(source="binding.gateway")
    mode = serializers.CharField(source="binding.mode")
    live = serializers.BooleanField(source="binding.is_live")
    title = serializers.CharField(source="binding.title")
    enabled = serializers.BooleanField(source="binding.is_enabled")
    version = serializers.IntegerField()
    public = serializers.DictField()
    hints = serializers.DictField(child=serializers.CharField())
    set_by = serializers.CharField()
    set_at = serializers.DateTimeField()
    hook_path = serializers.CharField()


class RefundShown(serializers.Serializer[Any]):
    """Money on its way back."""

    id = serializers.CharField(source="number")
    attempt = PublicIdField("pat", source="attempt_id")
    kind = serializers.CharField()
    state = serializers.CharField()
    amount = AmountShown("amount_minor")
    currency = serializers.CharField()
    reason = serializers.CharField()
    failure = serializers.CharField()
    asked_by = serializers.CharField()
    created_at = serializers.DateTimeField()


class AttemptDetail(AttemptShown):
    """One try to pay, as staff see it."""

    gateway = serializers.CharField(source="binding.gateway")
    gateway_ref = serializers.CharField()
    captured = AmountShown("captured_minor")
    refunded = AmountShown("refunded_minor")
    fee = AmountShown("fee_minor")
    created_at = serializers.DateTimeField()


class IntentDetail(serializers.Serializer[Any]):
    """An intent with all that happened to it."""

    intent = IntentShown()
    attempts = AttemptDetail(many=True)
    refunds = RefundShown(many=True)


class IntentsAsked(serializers.Serializer[Any]):
    """What the list is narrowed down by."""

    state = serializers.ChoiceField(choices=IntentState.choices, required=False, default="")


class RefundAsked(serializers.Serializer[Any]):
    """Money to give back."""

    amount = AmountAsked()
    reason = serializers.CharField(max_length=300)


class CaptureAsked(serializers.Serializer[Any]):
    """Held money to take; all of it when no amount is given."""

    amount = AmountAsked(required=False)


class RefundReviewAsked(serializers.Serializer[Any]):
    """Whether money was paid back by hand."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reference = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class ReviewAsked(RefundReviewAsked):
    """What a person found on the account."""

    received = AmountAsked(required=False)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ProofLink(serializers.Serializer[Any]):
    """A proof with a link to its file."""

    id = serializers.CharField(source="proof.public_id")
    content_type = serializers.CharField(source="proof.content_type")
    note = serializers.CharField(source="proof.note")
    url = serializers.CharField()


class WaitingShown(serializers.Serializer[Any]):
    """A payment made outside, with what its payer shows for it."""

    attempt = AttemptShown()
    subject = serializers.CharField()
    proofs = ProofLink(many=True)


class DayAsked(serializers.Serializer[Any]):
    """A day of a binding to compare."""

    binding = PublicIdField("pay")
    day = serializers.DateField()


class RunShown(serializers.Serializer[Any]):
    """What a comparison found."""

    id = serializers.CharField(source="public_id")
    binding = PublicIdField("pay", source="binding_id")
    day = serializers.DateField()
    lines = serializers.IntegerField()
    matched = serializers.IntegerField()
    differences = serializers.IntegerField()
    finished_at = serializers.DateTimeField()


class DifferenceShown(serializers.Serializer[Any]):
    """A disagreement between a gateway and our books."""

    id = serializers.CharField(source="public_id")
    binding = PublicIdField("pay", source="binding_id")
    day = serializers.DateField()
    kind = serializers.CharField()
    line_kind = serializers.CharField()
    subject = serializers.CharField()
    ours = AmountShown("ours_minor")
    theirs = AmountShown("theirs_minor")
    currency = serializers.CharField()
    state = serializers.CharField()
    resolution = serializers.CharField()


class ResolutionAsked(serializers.Serializer[Any]):
    """How a difference was dealt with."""

    resolution = serializers.CharField(max_length=300)
