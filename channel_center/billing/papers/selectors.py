"""Which papers there are, for those who wrote or received them."""

from __future__ import annotations

from datetime import tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from channel_center.billing.models import Biller, Invoice
from channel_center.partners.services.letters import console_of
from kernel.tenancy.context import BrandRef, current_tenant_or_none, public_context

_SHOWN = ("seller", "buyer", "tenant", "corrects")


def written_by(channel_id: UUID | None) -> QuerySet[Invoice]:
    """Return the invoices and credit notes that a partner, or the operator, wrote."""
    rows = Invoice.objects.filter(Q(seller=channel_id)).select_related(*_SHOWN)
    return rows.order_by("-issued_at", "-number")


def received_by(channel_id: UUID) -> QuerySet[Invoice]:
    """Return the invoices and credit notes that a partner received."""
    rows = Invoice.objects.filter(buyer=channel_id).select_related(*_SHOWN)
    return rows.order_by("-issued_at", "-number")


def received_by_shop(tenant_id: UUID) -> QuerySet[Invoice]:
    """Return the invoices and credit notes that a shop received; those above it are none."""
    rows = Invoice.objects.filter(tenant=tenant_id, buyer=None).select_related(*_SHOWN)
    return rows.order_by("-issued_at", "-number")


def brand_of_seller(channel_id: UUID | None) -> BrandRef:
    """Return in whose look a seller's papers are drawn.

    A shop sees nothing of the operator's own look: the name on its papers is the one that
    the operator writes invoices in.
    """
    tenant = current_tenant_or_none()
    if channel_id is not None or tenant is None:
        return console_of(channel_id)[0]
    with public_context():
        rows = Biller.objects.filter(Q(channel=channel_id)).values_list("legal_name", flat=True)
        return BrandRef(name=rows.first() or "", colour=tenant.brand.colour)


def clock() -> tzinfo:
    """Return the clock by which whoever is signed in reads months."""
    tenant = current_tenant_or_none()
    return ZoneInfo(tenant.zone) if tenant is not None else timezone.get_default_timezone()
