"""Withdrawals and transfers as the APIs show them, and amounts as they come in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import get_language

from kernel.catalogue.texts import in_language
from kernel.common.ids import public_id
from kernel.common.money import LARGEST_MINOR, Money
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name, decimal_text
from kernel.wallet.errors import InvalidWallet
from kernel.wallet.models import (
    IdentityCheck,
    PayoutAccount,
    PayoutBatch,
    Transfer,
    TransferRule,
    Withdrawal,
    WithdrawalEvent,
    WithdrawalRule,
)
from kernel.wallet.selectors import Giveable, Withdrawable
from kernel.wallet.services.accounts import PARTICULARS
from kernel.wallet.services.requesting import Terms
from kernel.wallet.tax.explaining import explained

_AMOUNTS: Final = ("min", "max", "daily", "fee", "four_eyes", "identity_from")


def units_of(text: str, asset: Asset, *, field: str = "amount") -> int:
    """Return how many units a decimal text means.

    Raises:
        InvalidWallet: it is none, or finer than the asset.
    """
    try:
        units = Decimal(text.strip()).scaleb(asset.scale)
    except InvalidOperation as error:
        raise InvalidWallet(field=field) from error
    if not units.is_finite() or units != units.to_integral_value() or abs(units) > LARGEST_MINOR:
        raise InvalidWallet(field=field)
    return int(units)


def withdrawable_data(found: Withdrawable) -> dict[str, Any]:
    """Return something that can be paid out."""
    rule, scale = found.rule, found.asset.scale
    return {
        "asset": found.asset.code,
        "name": found.name,
        "available": decimal_text(found.available, scale),
        "least": decimal_text(rule.min_minor, scale),
        "most": decimal_text(found.most, scale),
        "times_left": found.times_left,
        "fee_bp": rule.fee_bp,
        "least_fee": decimal_text(rule.fee_minor, scale),
        "tax_bp": rule.tax_bp,
        "tax_category": rule.tax_category,
        "channels": rule.channels,
        "statement": in_language(rule.statement, get_language()),
    }


def giveable_data(found: Giveable) -> dict[str, Any]:
    """Return something that can be given."""
    rule, scale = found.rule, found.asset.scale
    return {
        "asset": found.asset.code,
        "name": found.name,
        "available": decimal_text(found.available, scale),
        "least": decimal_text(rule.min_minor, scale),
        "most": None if rule.max_minor is None else decimal_text(rule.max_minor, scale),
        "fee_bp": rule.fee_bp,
    }


def particulars_data() -> dict[str, list[dict[str, Any]]]:
    """Return what must be known for each way of paying out."""
    return {
        channel: [
            {"name": each.name, "label": str(each.label), "is_needed": each.is_needed}
            for each in particulars
        ]
        for channel, particulars in PARTICULARS.items()
    }


def quote_data(
    rule: WithdrawalRule, terms: Terms, *, needs_identity: bool, on: date
) -> dict[str, Any]:
    """Return what would become of a request."""
    scale, currency = rule.asset.scale, terms.payout.currency
    return {
        "asset": rule.asset.code,
        "amount": decimal_text(terms.minor, scale),
        "fee": decimal_text(terms.fee_minor, scale),
        "tax": decimal_text(terms.tax_minor, scale),
        "tax_explained": explained(terms.basis, rule.tax_category, currency=currency, on=on),
        "arrives": terms.payout.decimal(),
        "currency": currency,
        "needs_identity": needs_identity,
    }


def identity_data(row: IdentityCheck | None) -> dict[str, Any]:
    """Return what a member showed, so that nobody can use it who reads it."""
    if row is None:
        return {"state": "none", "document": "", "name": "", "number": "", "reason": ""}
    return {
        "state": row.state,
        "document": row.document,
        "name": row.name_hint,
        "number": row.number_hint,
        "reason": row.reason,
    }


def account_data(row: PayoutAccount) -> dict[str, Any]:
    """Return an account."""
    return {"id": row.public_id, "channel": row.channel, "hint": row.hint}


def withdrawal_data(row: Withdrawal) -> dict[str, Any]:
    """Return a withdrawal as its member sees it."""
    scale = row.asset.scale
    return {
        "id": row.public_id,
        "number": row.number,
        "asset": row.asset.code,
        "amount": decimal_text(row.minor, scale),
        "fee": decimal_text(row.fee_minor, scale),
        "tax": decimal_text(row.tax_minor, scale),
        "tax_explained": explained(
            row.tax_basis, row.tax_category, currency=row.currency, on=row.tax_on
        ),
        "arrives": Money(row.payout_minor, row.currency).decimal(),
        "currency": row.currency,
        "channel": row.channel,
        "account": row.account.hint,
        "state": row.state,
        "reason": row.reason,
        "created_at": row.created_at,
        "closed_at": row.closed_at,
    }


def withdrawal_listed(row: Withdrawal) -> dict[str, Any]:
    """Return a withdrawal as staff see it."""
    return {
        **withdrawal_data(row),
        "member": public_id("mem", row.member_id),
        "two_needed": row.two_needed,
        "provider": row.provider,
        "provider_reference": row.provider_reference,
        "batch": public_id("pob", row.batch_id) if row.batch_id else None,
    }


def event_data(row: WithdrawalEvent) -> dict[str, Any]:
    """Return something that happened."""
    return {"kind": row.kind, "actor": row.actor, "note": row.note, "at": row.at}


def batch_data(row: PayoutBatch) -> dict[str, Any]:
    """Return a pay-out batch."""
    names = ("number", "channel", "currency", "state", "count", "created_at", "file_at")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in (*names, "closed_at")},
        "amount": Money(row.payout_minor, row.currency).decimal(),
        "has_proof": bool(row.proof),
    }


def transfer_data(row: Transfer, member_id: Any) -> dict[str, Any]:
    """Return something that was given or received, as one of the two sees it."""
    is_given = row.sender_id == member_id
    return {
        "id": row.public_id,
        "asset": row.asset.code,
        "amount": decimal_text(row.minor, row.asset.scale),
        "fee": decimal_text(row.fee_minor, row.asset.scale),
        "is_given": is_given,
        "other": hidden_name((row.recipient if is_given else row.sender).name),
        "note": row.note,
        "at": row.at,
    }


def hidden_name(name: str) -> str:
    """Return a name so that whoever knows the person knows it, and nobody else."""
    text = name.strip()
    return f"{text[:1]}**" if len(text) < 3 else f"{text[:1]}**{text[-1:]}"  # noqa: PLR2004


def rule_data(rule: WithdrawalRule | TransferRule, asset: Asset) -> dict[str, Any]:
    """Return a rule with amounts as decimal strings."""
    names = ["is_on", "daily_count", "fee_bp", "audience"]
    if isinstance(rule, WithdrawalRule):
        names += ["tax_bp", "tax_category", "channels", "providers", "statement"]
    found = {name: getattr(rule, name) for name in names}
    for name in _AMOUNTS:
        minor = getattr(rule, f"{name}_minor", None)
        if hasattr(rule, f"{name}_minor"):
            found[name] = None if minor is None else decimal_text(minor, asset.scale)
    return found


def rules_data(asset: Asset, withdrawal: Any, transfer: Any) -> dict[str, Any]:
    """Return an asset with its rules."""
    return {
        "asset": asset.code,
        "name": asset_name(asset),
        "withdrawal": rule_data(withdrawal, asset) if withdrawal else None,
        "transfer": rule_data(transfer, asset) if transfer else None,
    }


def rule_told(asked: Mapping[str, Any], asset: Asset) -> dict[str, Any]:
    """Return a rule as services take it.

    Raises:
        InvalidWallet: an amount cannot be read.
    """
    told = dict(asked)
    for name in _AMOUNTS:
        if name in told:
            text = told.pop(name)
            minor = None if text is None else units_of(text, asset, field=name)
            told[f"{name}_minor"] = minor
    return told
