"""The ledger as others use it."""

from __future__ import annotations

from kernel.ledger.selectors import (
    asset_name,
    balance,
    balances,
    decimal_text,
    explain,
    statement,
    trial_balance,
    wallet,
    worth,
)
from kernel.ledger.services.assets import cash_asset, change_asset, define_asset, ensure_asset
from kernel.ledger.services.checks import Finding, verify
from kernel.ledger.services.engine import Posted
from kernel.ledger.services.expiry import expire
from kernel.ledger.services.holds import capture, freeze, release
from kernel.ledger.services.posting import adjust, post, post_bulk, reverse
from kernel.ledger.values import TENANT, Entry, Leg, Owner, system

__all__ = [
    "TENANT",
    "Entry",
    "Finding",
    "Leg",
    "Owner",
    "Posted",
    "adjust",
    "asset_name",
    "balance",
    "balances",
    "capture",
    "cash_asset",
    "change_asset",
    "decimal_text",
    "define_asset",
    "ensure_asset",
    "expire",
    "explain",
    "freeze",
    "post",
    "post_bulk",
    "release",
    "reverse",
    "statement",
    "system",
    "trial_balance",
    "verify",
    "wallet",
    "worth",
]
