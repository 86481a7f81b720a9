"""What the APIs of withdrawals and transfers take and answer; amounts are decimal strings."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.wallet.choices import (
    BatchState,
    Channel,
    DocumentKind,
    EventKind,
    IdentityState,
    State,
)
from kernel.wallet.services.accounts import LONGEST
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
    tax_category = serializers.CharField(
        allow_blank=True, help_text="How the law taxes it; empty where ``tax_bp`` holds."
    )
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
        child=serializers.CharField(max_length=LONGEST, allow_blank=True), default=dict
    )


class AccountShown(serializers.Serializer[Any]):
    """A payout account; only so much of it that its owner knows it."""

    id = serializers.CharField(source="public_id")
    channel = serializers.ChoiceField(choices=Channel.choices)
    hint = serializers.CharField()


class AccountKept(AccountShown):
    """A payout account that was told; ``url`` is where the member goes on, if he must."""

    url = serializers.CharField(allow_blank=True)


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


class QuoteAsked(serializers.Serializer[Any]):
    """What would be paid out."""

    asset = serializers.CharField(max_length=32)
    amount = serializers.CharField(max_length=40)


class QuoteShown(serializers.Serializer[Any]):
    """What would become of a request: ``amount`` less ``fee`` and ``tax`` arrives."""

    asset = serializers.CharField()
    amount = serializers.CharField()
    fee = serializers.CharField()
    tax = serializers.CharField()
    tax_explained = serializers.ListField(child=serializers.CharField())
    arrives = serializers.CharField()
    currency = serializers.CharField()
    needs_identity = serializers.BooleanField(
        help_text="The member must have shown who he is before he can ask for it."
    )


class IdentityTold(serializers.Serializer[Any]):
    """Who the member is, as his document says."""

    document = serializers.ChoiceField(choices=DocumentKind.choices)
    name = serializers.CharField(max_length=80)
    number = serializers.CharField(max_length=40)


class IdentityShown(serializers.Serializer[Any]):
    """How far the proof has got; name and number are mostly hidden, and stay so."""

    state = serializers.ChoiceField(choices=[("none", "None"), *IdentityState.choices])
    document = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    number = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class WithdrawalShown(serializers.Serializer[Any]):
    """A withdrawal, as its member sees it."""

    id = serializers.CharField()
    number = serializers.CharField()
    asset = serializers.CharField()
    amount = serializers.CharField()
    fee = serializers.CharField()
    tax = serializers.CharField()
    tax_explained = serializers.ListField(child=serializers.CharField())
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
    tax_category = serializers.CharField(required=False, allow_blank=True, max_length=40)
    identity_from = serializers.CharField(required=False, allow_null=True, max_length=40)
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
