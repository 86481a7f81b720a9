"""Documents as the APIs show them, and what may be told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from kernel.common.ids import public_id
from kernel.common.money import Money
from kernel.documents.choices import (
    Column,
    DocumentKind,
    InvoiceMoment,
    Paper,
    PrintKind,
    PrintState,
    RedState,
    RequestKind,
    RequestState,
)
from kernel.documents.models import (
    Document,
    DocumentLayout,
    InvoiceRequest,
    LegalEntity,
    PrintRun,
    RedInvoice,
)
from kernel.documents.services import EntityTerms, Layout

# What follows from refunds alone.
_BY_ITSELF = frozenset({DocumentKind.CREDIT_NOTE.value, DocumentKind.CREDIT_VOID.value})
_TERMS = tuple(EntityTerms.__dataclass_fields__)


class EntityForm(serializers.Serializer[Any]):
    """A legal entity; ``prefixes`` are what numbers begin with, by kind of document."""

    name = serializers.CharField(max_length=120)
    tax_number = serializers.CharField(max_length=40, allow_blank=True, default="")
    registration = serializers.CharField(max_length=80, allow_blank=True, default="")
    address = serializers.CharField(max_length=300, allow_blank=True, default="")
    country = serializers.CharField(max_length=2, allow_blank=True, default="")
    email = serializers.CharField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")
    bank = serializers.CharField(max_length=120, allow_blank=True, default="")
    bank_account = serializers.CharField(max_length=60, allow_blank=True, default="")
    footer = serializers.CharField(max_length=500, allow_blank=True, default="")
    prefixes = serializers.DictField(
        child=serializers.CharField(max_length=12, allow_blank=True), default=dict
    )
    digits = serializers.IntegerField(min_value=3, max_value=10, default=6)
    language = serializers.CharField(max_length=10, default="zh-hans")
    invoices = serializers.ChoiceField(
        choices=InvoiceMoment.choices, default=InvoiceMoment.NEVER.value
    )
    takes_requests = serializers.BooleanField(default=False)
    provider = serializers.CharField(max_length=40, default="manual")
    is_default = serializers.BooleanField(default=True)


class EntityShown(EntityForm):
    """A legal entity."""

    id = serializers.CharField()


class LayoutForm(serializers.Serializer[Any]):
    """What documents of one kind look like; what is empty is as usual.

    Texts may say `{{ number }}`, `{{ date }}`, `{{ order }}`, `{{ ordered }}`, `{{ buyer }}`,
    `{{ seller }}` and `{{ total }}`. A logo comes as `multipart/form-data`.
    """

    title = serializers.CharField(max_length=80, allow_blank=True, default="")
    intro = serializers.CharField(max_length=1000, allow_blank=True, default="")
    closing = serializers.CharField(max_length=1000, allow_blank=True, default="")
    colour = serializers.CharField(max_length=7, allow_blank=True, default="")
    paper = serializers.ChoiceField(choices=Paper.choices, default=Paper.A4.value)
    hidden = serializers.ListField(
        child=serializers.ChoiceField(choices=Column.choices), max_length=10, default=list
    )
    shows_bank = serializers.BooleanField(default=True)
    shows_note = serializers.BooleanField(default=True)


class LayoutTold(LayoutForm):
    """A layout, with a logo where one is sent."""

    logo = serializers.FileField(required=False, max_length=200)
    drops_logo = serializers.BooleanField(default=False)


class LayoutShown(LayoutForm):
    """A layout of one kind of document."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    has_logo = serializers.BooleanField()


