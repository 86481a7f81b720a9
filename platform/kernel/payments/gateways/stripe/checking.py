"""The bind forms of Stripe, and whether what was filled in works."""

from __future__ import annotations

from collections.abc import Sequence

import stripe
from django.utils.translation import gettext as _

from kernel.payments.choices import BindingMode
from kernel.payments.errors import Misconfigured, NotFoundThere, Refused
from kernel.payments.gateways.contract import Binding, Json
from kernel.payments.gateways.stripe.connection import connect, translated


def bind_form(mode: str) -> Json:
    """Return the form for own keys, or for an account connected to the platform."""
    if mode == BindingMode.CONNECT:
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["account_id"],
            "properties": {
                "account_id": {
                    "type": "string",
                    "title": _("Connected account"),
                    "pattern": r"acct_[A-Za-z0-9_]{4,60}",
                    "x-order": 1,
                }
            },
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["restricted_key", "publishable_key", "webhook_secret"],
        "properties": {
            "restricted_key": {
                "type": "string",
                "title": _("Restricted or secret key"),
                "pattern": r"(rk|sk)_(test|live)_[A-Za-z0-9_]{8,250}",
                "x-secret": True,
                "x-order": 1,
                "x-help": _("Developers, API keys. A restricted key is enough and safer."),
            },
            "publishable_key": {
                "type": "string",
                "title": _("Publishable key"),
                "pattern": r"pk_(test|live)_[A-Za-z0-9_]{8,250}",
                "x-order": 2,
            },
            "webhook_secret": {
                "type": "string",
                "title": _("Signing secret of the webhook"),
                "pattern": r"whsec_[A-Za-z0-9+/=_]{8,250}",
                "x-secret": True,
                "x-order": 3,
            },
        },
    }


def faults_of(binding: Binding) -> Sequence[str]:
    """Try the credentials with a call that changes nothing; return what is wrong."""
    word = "_live_" if binding.live else "_test_"
    keys = [binding.text(name) for name in ("restricted_key", "publishable_key")]
    if any(key and word not in key for key in keys):
        return [_("The keys are of the other mode: test keys for tests, live keys for live.")]
    try:
        connection = connect(binding)
        if binding.mode == BindingMode.CONNECT:
            return _account_faults(connection.client, connection.account)
        with translated():
            balance = connection.client.v1.balance.retrieve().to_dict()
    except Misconfigured:
        return [_("Stripe does not accept this key, or the key may not read the balance.")]
    except (NotFoundThere, Refused):
        return [_("Stripe does not know this account.")]
    if balance["livemode"] != binding.live:
        return [_("The keys are of the other mode: test keys for tests, live keys for live.")]
    return []


def _account_faults(client: stripe.StripeClient, account_id: str) -> Sequence[str]:
    with translated():
        account = client.v1.accounts.retrieve(account_id).to_dict()
    if not account.get("charges_enabled"):
        return [_("This account may not take payments yet. Please finish its registration.")]
    return []
