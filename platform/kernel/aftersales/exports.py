"""Cases as rows of a spreadsheet: one row for each line, read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.aftersales.models import Case
from kernel.aftersales.selectors import lines_of
from kernel.common.money import Money

_BATCH: Final = 500


def case_rows(cases: QuerySet[Case]) -> Iterator[list[object]]:
    """Return the rows, headings first; memory does not grow with the cases."""
    yield [
        _("Case"),
        _("Order number"),
        _("Asked at"),
        _("Kind"),
        _("Reason"),
        _("State"),
        _("SKU"),
        _("Goods"),
        _("Quantity"),
        _("Accepted"),
        _("Restocked"),
        _("Amount of the line"),
        _("Amount of the case"),
        _("Refunded"),
        _("Currency"),
        _("Closed at"),
    ]
    last = UUID(int=0)
    while batch := list(cases.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        lines = lines_of(batch)
        for case in batch:
            for each in lines[case.pk]:
                yield [
                    case.number,
                    case.order.number,
                    case.created_at.isoformat(timespec="seconds"),
                    case.get_kind_display(),
                    case.get_reason_display(),
                    case.get_state_display(),
                    each.line.snapshot.get("sku", ""),
                    each.line.snapshot.get("title", ""),
                    each.quantity,
                    "" if each.accepted_quantity is None else each.accepted_quantity,
                    each.restocked_quantity,
                    Money(each.refund_minor, case.currency).decimal(),
                    Money(case.amount_minor, case.currency).decimal(),
                    Money(case.refunded_minor, case.currency).decimal(),
                    case.currency,
                    case.closed_at.isoformat(timespec="seconds") if case.closed_at else "",
                ]
