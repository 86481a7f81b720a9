"""What a shop was asked for, on paper: invoices, and the months of its balance."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from channel_center.billing.papers.answers import (
    found_invoice,
    invoice_file,
    months_beside,
    statement_file,
    statement_for,
)
from channel_center.billing.papers.selectors import received_by_shop
from channel_center.billing.services.wallets import wallet_of
from channel_center.market.console.pages import VIEW
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.tenancy.context import current_tenant, public_context

_SIZE = 50


@require_GET
@staff_page(VIEW)
def invoices(request: StaffRequest) -> HttpResponseBase:
    """List the shop's invoices and credit notes."""
    tenant_id = current_tenant().id
    with public_context():
        page = paged(request, received_by_shop(tenant_id), size=_SIZE)
        rows = list(page.object_list)
    page.object_list = rows
    context = {"page": page, "is_shop": True, "here": "/balance/invoices/"}
    return render(request, "billing/papers.html", context)


@require_GET
@staff_page(VIEW)
def invoice(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show one as a PDF file; another shop's is not found."""
    key, tenant_id = identified("inv", public_id), current_tenant().id
    with public_context():
        row = found_invoice(received_by_shop(tenant_id), key)
    return invoice_file(row)


@require_GET
@staff_page(VIEW)
def statement(request: StaffRequest) -> HttpResponseBase:
    """Show a month of the shop's balance."""
    wallet = wallet_of(tenant_id=current_tenant().id)
    context = months_beside(statement_for(request, wallet))
    return render(
        request,
        "billing/statement.html",
        {**context, "here": "/balance/statement/", "is_shop": True},
    )


@require_GET
@staff_page(VIEW)
def statement_as(request: StaffRequest, form: str) -> HttpResponseBase:
    """Return it as a file."""
    wallet = wallet_of(tenant_id=current_tenant().id)
    return statement_file(statement_for(request, wallet), wallet, form)
