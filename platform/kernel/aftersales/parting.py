"""For which lines the money of cases went back, and what came instead; asked by documents."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel.aftersales.choices import CaseState
from kernel.aftersales.models import CaseLine, CasePayout
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


def brought_other_goods(case_id: UUID) -> bool:
    """Tell whether an exchange brought something else than what the buyer had."""
    mine = CaseLine.objects.filter(case=case_id, variant_id__isnull=False)
    return any(
        each.variant_id != _had_before(each)
        for each in mine.exclude(accepted_quantity=0).select_related("line")
    )


def _had_before(each: CaseLine) -> UUID | None:
    """Return what the buyer had of a line: what the last exchange brought, or what he bought."""
    earlier = CaseLine.objects.filter(line=each.line_id, case__state=CaseState.EXCHANGED)
    swap = earlier.exclude(case=each.case_id).exclude(variant_id=None).order_by("case", "id").last()
    return each.line.variant_id if swap is None else swap.variant_id
