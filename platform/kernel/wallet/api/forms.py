"""What the APIs of withdrawals and transfers take and answer; amounts are decimal strings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import get_language
from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.catalogue.texts import in_language
from kernel.common.ids import public_id
from kernel.common.money import LARGEST_MINOR, Money
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name, decimal_text
from kernel.wallet.choices import BatchState, Channel, EventKind, State
from kernel.wallet.errors import InvalidWallet
from kernel.wallet.models import (
    PayoutAccount,
    PayoutBatch,
    Transfer,
    TransferRule,
    Withdrawal,
    WithdrawalEvent,
    WithdrawalRule,
)
from kernel.wallet.selectors import Giveable, Withdrawable
from kernel.wallet.services.accounts import LONGEST, PARTICULARS
from kernel.wallet.services.batches import MOST_IN_BATCH

_AMOUNTS: Final = ("min", "max", "daily", "fee", "four_eyes")


class ParticularShown(serializers.Serializer[Any]):
    """Something that must be known to pay by a channel."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    is_needed = serializers.BooleanField()


class WithdrawableShown(serializers.Serializer[Any]):
    """Something that the member can have paid out, and by which rules."""

    asset = serializers.CharField()
    name = serializers.CharField()
    available = serializers.CharField()
    least = serializers.CharField()
    most = serializers.CharField(help_text="What may be asked for now.")
    times_left = serializers.IntegerField(allow_null=True)
    fee_bp = serializers.IntegerField()
    least_fee = serializers.CharField()
    tax_bp = serializers.IntegerField()
    channels = serializers.ListField(child=serializers.ChoiceField(choices=Channel.choices))
    statement = serializers.CharField(allow_blank=True)


class GiveableShown(serializers.Serializer[Any]):
    """Something that the member can give to others."""

    asset = serializers.CharField()
    name = serializers.CharField()
    available = serializers.CharField()
    least = serializers.CharField()
    most = serializers.CharField(allow_null=True)
    fee_bp = serializers.IntegerField()


class WalletShown(serializers.Serializer[Any]):
    """What can leave, and what must be known for each way of paying out."""

    withdrawals = WithdrawableShown(many=True)
    transfers = GiveableShown(many=True)
    particulars = serializers.DictField(child=ParticularShown(many=True))


class AccountTold(serializers.Serializer[Any]):
    """Where money goes; see ``particulars`` of the wallet."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    details = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST, allow_blank=True)
    )


class AccountShown(serializers.Serializer[Any]):
    """A payout account; only so much of it that its owner knows it."""

    id = serializers.CharField(source="public_id")
    channel = serializers.ChoiceField(choices=Channel.choices)
    hint = serializers.CharField()


class WithdrawalAsked(serializers.Serializer[Any]):
    """What is to be paid out, and where to."""

    asset = serializers.CharField(max_length=32)
    amount = serializers.CharField(max_length=40)
    account = PublicIdField("pac")
    password = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="The payment password, where the member has one or the shop wants one.",
    )


class WithdrawalShown(serializers.Serializer[Any]):
    """A withdrawal, as its member sees it."""

    id = serializers.CharField()
    number = serializers.CharField()
    asset = serializers.CharField()
    amount = serializers.CharField()
    fee = serializers.CharField()
    tax = serializers.CharField()
    arrives = serializers.CharField()
    currency = serializers.CharField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    account = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class WithdrawalEventShown(serializers.Serializer[Any]):
    """Something that happened to a withdrawal."""

    kind = serializers.ChoiceField(choices=EventKind.choices)
    actor = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class WithdrawalListed(WithdrawalShown):
    """A withdrawal, as staff see it."""

    member = serializers.CharField()
    two_needed = serializers.BooleanField()
    provider = serializers.CharField(allow_blank=True)
    provider_reference = serializers.CharField(allow_blank=True)
    batch = serializers.CharField(allow_null=True)


class WithdrawalDetail(WithdrawalListed):
    """A withdrawal with what happened to it."""

    events = WithdrawalEventShown(many=True)


class RefusalTold(serializers.Serializer[Any]):
    """Why a withdrawal is refused."""

    reason = serializers.CharField(max_length=200)


class SettlementTold(serializers.Serializer[Any]):
    """What became of a withdrawal."""

    is_paid = serializers.BooleanField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class BatchAsked(serializers.Serializer[Any]):
    """Withdrawals that are paid out by hand together."""

    withdrawals = serializers.ListField(
        child=PublicIdField("wdr"), min_length=1, max_length=MOST_IN_BATCH
    )


class PayoutBatchShown(serializers.Serializer[Any]):
    """A pay-out batch."""

    id = serializers.CharField()
    number = serializers.CharField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    currency = serializers.CharField()
    state = serializers.ChoiceField(choices=BatchState.choices)
    count = serializers.IntegerField()
    amount = serializers.CharField()
    created_at = serializers.DateTimeField()
    file_at = serializers.DateTimeField(allow_null=True)
    has_proof = serializers.BooleanField()
    closed_at = serializers.DateTimeField(allow_null=True)


class BatchClosed(serializers.Serializer[Any]):
    """That a batch was paid; a proof comes as ``multipart/form-data``."""

    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    proof = serializers.FileField(max_length=200, required=False)


class RuleTold(serializers.Serializer[Any]):
    """What may be done with an asset; amounts are decimal strings, null without bound."""

    is_on = serializers.BooleanField(required=False)
    min = serializers.CharField(required=False, max_length=40)
    max = serializers.CharField(required=False, allow_null=True, max_length=40)
    daily = serializers.CharField(required=False, allow_null=True, max_length=40)
    daily_count = serializers.IntegerField(required=False, allow_null=True)
    fee_bp = serializers.IntegerField(required=False)
    audience = serializers.DictField(required=False)


class WithdrawalRuleTold(RuleTold):
    """How an asset is paid out."""

    fee = serializers.CharField(required=False, max_length=40, help_text="The least fee.")
    tax_bp = serializers.IntegerField(required=False)
    four_eyes = serializers.CharField(required=False, allow_null=True, max_length=40)
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=Channel.choices), required=False
    )
    providers = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    statement = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)


class AssetRulesShown(serializers.Serializer[Any]):
    """An asset that can be paid out or passed on, and by which rules; null for none yet."""

    asset = serializers.CharField()
    name = serializers.CharField()
    withdrawal = WithdrawalRuleTold(allow_null=True)
    transfer = RuleTold(allow_null=True)


class RecipientAsked(serializers.Serializer[Any]):
    """Whom something is for: the whole telephone number or e-mail address."""

    login = serializers.CharField(max_length=254)


class RecipientShown(serializers.Serializer[Any]):
    """A member, with so much of the name that one knows whether it is right."""

    id = serializers.CharField()
    name = serializers.CharField()


class TransferAsked(serializers.Serializer[Any]):
    """What is given to whom."""

    asset = serializers.CharField(max_length=32)
    amount = serializers.CharField(max_length=40)
    recipient = PublicIdField("mem")
    note = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    password = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class TransferShown(serializers.Serializer[Any]):
    """Something that was given or received."""

    id = serializers.CharField()
    asset = serializers.CharField()
    amount = serializers.CharField(help_text="What left the sender.")
    fee = serializers.CharField()
    is_given = serializers.BooleanField()
    other = serializers.CharField(help_text="The other member's name, mostly hidden.")
    note = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


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
        names += ["tax_bp", "channels", "providers", "statement"]
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
