"""Invoices, credit notes and months of the balance over the channel API, as rows and as files."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.billing.choices import InvoiceKind
from channel_center.billing.currencies import currency_in
from channel_center.billing.errors import UnknownSale
from channel_center.billing.models import Invoice, Wallet
from channel_center.billing.papers.answers import invoice_file, statement_file, statement_for
from channel_center.billing.papers.drawing import line_name
from channel_center.billing.papers.selectors import received_by, written_by
from channel_center.billing.services.wallets import wallet_of
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURRENCY, CURSOR, page_of, pages_of
from channel_center.partners.selectors import visible_tenants
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.money import Money
from kernel.tenancy.context import public_context

VIEW: Final = "billing.view"
PDF: Final = {(200, "application/pdf"): OpenApiTypes.BINARY}
MONTH: Final = OpenApiParameter(
    "month", str, description="Like 2026-03; the present one without it.", pattern=r"^\d{4}-\d{2}$"
)
_SIDES: Final = ("written", "received")


class InvoiceShown(serializers.Serializer[Any]):
    """An invoice, or a credit note that corrects one."""

    id = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=InvoiceKind.choices)
    corrects = serializers.CharField(allow_null=True, help_text="The number of another.")
    tenant = serializers.CharField(allow_null=True, help_text="Whom it was written to.")
    partner = serializers.CharField(allow_null=True, help_text="Whom it was written to.")
    total = serializers.CharField()
    tax = serializers.CharField()
    currency = serializers.CharField()
    issued_at = serializers.DateTimeField()


class InvoicesView(PartnerView):
    """What the partner wrote to tenants and partners below, or received."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        responses=pages_of(InvoiceShown),
        parameters=[CURSOR, OpenApiParameter("side", str, enum=_SIDES)],
    )
    def get(self, request: Request) -> Response:
        """Return them, the newest first; those that were written unless it says otherwise."""
        if request.query_params.get("side") == "received":
            rows = received_by(self.channel_id)
        else:
            seen = visible_tenants(self.asks).values("pk")
            to_whom = Q(buyer__isnull=False) | Q(tenant__in=seen)
            rows = written_by(self.channel_id).filter(to_whom)
        found, cursor = page_of(rows, request, "inv")
        return Response({"items": [_shown(row, self) for row in found], "next_cursor": cursor})


class InvoiceLineShown(serializers.Serializer[Any]):
    """What stands in one line of an invoice."""

    what = serializers.CharField()
    quantity = serializers.IntegerField()
    period_start = serializers.DateTimeField(allow_null=True)
    period_end = serializers.DateTimeField(allow_null=True)
    amount = serializers.CharField()


class InvoiceWhole(InvoiceShown):
    """An invoice with its lines and those who stand on it."""

    seller = serializers.DictField(child=serializers.CharField())
    buyer = serializers.DictField(child=serializers.CharField())
    lines = InvoiceLineShown(many=True)


class InvoiceView(PartnerView):
    """One invoice that the partner wrote or received."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=InvoiceWhole)
    def get(self, request: Request, invoice: str) -> Response:
        """Return it with its lines."""
        row, language = _invoice(self, invoice), get_language() or ""
        with public_context():
            lines = [
                {
                    "what": line_name(line, language),
                    "quantity": line.quantity,
                    "period_start": line.period_start,
                    "period_end": line.period_end,
                    "amount": str(Money(line.amount_minor, row.currency).decimal()),
                }
                for line in row.lines.order_by("position")
            ]
        sides = {"seller": row.seller_particulars, "buyer": row.buyer_particulars}
        return Response({**_shown(row, self), **sides, "lines": lines})


class InvoiceFileView(PartnerView):
    """The file of an invoice."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=PDF)
    def get(self, request: Request, invoice: str) -> HttpResponse:
        """Return it as a PDF file, in the look of who wrote it."""
        return invoice_file(_invoice(self, invoice))


class StatementLineShown(serializers.Serializer[Any]):
    """What moved on a balance."""

    at = serializers.DateTimeField()
    what = serializers.CharField()
    about = serializers.CharField()
    amount = serializers.CharField(help_text="Above zero for what came in.")
    balance = serializers.CharField(help_text="After it.")


class StatementShown(serializers.Serializer[Any]):
    """A month of a balance."""

    month = serializers.CharField()
    currency = serializers.CharField()
    opening = serializers.CharField()
    closing = serializers.CharField()
    lines = StatementLineShown(many=True)


class StatementView(PartnerView):
    """A month of the partner's own balance."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=StatementShown, parameters=[MONTH, CURRENCY])
    def get(self, request: Request) -> Response:
        """Return what moved in a month, the present one without it."""
        found = statement_for(request, _wallet(self, request))

        def text(minor: int) -> str:
            return str(Money(minor, found.currency).decimal())

        return Response(
            {
                "month": found.name,
                "currency": found.currency,
                "opening": text(found.opening_minor),
                "closing": text(found.closing_minor),
                "lines": [
                    {
                        "at": line.at,
                        "what": str(line.kind),
                        "about": line.about,
                        "amount": text(line.minor),
                        "balance": text(line.balance_minor),
                    }
                    for line in found.lines
                ],
            }
        )


class StatementFileView(PartnerView):
    """The file of a month."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "text/csv"): OpenApiTypes.STR,
        },
        parameters=[OpenApiParameter("form", str, "path", enum=["csv", "pdf"]), MONTH, CURRENCY],
    )
    def get(self, request: Request, form: str) -> HttpResponseBase:
        """Return it as a file, PDF or CSV."""
        wallet = _wallet(self, request)
        return statement_file(statement_for(request, wallet), wallet, form)


def _invoice(view: PartnerView, text: str) -> Invoice:
    """Return an invoice that the partner wrote or received.

    Raises:
        UnknownSale: there is none.
    """
    try:
        key = parse_public_id("inv", text)
    except DomainError as error:
        raise UnknownSale from error
    with public_context():
        seen = visible_tenants(view.asks).values("pk")
        written = written_by(view.channel_id).filter(Q(buyer__isnull=False) | Q(tenant__in=seen))
        row = written.filter(pk=key).first() or received_by(view.channel_id).filter(pk=key).first()
    if row is None:
        raise UnknownSale
    return row


def _wallet(view: PartnerView, request: Request) -> Wallet:
    currency = currency_in(view.channel_id, request.query_params.get("currency", ""))
    return wallet_of(channel_id=view.channel_id, currency=currency)


def _shown(row: Invoice, view: PartnerView) -> dict[str, object]:
    # The shop of a sale by a partner below is that partner's own affair.
    is_to_shop = row.buyer is None and row.tenant is not None
    is_below = row.buyer is not None and row.buyer.pk != view.channel_id
    return {
        "id": row.public_id,
        "number": row.number,
        "kind": row.kind,
        "corrects": row.corrects.number if row.corrects is not None else None,
        "tenant": row.tenant.public_id if is_to_shop and row.tenant is not None else None,
        "partner": row.buyer.public_id if is_below and row.buyer is not None else None,
        "total": str(Money(row.total_minor, row.currency).decimal()),
        "tax": str(Money(row.tax_minor, row.currency).decimal()),
        "currency": row.currency,
        "issued_at": row.issued_at,
    }
