"""What a partner earns, and in whose name it writes invoices, over the channel API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.billing.papers.margins import latest_margins
from channel_center.billing.services.billers import biller_of, set_biller
from channel_center.partners.api.authentication import PartnerView
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.money import Money

VIEW = "billing.view"
MANAGE = "billing.manage"
_BASIS = 100


class MarginShown(serializers.Serializer[Any]):
    """What one buyer brought with one product in one month."""

    month = serializers.CharField()
    buyer = serializers.CharField(help_text="The tenant, or the partner below who sold it on.")
    product = serializers.CharField()
    currency = serializers.CharField()
    sold = serializers.CharField()
    paid = serializers.CharField(help_text="To those above, for the same.")
    margin = serializers.CharField()


class MarginsView(PartnerView):
    """Margins of the last twelve months."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(MarginShown))
    def get(self, request: Request) -> Response:
        """Return what stays of sales, the newest month first."""
        rows, _months = latest_margins(self.channel_id, language=get_language() or "")
        return Response(
            {
                "items": [
                    {
                        "month": f"{row.month:%Y-%m}",
                        "buyer": row.buyer,
                        "product": row.product,
                        "currency": row.currency,
                        "sold": _text(row.sold_minor, row.currency),
                        "paid": _text(row.paid_minor, row.currency),
                        "margin": _text(row.minor, row.currency),
                    }
                    for row in rows
                ]
            }
        )


class ParticularsSaid(serializers.Serializer[Any]):
    """What stands on the next invoices."""

    legal_name = serializers.CharField(max_length=200, allow_blank=True)
    address = serializers.CharField(max_length=300, allow_blank=True)
    tax_number = serializers.CharField(max_length=60, allow_blank=True)
    bank = serializers.CharField(max_length=300, allow_blank=True)
    prefix = serializers.RegexField(r"^[A-Za-z0-9]{1,12}$", max_length=12)
    tax_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100)
    )


class ParticularsView(PartnerView):
    """In whose name the partner writes invoices."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=ParticularsSaid)
    def get(self, request: Request) -> Response:
        """Return what stands on the next invoices."""
        return Response(self._said())

    @extend_schema(request=ParticularsSaid, responses=ParticularsSaid)
    def put(self, request: Request) -> Response:
        """Say what stands on the next invoices; those that are written stay."""
        told = dict(checked(ParticularsSaid, request.data))
        basis = int(told.pop("tax_percent") * _BASIS)
        set_biller(self.channel_id, actor=self.actor, tax_basis_points=basis, **told)
        return Response(self._said())

    def _said(self) -> dict[str, Any]:
        nothing = dict.fromkeys(("legal_name", "address", "tax_number", "bank"), "")
        usual = {**nothing, "prefix": "INV", "tax_percent": "0.00"}
        return usual | biller_of(self.channel_id)


def _text(minor: int, currency: str) -> str:
    return str(Money(minor, currency).decimal())
