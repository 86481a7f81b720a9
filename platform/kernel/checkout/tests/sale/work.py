"""What the sale does at checkout and with orders."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.checkout.drafts import Draft, DraftLine, PipelineContext
from kernel.common.money import Money
from kernel.orders.hooks import HookContext
from kernel.orders.models import OrderTag
from kernel.settings.models import Setting

MOST = 3


def on_sale(draft: Draft) -> list[DraftLine]:
    """Return the lines that were put into the cart as part of the sale."""
    return [line for line in draft.lines if line.item.campaign == "sale"]


def set_prices(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Sell at five."""
    for draft in drafts:
        for line in on_sale(draft):
            line.reprice(Money(500, draft.currency), source="sale", label="Sale")


def take_coupon(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Take one off, once for the basket."""
    for draft in drafts:
        if draft.basket.choices.inputs.get("sale"):
            draft.discount(Money(100, draft.currency), source="sale.coupon", label="Coupon")


def refuse_many(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Let nobody have many."""
    for draft in drafts:
        for line in on_sale(draft):
            if line.quantity > MOST:
                draft.refuse("sale.too_many", "Too many.", line=line.position, most=MOST)


def take_places(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Give the places that are left to whoever comes first."""
    row = Setting.objects.select_for_update().get(module="sale", key="places")
    for draft in drafts:
        if wanted := sum(line.quantity for line in on_sale(draft)):
            if wanted > row.value:
                draft.refuse("sale.sold_out", "Sold out.")
            else:
                row.value -= wanted
    row.save(update_fields=["value"])


def tag_orders(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Mark what was paid."""
    OrderTag.objects.bulk_create([OrderTag(order_id=key, name="sale") for key in order_ids])
