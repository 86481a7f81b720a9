"""Cards and wallets through Stripe."""

from __future__ import annotations

from kernel.payments.gateways.stripe.gateway import StripeGateway

__all__ = ["StripeGateway"]
