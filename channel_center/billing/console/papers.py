"""Invoices, statements and margins, as partners and the operator see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from channel_center.billing.console.forms import BillerForm
from channel_center.billing.console.pages import MANAGE, VIEW_PAPERS
from channel_center.billing.currencies import currencies_of, currency_in
from channel_center.billing.models import Wallet
from channel_center.billing.papers import margins
from channel_center.billing.papers.answers import (
    found_invoice,
    invoice_file,
    months_beside,
    statement_file,
    statement_for,
    table_file,
)
from channel_center.billing.papers.margins import Margin
from channel_center.billing.papers.selectors import received_by, written_by
from channel_center.billing.services.billers import biller_of, set_biller
from channel_center.billing.services.wallets import wallet_of
from kernel.backoffice.figures.charts import Chart, Line
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.tenancy.context import public_context

_SIZE = 50


@require_GET
@staff_page(VIEW_PAPERS)
def index(request: StaffRequest) -> HttpResponseBase:
    """List what was written to those who buy here, or received from above."""
    channel_id = request.person.channel_id
    is_received = channel_id is not None and request.GET.get("of") == "received"
    with public_context():
        rows = received_by(channel_id) if channel_id and is_received else written_by(channel_id)
        context = {
            "page": paged(request, rows, size=_SIZE),
            "is_received": is_received,
            "is_operator": channel_id is None,
            "here": "/papers/",
        }
        return render(request, "billing/papers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def particulars(request: StaffRequest) -> HttpResponseBase:
    """Say in whose name invoices are written from now on; those that are written stay."""
    form = BillerForm(
        request.POST if request.method == "POST" else None,
        initial=biller_of(request.person.channel_id),
    )
    if form.is_bound and form.is_valid():
        set_biller(request.person.channel_id, actor=request.actor, **form.told())
        messages.success(request, _("Saved. The next invoices carry it."))
        return redirect("/papers/")
    context = {"form": form}
    return render(request, "billing/particulars.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page(VIEW_PAPERS)
def invoice(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show one as a PDF file, to who wrote it and to who received it."""
    channel_id, key = request.person.channel_id, identified("inv", public_id)
    with public_context():
        rows = written_by(channel_id)
        if channel_id is not None:
            rows = rows | received_by(channel_id)
        return invoice_file(found_invoice(rows, key))


@require_GET
@staff_page(VIEW_PAPERS)
def statement(request: StaffRequest) -> HttpResponseBase:
    """Show a month of the partner's own balance."""
    wallet = _own_wallet(request)
    context = months_beside(statement_for(request, wallet)) | {
        "here": "/statement/",
        "currency": wallet.currency,
        "currencies": currencies_of(wallet.channel_id),
    }
    return render(request, "billing/statement.html", context)


@require_GET
@staff_page(VIEW_PAPERS)
def statement_as(request: StaffRequest, form: str) -> HttpResponseBase:
    """Return it as a file."""
    wallet = _own_wallet(request)
    return statement_file(statement_for(request, wallet), wallet, form)


def _own_wallet(request: StaffRequest) -> Wallet:
    """Return the partner's balance; the operator has none."""
    owner = request.person.channel_id
    if owner is None:
        raise Http404
    currency = currency_in(owner, request.GET.get("currency", ""))
    return wallet_of(channel_id=owner, currency=currency)


@require_GET
@staff_page(VIEW_PAPERS)
def margin(request: StaffRequest) -> HttpResponseBase:
    """Show what stays of sales, by month, buyer and product."""
    rows, months = _margins(request)
    context = {
        "rows": rows,
        "charts": _charts(rows, months),
        "is_operator": request.person.channel_id is None,
    }
    return render(request, "billing/margins.html", context)


@require_GET
@staff_page(VIEW_PAPERS)
def margin_as_csv(request: StaffRequest) -> HttpResponseBase:
    """Return it as a file."""
    rows, months = _margins(request)
    return table_file(margins.rows_of(rows), f"margins-{months[-1]:%Y-%m}")


def _margins(request: StaffRequest) -> tuple[list[Margin], Sequence[date]]:
    return margins.latest_margins(request.person.channel_id, language=get_language() or "")


def _charts(rows: Sequence[Margin], months: Sequence[date]) -> list[Chart]:
    """Return a chart for each currency: what was sold, and what stays."""
    found = []
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]
        sold = [sum(r.sold_minor for r in own if r.month == month) for month in months]
        stays = [sum(r.minor for r in own if r.month == month) for month in months]
        lines = [Line(_("Sold"), sold, currency), Line(_("Margin"), stays, currency)]
        title = f"{_('Sales and margin, the last twelve months')} · {currency}"
        sums = "; ".join(f"{line.label}: {line.text(sum(line.values))}" for line in lines)
        found.append(
            Chart(
                code=f"margin-{currency.lower()}",
                title=title,
                kind="bar",
                labels=[f"{month:%Y-%m}" for month in months],
                lines=lines,
                summary=_("%(title)s. %(sums)s. The table below has every part.")
                % {"title": title, "sums": sums},
                heading=_("Month"),
            )
        )
    return found
