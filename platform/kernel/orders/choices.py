"""The words that orders are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderStatus(TextChoices):
    """Where an order stands as a whole; moved by `kernel.orders.machine` alone."""

    DRAFT = "draft", _("Draft")
    PLACED = "placed", _("Placed")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class PaymentStatus(TextChoices):
    """What of the total was paid; derived from `PaymentEntry` rows."""

    UNPAID = "unpaid", _("Unpaid")
    AUTHORISED = "authorised", _("Authorised")
    PART_PAID = "part_paid", _("Partly paid")
    PAID = "paid", _("Paid")
    PART_REFUNDED = "part_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")


class FulfilmentStatus(TextChoices):
    """What of the goods left and arrived; derived from the lines' quantities."""

    UNFULFILLED = "unfulfilled", _("Not shipped")
    PARTIAL = "partial", _("Partly shipped")
    FULFILLED = "fulfilled", _("Shipped")
    DELIVERED = "delivered", _("Received")
    RETURNED = "returned", _("Returned")


class FulfilmentMethod(TextChoices):
    """How an order reaches its buyer."""

    EXPRESS = "express", _("Express")
    SAME_CITY = "same_city", _("Same-city delivery")
    PICKUP = "pickup", _("Pickup")
    VIRTUAL = "virtual", _("Service without delivery")
    DIGITAL = "digital", _("Digital delivery")


class PaymentEntryKind(TextChoices):
    """What happened to an order's money."""

    AUTHORISED = "authorised", _("Authorised")
    AUTHORISATION_ENDED = "authorisation_ended", _("Authorisation ended")
    PAID = "paid", _("Paid")
    REFUND_REQUESTED = "refund_requested", _("Refund requested")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    REFUNDED = "refunded", _("Refunded")
    REFUND_RETURNED = "refund_returned", _("Refund came back")


class AdjustmentKind(TextChoices):
    """Which figure an adjustment moved."""

    DISCOUNT = "discount", _("Discount")
    FREIGHT = "freight", _("Freight")
    TAX = "tax", _("Tax")
    EDIT = "edit", _("Change by staff")


class EventKind(TextChoices):
    """What an entry of the timeline tells."""

    PLACED = "placed", _("Order placed")
    PAID = "paid", _("Payment received")
    AUTHORISED = "authorised", _("Payment authorised")
    AUTHORISATION_ENDED = "authorisation_ended", _("Authorisation ended")
    REFUND_REQUESTED = "refund_requested", _("Refund requested")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    REFUNDED = "refunded", _("Refunded")
    REFUND_RETURNED = "refund_returned", _("Refund came back")
    CHANGED = "changed", _("Order changed")
    CANCELLED = "cancelled", _("Order cancelled")
    SHIPPED = "shipped", _("Goods shipped")
    SHIPMENT_CHANGED = "shipment_changed", _("Shipment changed")
    DELIVERED = "delivered", _("Goods received")
    COMPLETED = "completed", _("Order completed")
    AFTER_SALE = "after_sale", _("After-sales")
    NOTED = "noted", _("Note by staff")
    TAGGED = "tagged", _("Tags changed")


class ChangeState(TextChoices):
    """What became of a proposed change."""

    PROPOSED = "proposed", _("Proposed")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")