class DocumentShown(serializers.Serializer[Any]):
    """A document, as its buyer sees it."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    number = serializers.CharField()
    currency = serializers.CharField()
    net = serializers.CharField()
    tax = serializers.CharField()
    total = serializers.CharField()
    issued_at = serializers.DateTimeField()


class DocumentListed(DocumentShown):
    """A document, as staff see it."""

    order = serializers.CharField()
    buyer = serializers.CharField()
    entity = serializers.CharField()


class DocumentAsked(serializers.Serializer[Any]):
    """Which document of an order shall be issued."""

    order = serializers.CharField(max_length=44)
    kind = serializers.ChoiceField(
        choices=[each for each in DocumentKind.choices if each[0] not in _BY_ITSELF]
    )


class PrintTold(serializers.Serializer[Any]):
    """What shall be printed of which orders, by number or id."""

    kind = serializers.ChoiceField(choices=PrintKind.choices)
    orders = serializers.ListField(
        child=serializers.CharField(max_length=44), min_length=1, max_length=1000
    )


class PrintShown(serializers.Serializer[Any]):
    """A run of the printer; ``done`` of ``size`` orders are drawn."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=PrintKind.choices)
    state = serializers.ChoiceField(choices=PrintState.choices)
    done = serializers.IntegerField()
    size = serializers.IntegerField()
    skipped = serializers.JSONField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RequestTold(serializers.Serializer[Any]):
    """Which invoice is wanted, and whom it is made out to."""

    kind = serializers.ChoiceField(choices=RequestKind.choices)
    title = serializers.CharField(max_length=120)
    tax_number = serializers.CharField(max_length=32, allow_blank=True, default="")
    email = serializers.CharField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(max_length=20, allow_blank=True, default="")
    address = serializers.CharField(max_length=200, allow_blank=True, default="")
    bank = serializers.CharField(max_length=120, allow_blank=True, default="")
    bank_account = serializers.CharField(max_length=40, allow_blank=True, default="")


class RedShown(serializers.Serializer[Any]):
    """What takes an invoice back, wholly or in part."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=RedState.choices)
    amount = serializers.CharField()
    number = serializers.CharField()
    has_file = serializers.BooleanField()


class RequestShown(RequestTold):
    """A request for an invoice."""

    id = serializers.CharField()
    order = serializers.CharField()
    state = serializers.ChoiceField(choices=RequestState.choices)
    currency = serializers.CharField()
    amount = serializers.CharField()
    number = serializers.CharField()
    code = serializers.CharField()
    has_file = serializers.BooleanField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reds = RedShown(many=True)


class IssueTold(serializers.Serializer[Any]):
    """An invoice that was issued; sent as a form when its file comes along."""

    number = serializers.CharField(max_length=40)
    code = serializers.CharField(max_length=20, allow_blank=True, default="")
    file = serializers.FileField(required=False, allow_empty_file=False)


class RejectTold(serializers.Serializer[Any]):
    """Why a request is turned down."""

    reason = serializers.CharField(max_length=300)


def entity_data(row: LegalEntity) -> dict[str, object]:
    """Return a legal entity as the API shows it."""
    return {"id": row.public_id, **{name: getattr(row, name) for name in _TERMS}}


def layout_data(kind: str, row: DocumentLayout | None) -> dict[str, object]:
    """Return a layout as the API shows it; the usual one where nobody chose any."""
    chosen = row or Layout()
    return {
        "kind": kind,
        **{name: getattr(chosen, name) for name in asdict(Layout())},
        "has_logo": bool(row and row.logo),
    }


def document_data(row: Document) -> dict[str, object]:
    """Return a document as its buyer sees it."""
    return {
        "id": row.public_id,
        "kind": row.kind,
        "number": row.number,
        "currency": row.currency,
        "net": _text(row.net_minor, row.currency),
        "tax": _text(row.tax_minor, row.currency),
        "total": _text(row.total_minor, row.currency),
        "issued_at": row.issued_at,
    }


def listed_data(row: Document) -> dict[str, object]:
    """Return a document as staff see it."""
    return {
        **document_data(row),
        "order": row.order.number,
        "buyer": row.buyer,
        "entity": public_id("ent", row.entity_id),
    }


def run_data(row: PrintRun) -> dict[str, object]:
    """Return a run of the printer."""
    names = ("kind", "state", "done", "size", "skipped", "created_at", "finished_at")
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}


def request_data(row: InvoiceRequest, reds: Sequence[RedInvoice]) -> dict[str, object]:
    """Return a request for an invoice."""
    names = (
        *("kind", "title", "tax_number", "email", "phone", "address", "bank", "bank_account"),
        *("state", "currency", "number", "code", "reason", "created_at", "decided_at"),
    )
    return {
        "id": row.public_id,
        "order": row.order.number,
        **{name: getattr(row, name) for name in names},
        "amount": _text(row.amount_minor, row.currency),
        "has_file": bool(row.file),
        "reds": [
            {
                "id": red.public_id,
                "state": red.state,
                "amount": _text(red.amount_minor, row.currency),
                "number": red.number,
                "has_file": bool(red.file),
            }
            for red in reds
        ],
    }


def _text(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal()
