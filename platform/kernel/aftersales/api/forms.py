"""What the APIs of cases take and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from kernel.aftersales.choices import (
    CaseKind,
    CaseState,
    EntryKind,
    LineRole,
    PayoutMeans,
    PayoutState,
    Reason,
    Remedy,
    Side,
)
from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.planning import Wish
from kernel.aftersales.services.telling import LONGEST_TEXT
from kernel.api.public_ids import PublicIdField
from kernel.catalogue.sent import MOST_PICTURES
from kernel.common.money import InvalidAmount, Money

_MOST_LINES = 100


def text_field() -> serializers.CharField:
    """Return the field for what somebody says."""
    return serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


def pictures_field() -> serializers.ListField:
    """Return the field for pictures; they come as ``multipart/form-data``."""
    return serializers.ListField(
        child=serializers.FileField(max_length=200), max_length=MOST_PICTURES, default=list
    )


class WishTold(serializers.Serializer[Any]):
    """What is wanted of a line; ``amount`` where less than all of its money is."""

    line = PublicIdField("oli")
    quantity = serializers.IntegerField(min_value=1)
    amount = serializers.CharField(max_length=24, required=False)
    variant = PublicIdField("var", required=False)


class AskedFor(serializers.Serializer[Any]):
    """What a buyer asks for."""

    order = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=CaseKind.choices)
    reason = serializers.ChoiceField(choices=Reason.choices)
    remedy = serializers.ChoiceField(choices=Remedy.choices, default=Remedy.MONEY)
    lines = serializers.ListField(child=WishTold(), min_length=1, max_length=_MOST_LINES)


class CaseAsked(AskedFor):
    """What a buyer asks for, with what he says; pictures are added with messages."""

    text = text_field()


class MessageTold(serializers.Serializer[Any]):
    """What somebody writes; with pictures as ``multipart/form-data``."""

    text = text_field()
    pictures = pictures_field()


class TextTold(serializers.Serializer[Any]):
    """What somebody says."""

    text = text_field()


class ParcelTold(serializers.Serializer[Any]):
    """How goods travel."""

    carrier = serializers.CharField(max_length=60)
    tracking = serializers.CharField(max_length=80)


class OpeningShown(serializers.Serializer[Any]):
    """For what a line is open: by kind, how many pieces at most."""

    line = serializers.CharField()
    title = serializers.CharField()
    variant = serializers.CharField()
    kinds = serializers.DictField(child=serializers.IntegerField())
    amount = serializers.CharField(help_text="What goes back at most.")
    until = serializers.DateTimeField(allow_null=True, help_text="Without a reason.")
    faults_until = serializers.DateTimeField(allow_null=True)


class PlannedShown(serializers.Serializer[Any]):
    """A line as a case would have it."""

    line = serializers.CharField()
    quantity = serializers.IntegerField()
    role = serializers.ChoiceField(choices=LineRole.choices)
    amount = serializers.CharField()
    surcharge = serializers.CharField(help_text="What it costs more, at an exchange.")


class PlanShown(serializers.Serializer[Any]):
    """What a buyer would get."""

    lines = PlannedShown(many=True)
    freight = serializers.CharField()
    recount = serializers.CharField(help_text="Discounts that what is kept does not earn.")
    amount = serializers.CharField()
    surcharge = serializers.CharField(help_text="What would be paid on top, at an exchange.")
    currency = serializers.CharField()


class CaseLineShown(serializers.Serializer[Any]):
    """A line of a case."""

    line = serializers.CharField()
    title = serializers.CharField()
    variant = serializers.CharField()
    sku = serializers.CharField()
    role = serializers.ChoiceField(choices=LineRole.choices)
    quantity = serializers.IntegerField()
    amount = serializers.CharField()
    surcharge = serializers.CharField(help_text="What it costs more, at an exchange.")
    instead = serializers.CharField(help_text="Id of the variant that is sent instead.")
    accepted = serializers.IntegerField(allow_null=True)
    restocked = serializers.IntegerField()


class CaseListed(serializers.Serializer[Any]):
    """A case in a list."""

    id = serializers.CharField()
    number = serializers.CharField()
    order = serializers.CharField()
    kind = serializers.ChoiceField(choices=CaseKind.choices)
    remedy = serializers.ChoiceField(choices=Remedy.choices)
    state = serializers.ChoiceField(choices=CaseState.choices)
    reason = serializers.ChoiceField(choices=Reason.choices)
    amount = serializers.CharField()
    freight = serializers.CharField()
    gift_charge = serializers.CharField()
    recount = serializers.CharField(help_text="Discounts that what is kept does not earn.")
    surcharge = serializers.CharField(help_text="What is paid on top, at an exchange.")
    refunded = serializers.CharField()
    currency = serializers.CharField()
    lines = CaseLineShown(many=True)
    version = serializers.IntegerField(help_text="Grows with each step; messages leave it.")
    due_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class LinkShown(serializers.Serializer[Any]):
    """Links to a picture; they end after a while."""

    small = serializers.CharField()
    large = serializers.CharField()


class EntryShown(serializers.Serializer[Any]):
    """What happened to a case, or what somebody said."""

    kind = serializers.ChoiceField(choices=EntryKind.choices)
    side = serializers.ChoiceField(choices=Side.choices)
    text = serializers.CharField()
    facts = serializers.JSONField()
    at = serializers.DateTimeField()
    pictures = LinkShown(many=True)


class PayoutShown(serializers.Serializer[Any]):
    """A part of what goes back."""

    means = serializers.ChoiceField(choices=PayoutMeans.choices)
    state = serializers.ChoiceField(choices=PayoutState.choices)
    amount = serializers.CharField()
    failure = serializers.CharField()
    at = serializers.DateTimeField()


class OfferShown(serializers.Serializer[Any]):
    """What the shop proposes instead."""

    kind = serializers.ChoiceField(choices=CaseKind.choices)
    amount = serializers.CharField()


class ReturnAddressShown(serializers.Serializer[Any]):
    """Where goods are sent back to; empty texts while there is none."""

    name = serializers.CharField()
    phone = serializers.CharField()
    line = serializers.CharField()


class CaseShown(CaseListed):
    """A case with everything about it."""

    offer = OfferShown(allow_null=True)
    return_address = ReturnAddressShown()
    carrier = serializers.CharField()
    tracking = serializers.CharField()
    new_carrier = serializers.CharField()
    new_tracking = serializers.CharField()
    verdict = serializers.CharField()
    escalated_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when the platform decides the dispute."
    )
    group = serializers.CharField(
        help_text="Number of the orders by which what is due is paid; see `checkout/payments/`."
    )
    entries = EntryShown(many=True)
    payouts = PayoutShown(many=True)
    moves = serializers.ListField(child=serializers.CharField(), help_text="What may be done.")


class StaffCaseListed(CaseListed):
    """A case in a list, for staff."""

    member = serializers.CharField()
    needs_staff = serializers.BooleanField()


class StaffCaseShown(CaseShown):
    """A case with everything about it, for staff."""

    member = serializers.CharField()
    needs_staff = serializers.BooleanField()


def amount_of(text: str, currency: str, *, field: str = "amount") -> int:
    """Read an amount, in minor units.

    Raises:
        InvalidCase: it cannot be read.
    """
    try:
        return Money.parse(text, currency).minor
    except InvalidAmount as refusal:
        raise InvalidCase(str(refusal), field=field) from refusal


def wishes_of(told: Sequence[Mapping[str, Any]], currency: str) -> list[Wish]:
    """Return what is wanted of the lines."""
    return [
        Wish(
            each["line"],
            each["quantity"],
            amount_of(each["amount"], currency) if each.get("amount") else None,
            each.get("variant"),
        )
        for each in told
    ]
