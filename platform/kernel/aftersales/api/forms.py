"""What the APIs of cases take and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

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
from kernel.aftersales.machine import SOURCES, may
from kernel.aftersales.models import Case, CaseLine
from kernel.aftersales.planning import Opening, Plan, Wish
from kernel.aftersales.selectors import CaseDetail
from kernel.aftersales.services.telling import LONGEST_TEXT
from kernel.api.public_ids import PublicIdField
from kernel.catalogue.sent import MOST_PICTURES
from kernel.common.ids import public_id
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


def opening_data(found: Opening, currency: str) -> dict[str, Any]:
    """Return for what a line is open."""
    line = found.room.line
    return {
        "line": line.public_id,
        "title": str(line.snapshot.get("title", "")),
        "variant": str(line.snapshot.get("variant", "")),
        "kinds": {str(kind): most for kind, most in found.kinds.items()},
        "amount": Money(found.room.minor, currency).decimal(),
        "until": found.window.change_of_mind,
        "faults_until": found.window.fault,
    }


def plan_data(made: Plan) -> dict[str, Any]:
    """Return what a buyer would get."""

    def text(minor: int) -> str:
        return Money(minor, made.currency).decimal()

    return {
        "lines": [
            {
                "line": each.room.line.public_id,
                "quantity": each.quantity,
                "role": each.role,
                "amount": text(each.refund_minor),
                "surcharge": text(each.difference.extra_minor),
            }
            for each in made.lines
        ],
        "freight": text(made.freight_minor),
        "recount": text(made.recount_minor),
        "amount": text(made.amount_minor),
        "surcharge": text(made.surcharge_minor),
        "currency": made.currency,
    }


def listed_data(case: Case, lines: Sequence[CaseLine]) -> dict[str, Any]:
    """Return a case of a list."""

    def text(minor: int) -> str:
        return Money(minor, case.currency).decimal()

    return {
        "id": case.public_id,
        "number": case.number,
        "order": case.order.number,
        "kind": case.kind,
        "remedy": case.remedy,
        "state": case.state,
        "reason": case.reason,
        "amount": text(case.amount_minor),
        "freight": text(case.freight_minor),
        "gift_charge": text(case.gift_charge_minor),
        "recount": text(case.recount_minor),
        "surcharge": text(case.surcharge_minor),
        "refunded": text(case.refunded_minor),
        "currency": case.currency,
        "lines": [_line(each, case.currency) for each in lines],
        "version": case.version,
        "due_at": case.due_at,
        "created_at": case.created_at,
        "closed_at": case.closed_at,
    }


def detail_data(detail: CaseDetail) -> dict[str, Any]:
    """Return a case with everything about it."""
    case = detail.case
    address = case.return_address or {}
    return {
        **listed_data(case, detail.lines),
        "offer": _offer(case),
        "return_address": {name: address.get(name, "") for name in ("name", "phone", "line")},
        "carrier": case.carrier,
        "tracking": case.tracking,
        "new_carrier": case.new_carrier,
        "new_tracking": case.new_tracking,
        "verdict": case.verdict,
        "escalated_at": case.escalated_at,
        "group": case.order.group.number,
        "entries": [
            {
                "kind": each.kind,
                "side": each.side,
                "text": each.text,
                "facts": each.data,
                "at": each.at,
                "pictures": LinkShown(pictures, many=True).data,
            }
            for each, pictures in detail.entries
        ],
        "payouts": [
            {
                "means": each.means,
                "state": each.state,
                "amount": Money(each.minor, case.currency).decimal(),
                "failure": each.failure,
                "at": each.at,
            }
            for each in detail.payouts
        ],
        "moves": sorted(name for name in SOURCES if may(case, name)),
    }


def staff_data(data: dict[str, Any], case: Case) -> dict[str, Any]:
    """Add what staff alone see."""
    return {
        **data,
        "member": _member(case.member_id),
        "needs_staff": case.needs_staff,
    }


def _member(member_id: UUID | None) -> str:
    return "" if member_id is None else public_id("mem", member_id)


def _offer(case: Case) -> dict[str, Any] | None:
    if case.offer is None:
        return None
    minor = int(case.offer["minor"])
    return {"kind": case.offer["kind"], "amount": Money(minor, case.currency).decimal()}


def _line(each: CaseLine, currency: str) -> dict[str, Any]:
    kept = each.line.snapshot
    return {
        "line": each.line.public_id,
        "title": str(kept.get("title", "")),
        "variant": str(kept.get("variant", "")),
        "sku": str(kept.get("sku", "")),
        "role": each.role,
        "quantity": each.quantity,
        "amount": Money(each.refund_minor, currency).decimal(),
        "surcharge": Money(each.extra_minor, currency).decimal(),
        "instead": "" if each.variant_id is None else public_id("var", each.variant_id),
        "accepted": each.accepted_quantity,
        "restocked": each.restocked_quantity,
    }
