"""What the API of earnings answers; amounts are decimal strings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ExpiringShown(serializers.Serializer[Any]):
    """Units that are gone from a moment on."""

    at = serializers.DateTimeField()
    amount = serializers.CharField()


class TotalShown(serializers.Serializer[Any]):
    """What the member has of one kind of reward."""

    asset = serializers.CharField()
    name = serializers.CharField()
    available = serializers.CharField()
    frozen = serializers.CharField(help_text="Waits until the return window is over.")
    claimed = serializers.CharField(help_text="Paid out, spent, used up or expired.")
    expiring = ExpiringShown(many=True, help_text="What is lost when, the first first.")


class ConditionShown(serializers.Serializer[Any]):
    """Something that is to be reached."""

    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    have = serializers.CharField()
    need = serializers.CharField()
    percent = serializers.IntegerField()


class NextRankShown(serializers.Serializer[Any]):
    """The next rank of a mode."""

    mode = serializers.CharField()
    rank = serializers.CharField()
    conditions = ConditionShown(many=True)


class PlaceShown(serializers.Serializer[Any]):
    """Where the member stands."""

    ranks = serializers.ListField(child=serializers.CharField())
    referred = serializers.IntegerField(help_text="Orders of those whom the member invited.")
    invited = serializers.IntegerField()
    team = serializers.IntegerField()
    next_ranks = NextRankShown(many=True, help_text="What each mode's next rank still needs.")


class EarningsShown(serializers.Serializer[Any]):
    """What the member earned, and where he stands."""

    totals = TotalShown(many=True)
    place = PlaceShown()
    invitation_code = serializers.CharField()


class EarningShown(serializers.Serializer[Any]):
    """One line, with its reason."""

    at = serializers.DateTimeField()
    amount = serializers.CharField(help_text="Below zero where it was taken back.")
    is_frozen = serializers.BooleanField()
    is_released = serializers.BooleanField(help_text="What was frozen became available.")
    cause = serializers.ChoiceField(choices=["order", "refund", "period", "released", "other"])
    reason = serializers.CharField()
    mode = serializers.CharField(allow_blank=True)
    rule = serializers.CharField()
    order = serializers.CharField(allow_blank=True, help_text="Empty for others' orders.")
    level = serializers.IntegerField()
    rate = serializers.CharField(allow_blank=True)


class EarningPageShown(serializers.Serializer[Any]):
    """A page of lines, the newest first."""

    items = EarningShown(many=True)
    next = serializers.CharField(allow_blank=True, help_text="Hand it in as `before`.")


class RuleShown(serializers.Serializer[Any]):
    """One rule in words."""

    code = serializers.CharField()
    when = serializers.CharField()
    whom = serializers.CharField()
    amount = serializers.CharField()
    release = serializers.CharField()


class FigureShown(serializers.Serializer[Any]):
    """A figure that the shop set."""

    name = serializers.CharField()
    value = serializers.CharField()


class ModeShown(serializers.Serializer[Any]):
    """A mode that runs in the shop."""

    code = serializers.CharField()
    name = serializers.CharField()
    rules = RuleShown(many=True)
    figures = FigureShown(many=True)
