"""A double of Stripe: its HTTP, its hosted page, its signed webhooks.

It stands where no public double does: Checkout Sessions with their page,
idempotency keys, accounts that do not see each other, balance transactions and
webhooks that come twice or late when told so. Run by itself it is a server for
one's own machine::

    python -m testkit.servers.stripe --port 8420
"""

from __future__ import annotations

from testkit.servers.stripe.running import StripeDouble, stripe_double

__all__ = ["StripeDouble", "stripe_double"]
