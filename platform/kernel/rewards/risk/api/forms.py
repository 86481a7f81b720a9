"""What the admin API takes and tells of the risk queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.common.ids import public_id
from kernel.rewards.risk.choices import CaseState, Rule
from kernel.rewards.risk.models import Case
from kernel.rewards.risk.texts import told

LONGEST_NOTE = 300


class CasesAsked(serializers.Serializer[Any]):
    """Which cases a list shows."""

    state = serializers.ChoiceField(choices=CaseState.choices, required=False, default="")


class RiskReason(serializers.Serializer[Any]):
    """Something that was seen, in the reader's language, and whom it names."""

    text = serializers.CharField()
    members = serializers.ListField(child=serializers.CharField())


class RiskCaseShown(serializers.Serializer[Any]):
    """Something that somebody has to look at."""

    id = PublicIdField("rsk", source="pk")
    rule = serializers.ChoiceField(choices=Rule.choices)
    member = PublicIdField("mem", source="member_id")
    state = serializers.ChoiceField(choices=CaseState.choices)
    strength = serializers.IntegerField(help_text="how much speaks for it")
    reasons = serializers.SerializerMethodField()
    opened_at = serializers.DateTimeField()
    note = serializers.CharField(
        allow_blank=True, help_text="why it was decided so; read by the member when held"
    )
    decided_name = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    objection = serializers.CharField(allow_blank=True, help_text="what the member says to it")
    objected_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(RiskReason(many=True))
    def get_reasons(self, row: Case) -> list[dict[str, Any]]:
        """Return what was seen."""
        found = [told(each) for each in row.reasons]
        return [
            {"text": text, "members": [public_id("mem", UUID(one)) for one in members]}
            for text, members in found
        ]


class CaseNoted(serializers.Serializer[Any]):
    """Why a case is decided so; not needed for a harmless one."""

    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, default="", allow_blank=True
    )
