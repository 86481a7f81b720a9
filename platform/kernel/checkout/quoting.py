"""Says what a basket costs and why; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.checkout.baskets import Basket
from kernel.checkout.drafts import Draft, DraftLine, Part, PipelineContext, Refusal, WayOffer
from kernel.checkout.pipeline import run_pipeline
from kernel.common.money import Money
from kernel.orders.taxes import RateShare, summed


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs.

    Attributes:
        parts: one for each order that placing would make.
        tax: what is put on prices; ``taxes`` are also those that prices hold.
        refusals: why it cannot be placed; empty when it can.
        shipping: code of the way to ship that was counted with.
        ways: what could be chosen; none when nothing has to be shipped.
    """

    currency: str
    lines: Sequence[DraftLine]
    parts: Sequence[Part]
    refusals: Sequence[Refusal]
    items: Money
    discount: Money
    freight: Money
    tax: Money
    taxes: Sequence[RateShare]
    total: Money
    shipping: str
    ways: Sequence[WayOffer]

    @property
    def may_be_placed(self) -> bool:
        """True when nothing speaks against it."""
        return not self.refusals


def quote_basket(basket: Basket, *, now: datetime) -> Quote:
    """Return what a basket costs, and every reason why it could not be placed."""
    draft = Draft(basket)
    run_pipeline([draft], PipelineContext(now=now, is_placing=False))
    if not draft.parts:
        draft.sort_into_parts()

    def total(name: str) -> Money:
        return Money(sum(getattr(part.figures(), name) for part in draft.parts), draft.currency)

    return Quote(
        currency=draft.currency,
        lines=tuple(draft.lines),
        parts=tuple(draft.parts),
        refusals=tuple(draft.refusals),
        items=total("items"),
        discount=total("discount"),
        freight=total("freight"),
        tax=total("tax"),
        taxes=tuple(summed(_shares(draft.parts))),
        total=draft.total,
        shipping=str(draft.notes.get("shipping", "")),
        ways=draft.ways or (),
    )


def _shares(parts: Sequence[Part]) -> Iterator[RateShare]:
    for part in parts:
        for line in part.lines:
            yield from line.taxes
        yield from part.freight_taxes
