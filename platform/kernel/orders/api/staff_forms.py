"""Orders as staff see them over the admin API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.orders.api.forms import EventShown, OrderDetailShown, OrderShown
from kernel.orders.choices import ChangeState, PaymentEntryKind


class StaffOrderShown(OrderShown):
    """An order in a list, with its tags."""

    tags = serializers.ListField(child=serializers.CharField())


class StaffPageShown(serializers.Serializer[Any]):
    """One page of orders; ``next`` and ``previous`` are addresses."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = StaffOrderShown(many=True)


class ActorShown(serializers.Serializer[Any]):
    """Who did something, as it was noted then."""

    kind = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField()


class StaffEventShown(EventShown):
    """An entry of the timeline, with who did it."""

    actor = ActorShown()


class NoteShown(serializers.Serializer[Any]):
    """What staff wrote."""

    text = serializers.CharField()
    by = ActorShown()
    at = serializers.DateTimeField()


class FiguresShown(serializers.Serializer[Any]):
    """The figures of an order before and after a change, as decimal strings."""

    before = serializers.DictField(child=serializers.CharField())
    after = serializers.DictField(child=serializers.CharField())


class ProposedShown(FiguresShown):
    """A change that was proposed."""

    id = serializers.CharField()


class ChangeShown(ProposedShown):
    """A change, and what became of it."""

    state = serializers.ChoiceField(choices=ChangeState.choices)
    operations = serializers.ListField(child=serializers.DictField())
    reason = serializers.CharField()
    by = ActorShown()


class MoneyMovedShown(serializers.Serializer[Any]):
    """Money that came or went."""

    kind = serializers.ChoiceField(choices=PaymentEntryKind.choices)
    amount = serializers.CharField()
    at = serializers.DateTimeField()


class StaffOrderDetailShown(OrderDetailShown):
    """An order with everything that staff see."""

    timeline = StaffEventShown(many=True)
    tags = serializers.ListField(child=serializers.CharField())
    notes = NoteShown(many=True)
    changes = ChangeShown(many=True)
    payments = MoneyMovedShown(many=True)
