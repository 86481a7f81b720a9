"""Papers as answers to browsers: pages of a month, PDF and CSV files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from channel_center.billing.models import Invoice, Wallet
from channel_center.billing.papers import statements
from channel_center.billing.papers.drawing import invoice_pdf, statement_pdf
from channel_center.billing.papers.selectors import brand_of_seller, clock
from channel_center.billing.papers.statements import Statement
from channel_center.billing.services.wallets import seller_of
from kernel.common.csv import csv_lines
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context


def statement_for(request: HttpRequest, wallet: Wallet) -> Statement:
    """Return the month of a wallet that a request asks for; the present one without it."""
    zone = clock()
    today = utc_now().astimezone(zone).date()
    month = statements.month_of(request.GET.get("month", ""), today=today)
    return statements.statement_of(wallet, month, zone=zone, language=get_language() or "")


def months_beside(statement: Statement) -> dict[str, Any]:
    """Return what the page of a month links to."""
    today = utc_now().astimezone(clock()).date()
    following = statements.after(statement.month)
    return {
        "statement": statement,
        "former": f"{statements.before(statement.month):%Y-%m}",
        "following": f"{following:%Y-%m}" if following <= today else "",
    }


def statement_file(statement: Statement, wallet: Wallet, form: str) -> HttpResponseBase:
    """Return a month as a file, ``pdf`` or ``csv``.

    Raises:
        Http404: another form.
    """
    if form == "csv":
        return table_file(statements.rows_of(statement), f"statement-{statement.name}")
    if form != "pdf":
        raise Http404
    with public_context():
        seller_id = seller_of(wallet)
        owner = wallet.tenant or wallet.channel
        name = owner.name if owner is not None else ""
    # A partner's colleagues need not know who stands above it: its own look, as its console.
    brand = brand_of_seller(wallet.channel_id or seller_id)
    content = statement_pdf(
        statement, brand, owner=name, language=get_language() or "", zone=clock()
    )
    return _pdf(content, f"statement-{statement.name}")


def invoice_file(invoice: Invoice) -> HttpResponse:
    """Return an invoice or a credit note as a PDF file, in its seller's look."""
    brand, zone = brand_of_seller(invoice.seller_id), clock()
    with public_context():
        content = invoice_pdf(invoice, brand, language=get_language() or "", zone=zone)
    return _pdf(content, invoice.number)


def found_invoice(rows: Any, invoice_id: UUID) -> Invoice:
    """Return one of some papers.

    Raises:
        Http404: it is none of them.
    """
    row: Invoice | None = rows.filter(pk=invoice_id).first()
    if row is None:
        raise Http404
    return row


def table_file(rows: Iterable[Iterable[object]], name: str) -> StreamingHttpResponse:
    """Return rows as a CSV file."""
    cells = [[str(cell) for cell in row] for row in rows]
    answer = StreamingHttpResponse(csv_lines(cells), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or ""
    return answer


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or ""
    return answer
