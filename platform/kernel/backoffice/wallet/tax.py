"""What was withheld of members and is owed to the tax office, by month."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.audit.services import record
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import csv_file
from kernel.common.csv import csv_lines
from kernel.common.time import utc_now
from kernel.ledger.selectors import decimal_text
from kernel.wallet.selectors import tax_months, tax_rows
from kernel.wallet.tax.explaining import category_name

VIEW: Final = "withdrawals.view"
PAY: Final = "withdrawals.pay"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List what was withheld in each month, and of whom in one of them."""
    months = tax_months()
    asked = request.GET.get("month", "")
    month = _month(asked) if asked else (months[0].month if months else None)
    rows = [] if month is None else tax_rows(month)
    context = {
        "months": months,
        "month": month,
        "rows": [
            (
                row,
                category_name(row.category, on=month or date.min),
                *(
                    decimal_text(minor, row.scale)
                    for minor in (row.income_minor, row.fee_minor, row.tax_minor, row.net_minor)
                ),
            )
            for row in rows
        ],
    }
    return render(request, "backoffice/wallet/tax.html", context)


@require_POST
@staff_page(PAY, is_confirmed=True)
def file(request: StaffRequest, month: str) -> HttpResponseBase:
    """Return the list of a month as a file; that it was taken is on the record."""
    day = _month(month)
    lines: list[list[object]] = [
        [
            *(_("Month"), _("Member"), _("Name"), _("Number of the document"), _("Taxed as")),
            *(_("Withdrawals"), _("Currency"), _("Income"), _("Fee"), _("Tax withheld")),
            _("Paid out"),
        ]
    ]
    for row in tax_rows(day):
        check = row.identity
        minors = (row.income_minor, row.fee_minor, row.tax_minor, row.net_minor)
        lines.append(
            [
                *(f"{day:%Y-%m}", row.member.name),
                *((check.name_hint, check.number_hint) if check else ("", "")),
                *(category_name(row.category, on=day), row.count, row.currency),
                *(decimal_text(minor, row.scale) for minor in minors),
            ]
        )
    after = {"month": f"{day:%Y-%m}", "count": len(lines) - 1}
    with transaction.atomic():
        record(action="tax_report.taken", actor=request.actor, after=after, now=utc_now())
    return csv_file(csv_lines(lines), f"tax-{day:%Y-%m}")


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404 from error
