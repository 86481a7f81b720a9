"""What the APIs of levels and segments take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.levels.choices import ChangeKind, EarnsOn, Match, Test, WalkState
from kernel.levels.services.segments import MOST_BY_HAND


class LevelConditionForm(serializers.Serializer[Any]):
    """A fact and from how much on; amounts of money are decimal strings."""

    fact = serializers.CharField(max_length=40)
    at_least = serializers.CharField(max_length=40)


class LevelChanged(serializers.Serializer[Any]):
    """Particulars of a level; what is left out stays as it is."""

    name = serializers.CharField(required=False, max_length=80)
    rank = serializers.IntegerField(required=False)
    names = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    match = serializers.ChoiceField(choices=Match.choices, required=False)
    conditions = LevelConditionForm(many=True, required=False)
    discount_bp = serializers.IntegerField(required=False)
    free_shipping = serializers.BooleanField(required=False)
    points_bp = serializers.IntegerField(required=False)
    benefits = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    is_active = serializers.BooleanField(required=False)


class NewLevel(LevelChanged):
    """A level to be made."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=80)
    rank = serializers.IntegerField()


class LevelShown(serializers.Serializer[Any]):
    """A level, as everybody may see it."""

    code = serializers.CharField()
    rank = serializers.IntegerField()
    name = serializers.CharField()
    match = serializers.ChoiceField(choices=Match.choices)
    conditions = LevelConditionForm(many=True)
    discount_bp = serializers.IntegerField()
    free_shipping = serializers.BooleanField()
    points_bp = serializers.IntegerField()
    benefits = serializers.CharField(allow_blank=True)


class LevelListed(serializers.Serializer[Any]):
    """A level as staff see it, with how many members have it."""

    id = serializers.CharField()
    code = serializers.CharField()
    rank = serializers.IntegerField()
    name = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())
    match = serializers.ChoiceField(choices=Match.choices)
    conditions = LevelConditionForm(many=True)
    discount_bp = serializers.IntegerField()
    free_shipping = serializers.BooleanField()
    points_bp = serializers.IntegerField()
    benefits = serializers.DictField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    members = serializers.IntegerField()


class LevelPolicyForm(serializers.Serializer[Any]):
    """How growth and points are earned and for how long levels are kept."""

    earns_on = serializers.ChoiceField(choices=EarnsOn.choices, required=False)
    growth_per_unit = serializers.IntegerField(required=False)
    window_days = serializers.IntegerField(required=False, allow_null=True)
    grace_days = serializers.IntegerField(required=False)
    points_per_unit = serializers.IntegerField(required=False)
    points_asset = serializers.CharField(required=False, max_length=32)


class LevelPolicyShown(LevelPolicyForm):
    """The choices, and how far members have been looked at since the last change."""

    state = serializers.ChoiceField(choices=WalkState.choices)
    percent = serializers.IntegerField()
    points_since = serializers.DateTimeField(allow_null=True)


class StepShown(serializers.Serializer[Any]):
    """How far a member is with one condition; money as decimal strings."""

    fact = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    value = serializers.CharField()
    at_least = serializers.CharField()
    missing = serializers.CharField()
    percent = serializers.IntegerField()


class ProgressShown(serializers.Serializer[Any]):
    """Where a member stands, and how far the next level is."""

    growth = serializers.IntegerField()
    level = LevelShown(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    falls_at = serializers.DateTimeField(
        allow_null=True, help_text="When the level goes, unless its conditions are met again."
    )
    next = LevelShown(allow_null=True)
    steps = StepShown(many=True)
    is_any = serializers.BooleanField(help_text="One of the steps is enough.")
    percent = serializers.IntegerField()


class StandingShown(ProgressShown):
    """Where a member stands, as staff see it."""

    is_fixed = serializers.BooleanField()


class ChangeShown(serializers.Serializer[Any]):
    """A change of a member's level; empty codes for none."""

    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    at = serializers.DateTimeField()


class StandingTold(serializers.Serializer[Any]):
    """A level given by hand; null takes it away."""

    level = PublicIdField("lvl", allow_null=True)
    is_fixed = serializers.BooleanField(default=True, help_text="Conditions leave it alone.")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class ConditionForm(serializers.Serializer[Any]):
    """A condition on members; ``value`` is a number, a decimal string for money, or words."""

    kind = serializers.CharField(max_length=40)
    test = serializers.ChoiceField(choices=Test.choices)
    value = serializers.JSONField()
    days = serializers.IntegerField(required=False, allow_null=True)


class SegmentChanged(serializers.Serializer[Any]):
    """Particulars of a segment; what is left out stays as it is."""

    name = serializers.CharField(required=False, max_length=120)
    match = serializers.ChoiceField(choices=Match.choices, required=False)
    conditions = ConditionForm(many=True, required=False)
    tag = serializers.CharField(required=False, max_length=40, allow_blank=True)


class NewSegment(SegmentChanged):
    """A segment to be made; by hand where it is not dynamic."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)
    is_dynamic = serializers.BooleanField(default=True)


class SegmentShown(serializers.Serializer[Any]):
    """A segment, and how far it is worked out."""

    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    is_dynamic = serializers.BooleanField()
    match = serializers.ChoiceField(choices=Match.choices)
    conditions = ConditionForm(many=True)
    tag = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()
    state = serializers.ChoiceField(choices=WalkState.choices)
    percent = serializers.IntegerField()
    counted_at = serializers.DateTimeField(allow_null=True)


class PreviewAsked(serializers.Serializer[Any]):
    """Conditions to try."""

    match = serializers.ChoiceField(choices=Match.choices, default=Match.ALL)
    conditions = ConditionForm(many=True)


class MemberNamed(serializers.Serializer[Any]):
    """A member."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class PreviewShown(serializers.Serializer[Any]):
    """How many members conditions hold for, and some of them."""

    count = serializers.IntegerField()
    members = MemberNamed(many=True)


class ChosenTold(serializers.Serializer[Any]):
    """Members who come into a segment that staff decide about, or leave it."""

    add = serializers.ListField(
        child=PublicIdField("mem"), required=False, default=list, max_length=MOST_BY_HAND
    )
    remove = serializers.ListField(
        child=PublicIdField("mem"), required=False, default=list, max_length=MOST_BY_HAND
    )


class TagListed(serializers.Serializer[Any]):
    """A tag, how many bear it, and how many of those by rules."""

    name = serializers.CharField()
    members = serializers.IntegerField()
    by_rule = serializers.IntegerField()


class TagRenamed(serializers.Serializer[Any]):
    """Another name of a tag."""

    name = serializers.CharField(max_length=40)


class TagsAssigned(serializers.Serializer[Any]):
    """Tags that many members get, and others that they lose."""

    members = serializers.ListField(child=PublicIdField("mem"), max_length=1_000)
    add = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list, max_length=30
    )
    remove = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list, max_length=30
    )


class CountShown(serializers.Serializer[Any]):
    """How many changed."""

    changed = serializers.IntegerField()
