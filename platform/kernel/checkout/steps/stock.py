"""Tells in a quote what there is too little of; placing finds out by taking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.checkout.drafts import Draft, DraftLine, PipelineContext
from kernel.inventory.errors import OutOfStock
from kernel.inventory.services import Available, Want, availability
from kernel.orders.goods import stock_wants


def tell_availability(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Refuse what is not there; what the basket itself has reserved counts as there."""
    for draft in drafts:
        if wants := wants_of(draft.lines):
            wanted = {want.variant_id: want.quantity for want in wants}
            free = availability(list(wanted), holder=draft.basket.holder, now=context.now)
            _check(draft, wanted, free)


def wants_of(lines: Sequence[DraftLine]) -> list[Want]:
    """Return what lines take from stock."""
    return stock_wants(
        (line.goods.kind, line.goods.variant_id, line.quantity, line.goods.contents)
        for line in lines
    )


def _check(draft: Draft, wanted: Mapping[UUID, int], free: Mapping[UUID, Available]) -> None:
    for line in draft.lines:
        needs = {want.variant_id for want in wants_of([line])}
        short = [v for v in needs if wanted[v] > free[v].sellable]
        if short:
            left = min(free[v].sellable for v in short)
            draft.refuse(
                OutOfStock.code, OutOfStock.title, line=line.position, available=max(left, 0)
            )
