"""For which lines the money of cases went back; asked by documents."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel.aftersales.models import CasePayout
from kernel.aftersales.selectors import lines_of
from kernel.documents.parts import FREIGHT, Part, Parts, key_of
from kernel.orders.models import Order


def divide(order: Order, references: Collection[str]) -> dict[str, Parts]:
    """Return for refunds of cases what each line got; two queries."""
    payouts = CasePayout.objects.filter(case__order=order, reference__in=list(references))
    rows = list(payouts.select_related("case").order_by("id"))
    cases = {row.case_id: row.case for row in rows}
    lines = lines_of(list(cases.values())) if cases else {}
    found: dict[UUID, Parts] = {}
    for key, case in cases.items():
        parts = {
            key_of(each.line_id): Part(
                max(each.refund_minor - each.withheld_minor, 0),
                each.accepted_quantity or each.unshipped_quantity,
            )
            for each in lines[key]
        }
        if case.freight_minor:
            parts[FREIGHT] = Part(case.freight_minor)
        found[key] = parts
    return {row.reference: found[row.case_id] for row in rows}
