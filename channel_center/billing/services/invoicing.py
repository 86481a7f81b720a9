"""Writes the papers of a charge: each seller of the chain one for its own buyer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from channel_center.billing.choices import InvoiceKind, PartyKind
from channel_center.billing.models import (
    Biller,
    Charge,
    ChargeStep,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    Refund,
)
from channel_center.billing.periods import half_up
from channel_center.billing.services.telling import tell_written
from channel_center.brands.selectors import brand_of
from channel_center.models import Channel
from tenants.models import Tenant

_WHOLE = 10_000


def write_invoices(charge: Charge, steps: Sequence[ChargeStep], *, now: datetime) -> list[Invoice]:
    """Write what each seller asks its buyer for; what is free needs no paper."""
    told = [step for step in sorted(steps, key=lambda s: s.level) if step.billed_minor]
    papers = _Papers(charge, told)
    return [
        papers.write(
            step,
            kind=InvoiceKind.INVOICE if step.due_minor >= 0 else InvoiceKind.CREDIT,
            total=abs(step.due_minor),
            lines=[("billed", step.billed_minor), ("credit", -step.credit_minor)],
            now=now,
        )
        for step in told
    ]


def write_credit_notes(
    refund: Refund, amounts: Mapping[UUID, int], *, now: datetime
) -> list[Invoice]:
    """Write what each seller gives back to its buyer."""
    steps = list(ChargeStep.objects.filter(id__in=list(amounts)).order_by("level"))
    papers = _Papers(refund.charge, steps)
    return [
        papers.write(
            step,
            kind=InvoiceKind.CREDIT,
            total=amounts[step.id],
            lines=[("refund", -amounts[step.id])],
            now=now,
            refund=refund,
        )
        for step in steps
    ]


def write_moved(charge: Charge, amounts: Mapping[UUID, int], *, now: datetime) -> list[Invoice]:
    """Write what a change of providers settles at some steps: below zero is credited."""
    told = {key: minor for key, minor in amounts.items() if minor}
    steps = list(ChargeStep.objects.filter(id__in=list(told)).order_by("level"))
    papers = _Papers(charge, steps)
    return [
        papers.write(
            step,
            kind=InvoiceKind.INVOICE if told[step.id] > 0 else InvoiceKind.CREDIT,
            total=abs(told[step.id]),
            lines=[("moved", told[step.id])],
            now=now,
        )
        for step in steps
    ]


class _Papers:
    """Who stands on the papers of a charge, read once."""

    def __init__(self, charge: Charge, steps: Iterable[ChargeStep]) -> None:
        self._charge = charge
        parties = {step.seller_id for step in steps} | {step.buyer_id for step in steps}
        channels = [each for each in parties if each is not None]
        self._channels = Channel.objects.in_bulk(channels)
        self._billers = {each.channel_id: each for each in Biller.objects.all()} if parties else {}
        tenant_id = charge.subscription.tenant_id
        self._tenant = Tenant.objects.filter(pk=tenant_id).first()

    def write(
        self,
        step: ChargeStep,
        *,
        kind: InvoiceKind,
        total: int,
        lines: Sequence[tuple[str, int]],
        now: datetime,
        refund: Refund | None = None,
    ) -> Invoice:
        """Write one paper with the next number of its seller."""
        biller = self._billers.get(step.seller_id)
        tax = biller.tax_basis_points if biller else 0
        is_retail = step.buyer_id is None
        original = step.invoices.filter(kind=InvoiceKind.INVOICE).first() if refund else None
        paper = Invoice.objects.create(
            number=next_number(step.seller_id, now=now, prefix=biller.prefix if biller else "INV"),
            kind=kind,
            seller_id=step.seller_id,
            buyer_kind=PartyKind.SHOP if is_retail else PartyKind.PARTNER,
            buyer_id=step.buyer_id,
            tenant_id=self._charge.subscription.tenant_id if is_retail else None,
            step=step,
            charge=self._charge,
            refund=refund,
            corrects=original,
            seller_particulars=self._particulars(step.seller_id, biller),
            buyer_particulars=self._buyer(step),
            currency=self._charge.currency,
            total_minor=total,
            tax_minor=half_up(total * tax, _WHOLE + tax),
            tax_basis_points=tax,
            issued_at=now,
        )
        names = self._charge.offer.edition.product.names
        InvoiceLine.objects.bulk_create(
            InvoiceLine(
                invoice=paper,
                position=position,
                kind=what,
                names=names,
                period_start=self._charge.period_start,
                period_end=self._charge.period_end,
                quantity=self._charge.quantity,
                amount_minor=minor,
            )
            for position, (what, minor) in enumerate(lines, start=1)
            if minor
        )
        tell_written(paper)
        return paper

    def _particulars(self, channel_id: UUID | None, biller: Biller | None) -> dict[str, str]:
        channel = self._channels.get(channel_id) if channel_id else None
        # What a partner calls itself before those who buy from it; its entry here may differ.
        name = brand_of(channel).name if channel else ""
        return {
            "name": (biller.legal_name if biller else "") or name,
            "address": biller.address if biller else "",
            "tax_number": biller.tax_number if biller else "",
            "bank": biller.bank if biller else "",
        }

    def _buyer(self, step: ChargeStep) -> dict[str, str]:
        if step.buyer_id is not None:
            return self._particulars(step.buyer_id, self._billers.get(step.buyer_id))
        tenant = self._tenant
        return {"name": (tenant.legal_entity or tenant.name) if tenant else ""}


def next_number(seller_id: UUID | None, *, now: datetime, prefix: str) -> str:
    """Return a seller's next number, without gaps: it is locked until the transaction ends."""
    # The operator's own numbers belong to no partner.
    whose: dict[str, Any] = {"channel_id": seller_id, "year": now.year}
    series, _made = InvoiceSeries.objects.get_or_create(**whose)
    InvoiceSeries.objects.filter(id=series.id).update(last=F("last") + 1)
    last = InvoiceSeries.objects.values_list("last", flat=True).get(id=series.id)
    return f"{prefix}-{now.year}-{last:06d}"
