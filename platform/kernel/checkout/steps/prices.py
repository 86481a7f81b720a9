"""Asks the pricing centre what each line costs."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kernel.checkout.drafts import Draft, PipelineContext
from kernel.pricing.models import BasePrice


def ask_prices(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Give each line its price; refuse what has none in the basket's currency."""
    variants = {line.goods.variant_id for draft in drafts for line in draft.lines}
    rows = BasePrice.objects.filter(
        variant_id__in=variants, currency__in={draft.currency for draft in drafts}
    )
    known = {
        (variant_id, currency): (minor, compare_at, ({"source": "base", "minor": minor},))
        for variant_id, currency, minor, compare_at in rows.values_list(
            "variant_id", "currency", "minor", "compare_at_minor"
        )
    }
    for draft in drafts:
        for line in draft.lines:
            price = known.get((line.goods.variant_id, draft.currency))
            if price is None:
                draft.refuse("checkout.no_price", _("This has no price here."), line=line.position)
                continue
            line.unit_minor, line.compare_at_minor, line.chain = price
