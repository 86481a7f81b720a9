"""Withdrawals and transfers as others use them."""

from __future__ import annotations

from kernel.wallet.services.accounts import (
    accounts_of,
    add_account,
    details_of,
    open_account,
    remove_account,
)
from kernel.wallet.services.batches import batch_rows, close_batch, leave_batch, make_batch
from kernel.wallet.services.connecting import (
    connect_service,
    connected_of,
    disconnect_service,
)
from kernel.wallet.services.identity import (
    compare_identity,
    identity_of,
    is_identity_missing,
    refuse_identity,
    submit_identity,
    verify_identity,
)
from kernel.wallet.services.paying import give_back, query, query_due, send, settle_by_hand
from kernel.wallet.services.requesting import (
    cancel_withdrawal,
    quote,
    request_withdrawal,
    terms_of,
)
from kernel.wallet.services.reviewing import approve, reject
from kernel.wallet.services.transfers import find_recipient, transfer

__all__ = [
    "accounts_of",
    "add_account",
    "approve",
    "batch_rows",
    "cancel_withdrawal",
    "close_batch",
    "compare_identity",
    "connect_service",
    "connected_of",
    "details_of",
    "disconnect_service",
    "find_recipient",
    "give_back",
    "identity_of",
    "is_identity_missing",
    "leave_batch",
    "make_batch",
    "open_account",
    "query",
    "query_due",
    "quote",
    "refuse_identity",
    "reject",
    "remove_account",
    "request_withdrawal",
    "send",
    "settle_by_hand",
    "submit_identity",
    "terms_of",
    "transfer",
    "verify_identity",
]
