"""What the store API of carts takes and shows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.amounts import MoneyField
from kernel.api.public_ids import PublicIdField
from kernel.cart.choices import DropReason, Fulfilment, WarningCode
from kernel.cart.values import MOST_LINES
from kernel.inventory.values import MOST_QUANTITY


class Quantity(serializers.Serializer[Any]):
    """How many."""

    quantity = serializers.IntegerField(min_value=1, max_value=MOST_QUANTITY)


class WishAsked(Quantity):
    """Something to be put into the cart."""

    variant = PublicIdField("var", source="variant_id")
    options = serializers.DictField(default=dict, help_text="What is chosen beside the variant.")
    form = serializers.DictField(default=dict, help_text="What the buyer writes.")
    campaign = serializers.CharField(max_length=80, default="", allow_blank=True)


class SelectionAsked(serializers.Serializer[Any]):
    """Lines that go to checkout or stay; all of them when none are named."""

    lines = serializers.ListField(child=PublicIdField("cln"), required=False, max_length=MOST_LINES)
    selected = serializers.BooleanField()


class NoticeShown(serializers.Serializer[Any]):
    """What the buyer should know of a line."""

    code = serializers.ChoiceField(choices=WarningCode.choices)
    text = serializers.CharField(source="code.label")
    available = serializers.IntegerField(allow_null=True)
    was = MoneyField(allow_null=True)


class LimitsShown(serializers.Serializer[Any]):
    """What quantities are sold."""

    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True)
    step = serializers.IntegerField()


class LineShown(serializers.Serializer[Any]):
    """A line as it is now."""

    id = PublicIdField("cln")
    variant = PublicIdField("var", source="variant_id", allow_null=True)
    product = PublicIdField("prd", source="product_id", allow_null=True)
    handle = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField()
    variant_title = serializers.CharField()
    picture = serializers.CharField()
    quantity = serializers.IntegerField()
    unit = MoneyField(allow_null=True)
    compare_at = MoneyField(allow_null=True)
    total = MoneyField(allow_null=True)
    selected = serializers.BooleanField()
    options = serializers.DictField()
    form = serializers.DictField()
    campaign = serializers.CharField()
    available = serializers.IntegerField()
    limits = LimitsShown()
    is_buyable = serializers.BooleanField()
    is_ahead = serializers.BooleanField()
    ships_by = serializers.DateField(allow_null=True)
    notices = NoticeShown(many=True)


class GroupShown(serializers.Serializer[Any]):
    """Lines that one seller sends in one way."""

    seller = PublicIdField("sel", source="seller_id", allow_null=True)
    fulfilment = serializers.ChoiceField(choices=Fulfilment.choices)
    lines = LineShown(many=True)
    subtotal = MoneyField()


class DroppedShown(serializers.Serializer[Any]):
    """What was left out, and why."""

    variant = PublicIdField("var", source="variant_id", allow_null=True)
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=DropReason.choices)
    text = serializers.CharField(source="reason.label")


class CartShown(serializers.Serializer[Any]):
    """A cart.

    ``token`` stands in the answer that opened a stranger's cart: send it as
    ``X-Cart-Token`` from then on.
    """

    id = PublicIdField("crt", source="cart_id", allow_null=True)
    groups = GroupShown(many=True)
    subtotal = MoneyField()
    quantity = serializers.IntegerField()
    dropped = DroppedShown(many=True)
    token = serializers.CharField(allow_blank=True)


class LinkShown(serializers.Serializer[Any]):
    """The signed content of a cart link."""

    link = serializers.CharField()


class LinkAsked(serializers.Serializer[Any]):
    """The signed content of a cart link."""

    link = serializers.CharField(max_length=8000)


class SharedLineShown(serializers.Serializer[Any]):
    """One thing in a shared cart; without a price when it is not sold any more."""

    variant = PublicIdField("var", source="wish.variant_id")
    title = serializers.CharField()
    quantity = serializers.IntegerField(source="wish.quantity")
    options = serializers.DictField(source="wish.options")
    is_on_sale = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()

    def get_is_on_sale(self, shared: Any) -> bool:
        """Tell whether it can be bought."""
        return shared.goods is not None

    def get_unit(self, shared: Any) -> dict[str, str] | None:
        """Return what a piece costs whoever looks."""
        if shared.goods is None or shared.goods.price is None:
            return None
        return MoneyField().to_representation(shared.goods.price.unit)
