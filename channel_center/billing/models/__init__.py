"""Tables of billing."""

from __future__ import annotations

from channel_center.billing.models.offers import BundlePart, Edition, Offer, Product
from channel_center.billing.models.papers import Biller, Invoice, InvoiceLine, InvoiceSeries
from channel_center.billing.models.prices import PriceLine, PriceList
from channel_center.billing.models.sales import (
    Charge,
    ChargeStep,
    Licence,
    Notice,
    Reading,
    Refund,
    RefundStep,
    Subscription,
)
from channel_center.billing.models.wallets import Gift, TopUp, Wallet

__all__ = [
    "Biller",
    "BundlePart",
    "Charge",
    "ChargeStep",
    "Edition",
    "Gift",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "Licence",
    "Notice",
    "Offer",
    "PriceLine",
    "PriceList",
    "Product",
    "Reading",
    "Refund",
    "RefundStep",
    "Subscription",
    "TopUp",
    "Wallet",
]
