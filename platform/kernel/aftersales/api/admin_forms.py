"""What staff tell the admin API of cases."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.aftersales.api.forms import text_field
from kernel.aftersales.choices import CaseKind, CaseState, PayoutMeans, Reason, Verdict
from kernel.aftersales.selectors import TASKS
from kernel.aftersales.services.telling import LONGEST_TEXT
from kernel.api.public_ids import PublicIdField

_MOST_LINES = 100


class AsSeen(serializers.Serializer[Any]):
    """The version of the case that was looked at; another is refused (`aftersales.moved`)."""

    version = serializers.IntegerField(min_value=0, required=False)


class CasesAsked(serializers.Serializer[Any]):
    """Which cases a list shows."""

    text = serializers.CharField(required=False, max_length=80, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=CaseState.choices, required=False, default="")
    kind = serializers.ChoiceField(choices=CaseKind.choices, required=False, default="")
    reason = serializers.ChoiceField(choices=Reason.choices, required=False, default="")
    task = serializers.ChoiceField(choices=TASKS, required=False, default="")


class ReturnAddressTold(serializers.Serializer[Any]):
    """Where goods are sent back to."""

    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=20)
    line = serializers.CharField(max_length=300)


class ApprovalTold(AsSeen):
    """What is granted beside what was asked for."""

    text = text_field()
    freight = serializers.CharField(max_length=24, required=False, help_text="Goes back as well.")
    address = ReturnAddressTold(required=False)


class AmountTold(serializers.Serializer[Any]):
    """How much goes back for a line."""

    line = PublicIdField("oli")
    amount = serializers.CharField(max_length=24)


class OfferTold(AsSeen):
    """Another settlement."""

    kind = serializers.ChoiceField(choices=CaseKind.choices, required=False)
    lines = serializers.ListField(child=AmountTold(), max_length=_MOST_LINES, default=list)
    freight = serializers.CharField(max_length=24, default="0")
    text = text_field()


class ReasonTold(AsSeen):
    """Why; the buyer reads it."""

    text = serializers.CharField(max_length=LONGEST_TEXT)


class AcceptedTold(serializers.Serializer[Any]):
    """What came back of a line."""

    line = PublicIdField("oli")
    accepted = serializers.IntegerField(min_value=0)
    restock = serializers.BooleanField(default=False)


class InspectionTold(AsSeen):
    """What came back as it should; lines that are left out, in full and written off."""

    lines = serializers.ListField(child=AcceptedTold(), max_length=_MOST_LINES, default=list)
    location = PublicIdField("loc", required=False)
    text = text_field()


class ReplacementTold(AsSeen):
    """How what is sent instead travels."""

    carrier = serializers.CharField(max_length=60, allow_blank=True, default="")
    tracking = serializers.CharField(max_length=80, allow_blank=True, default="")
    location = PublicIdField("loc", required=False)


class VerdictTold(AsSeen):
    """How a dispute is decided."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    lines = serializers.ListField(child=AmountTold(), max_length=_MOST_LINES, required=False)
    freight = serializers.CharField(max_length=24, required=False)
    text = serializers.CharField(max_length=LONGEST_TEXT)


class MeansTold(AsSeen):
    """How money that is stuck goes back after all."""

    means = serializers.ChoiceField(choices=PayoutMeans.choices)
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")
