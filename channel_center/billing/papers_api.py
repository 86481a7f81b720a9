"""Invoices and credit notes over the channel API; their files are at the console."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.billing.choices import InvoiceKind
from channel_center.billing.models import Invoice
from channel_center.billing.papers.selectors import received_by, written_by
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.selectors import visible_tenants
from kernel.common.money import Money

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

    permissions_by_method = {"GET": "billing.view"}

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
