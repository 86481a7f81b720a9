"""What the admin API of stock takes and shows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.inventory.choices import LocationKind, MovementKind, RoutingRule, TransferState
from kernel.inventory.values import MOST_QUANTITY

_MOST_LINES = 500
_LONGEST_REASON = 200


class LocationChanged(serializers.Serializer[Any]):
    """What can be changed of a location."""

    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=LocationKind.choices, default=LocationKind.WAREHOUSE)
    priority = serializers.IntegerField(min_value=0, max_value=32_767, default=100)
    region_code = serializers.CharField(max_length=12, default="", allow_blank=True)
    address = serializers.CharField(max_length=300, default="", allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class LocationForm(serializers.Serializer[Any]):
    """A location."""

    id = serializers.CharField(source="public_id", read_only=True)
    code = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=LocationKind.choices, default=LocationKind.WAREHOUSE)
    priority = serializers.IntegerField(min_value=0, max_value=32_767, default=100)
    region_code = serializers.CharField(max_length=12, default="", allow_blank=True)
    address = serializers.CharField(max_length=300, default="", allow_blank=True)
    is_active = serializers.BooleanField(read_only=True)


class StockPolicyForm(serializers.Serializer[Any]):
    """What the shop chose about its stock."""

    routing = serializers.ChoiceField(choices=RoutingRule.choices)


class Place(serializers.Serializer[Any]):
    """A variant at a location."""

    variant = PublicIdField("var", source="variant_id")
    location = PublicIdField("loc", source="location_id")


class ReceiptLine(Place):
    """What comes in."""

    quantity = serializers.IntegerField(min_value=1, max_value=MOST_QUANTITY)


class AdjustmentLine(Place):
    """By how many too few or too many there were."""

    quantity = serializers.IntegerField(min_value=-MOST_QUANTITY, max_value=MOST_QUANTITY)


class ReceiptAsked(serializers.Serializer[Any]):
    """Goods that come in."""

    lines = serializers.ListField(child=ReceiptLine(), allow_empty=False, max_length=_MOST_LINES)
    reason = serializers.CharField(max_length=_LONGEST_REASON, default="", allow_blank=True)


class AdjustmentAsked(serializers.Serializer[Any]):
    """A correction; nobody corrects without saying why."""

    lines = serializers.ListField(child=AdjustmentLine(), allow_empty=False, max_length=_MOST_LINES)
    reason = serializers.CharField(max_length=_LONGEST_REASON)


class LevelsAsked(Place):
    """What is kept back, and when staff are told."""

    safety = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY)
    low_at = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY)


class CountedLine(serializers.Serializer[Any]):
    """How many there are of a variant."""

    variant = PublicIdField("var", source="variant_id")
    quantity = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY)


class CountAsked(serializers.Serializer[Any]):
    """What was counted at a location."""

    location = PublicIdField("loc", source="location_id")
    lines = serializers.ListField(child=CountedLine(), allow_empty=False, max_length=_MOST_LINES)
    note = serializers.CharField(max_length=_LONGEST_REASON, default="", allow_blank=True)


class SentLine(serializers.Serializer[Any]):
    """How many of a variant are sent."""

    variant = PublicIdField("var", source="variant_id")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_QUANTITY)


class TransferAsked(serializers.Serializer[Any]):
    """Goods from one location to another."""

    from_location = PublicIdField("loc", source="source_id")
    to_location = PublicIdField("loc", source="destination_id")
    lines = serializers.ListField(child=SentLine(), allow_empty=False, max_length=_MOST_LINES)
    note = serializers.CharField(max_length=_LONGEST_REASON, default="", allow_blank=True)


class ArrivalAsked(serializers.Serializer[Any]):
    """What arrived of a transfer; everything when left out."""

    lines = serializers.ListField(child=CountedLine(), required=False, max_length=_MOST_LINES)


class ItemsAsked(serializers.Serializer[Any]):
    """Which stock items a list shows."""

    variant = PublicIdField("var", source="variant_id", required=False)
    location = PublicIdField("loc", source="location_id", required=False)
    low = serializers.BooleanField(source="only_low", default=False)
    search = serializers.CharField(max_length=80, default="", allow_blank=True)


class MovementsAsked(serializers.Serializer[Any]):
    """Which movements a list shows."""

    item = PublicIdField("stk", source="item_id", required=False)
    kind = serializers.ChoiceField(choices=MovementKind.choices, required=False)


class ItemShown(Place):
    """A stock item; ``sellable`` is what can still be promised here."""

    id = serializers.CharField(source="public_id")
    sku = serializers.CharField(source="variant.sku")
    title = serializers.CharField(source="variant.product.title")
    variant_title = serializers.CharField(source="variant.title")
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField()
    reserved = serializers.IntegerField()
    safety = serializers.IntegerField()
    low_at = serializers.IntegerField()
    is_low = serializers.BooleanField()


class MovementShown(serializers.Serializer[Any]):
    """A movement."""

    id = PublicIdField("mov")
    item = PublicIdField("stk", source="stock_item_id")
    kind = serializers.ChoiceField(choices=MovementKind.choices)
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField()
    reason = serializers.CharField()
    actor = serializers.CharField(source="actor_id")
    created_at = serializers.DateTimeField()


class PartShown(Place):
    """What one stock item got or gave."""

    quantity = serializers.IntegerField()


class CountShown(serializers.Serializer[Any]):
    """A stock-taking."""

    id = serializers.CharField(source="public_id")
    location = PublicIdField("loc", source="location_id")
    note = serializers.CharField()
    counted_at = serializers.DateTimeField()


class TransferLineShown(serializers.Serializer[Any]):
    """So many of a variant; what did not arrive is lost on the way."""

    variant = PublicIdField("var", source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    quantity = serializers.IntegerField()
    received = serializers.IntegerField()


class TransferShown(serializers.Serializer[Any]):
    """A transfer."""

    id = serializers.CharField(source="public_id")
    from_location = PublicIdField("loc", source="source_id")
    to_location = PublicIdField("loc", source="destination_id")
    state = serializers.ChoiceField(choices=TransferState.choices)
    note = serializers.CharField()
    sent_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField(allow_null=True)


class TransferDetail(TransferShown):
    """A transfer with what it holds."""

    lines = TransferLineShown(many=True)


class TransfersAsked(serializers.Serializer[Any]):
    """Which transfers a list shows."""

    state = serializers.ChoiceField(choices=TransferState.choices, required=False)
