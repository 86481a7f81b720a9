"""Asks the pricing centre what each line costs, once for buyers who get the same prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.checkout.baskets import Basket
from kernel.checkout.drafts import Draft, PipelineContext
from kernel.pricing.audience import includes
from kernel.pricing.groups import ask_for_groups, buying_from, groups_of, joined
from kernel.pricing.models import PriceList
from kernel.pricing.services import prices_for
from kernel.pricing.services.answers import lists_at
from kernel.pricing.values import Buyer, ExplainedPrice, PriceRequest

Alike: TypeAlias = tuple[str, frozenset[UUID]]
"""Currency, and the price lists for some buyers that hold for this one."""

Priced: TypeAlias = tuple[UUID, int]
"""A variant, and how many of it are in the basket."""


@dataclass(frozen=True, slots=True)
class _Price:
    """An answer, put into words once for all lines that share it."""

    unit_minor: int
    compare_at_minor: int | None
    chain: tuple[Mapping[str, object], ...]


def ask_prices(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Give each line its price; refuse what has none in the basket's currency."""
    if len(drafts) == 1:
        _ask_for(drafts, None, now=context.now)
        return
    lists = {
        currency: lists_at(context.now, currency=currency)
        for currency in {draft.currency for draft in drafts}
    }
    belonging = _belonging(drafts, lists)
    groups: dict[Alike, list[Draft]] = defaultdict(list)
    for draft in drafts:
        buyer = buyer_of(draft.basket)
        if buyer.member_id and (own := belonging.get(buyer.member_id)):
            buyer = joined(buyer, own)
        held = frozenset(
            row.pk
            for row in lists[draft.currency]
            if row.audience and includes(row.audience, buyer)
        )
        groups[draft.currency, held].append(draft)
    for (currency, _held), members in groups.items():
        _ask_for(members, lists[currency], now=context.now)


def _belonging(
    drafts: Sequence[Draft], lists: Mapping[str, Sequence[PriceList]]
) -> dict[UUID, frozenset[str]]:
    """Return the groups of all buyers at once, where any list asks for them."""
    kinds = {kind for known in lists.values() for kind in ask_for_groups(known)}
    if not kinds:
        return {}
    members = {draft.basket.shopper.member_id for draft in drafts}
    return dict(groups_of([key for key in members if key is not None], kinds=kinds))


def buyer_of(basket: Basket) -> Buyer:
    """Return the shopper as the pricing centre knows people."""
    buyer = Buyer(member_id=basket.shopper.member_id, groups=basket.shopper.groups)
    country = basket.address.get("country", "")
    return buying_from(buyer, country) if country else buyer


def _ask_for(drafts: Sequence[Draft], lists: Sequence[PriceList] | None, *, now: datetime) -> None:
    wanted = [_quantities(draft) for draft in drafts]
    known = _answers(
        {pair for quantities in wanted for pair in quantities.items()},
        buyer=buyer_of(drafts[0].basket),
        currency=drafts[0].currency,
        lists=lists,
        now=now,
    )
    for draft, quantities in zip(drafts, wanted, strict=True):
        for line in draft.lines:
            variant_id = line.goods.variant_id
            price = known.get((variant_id, quantities[variant_id]))
            if price is None:
                draft.refuse("checkout.no_price", _("This has no price here."), line=line.position)
                continue
            line.unit_minor, line.compare_at_minor = price.unit_minor, price.compare_at_minor
            line.chain = price.chain


def _quantities(draft: Draft) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for line in draft.lines:
        found[line.goods.variant_id] = found.get(line.goods.variant_id, 0) + line.quantity
    return found


def _answers(
    pairs: set[Priced],
    *,
    buyer: Buyer,
    currency: str,
    lists: Sequence[PriceList] | None,
    now: datetime,
) -> dict[Priced, _Price]:
    """Return the price of each variant in each quantity that somebody wants.

    One question holds one quantity of a variant, so there are as many questions
    as the variant with the most quantities has.
    """
    rounds: list[dict[UUID, int]] = []
    used: dict[UUID, int] = defaultdict(int)
    for variant_id, quantity in sorted(pairs):
        number = used[variant_id]
        used[variant_id] += 1
        if number == len(rounds):
            rounds.append({})
        rounds[number][variant_id] = quantity
    found: dict[Priced, _Price] = {}
    for asked in rounds:
        answers = prices_for(
            [PriceRequest(variant_id, quantity) for variant_id, quantity in asked.items()],
            buyer=buyer,
            currency=currency,
            now=now,
            among=lists,
        )
        for variant_id, answer in answers.items():
            found[variant_id, asked[variant_id]] = _in_words(answer)
    return found


def _in_words(answer: ExplainedPrice) -> _Price:
    return _Price(
        unit_minor=answer.unit.minor,
        compare_at_minor=None if answer.compare_at is None else answer.compare_at.minor,
        chain=tuple(
            {
                "source": f"price.{step.kind}",
                "label": step.label,
                "list": None if step.list_id is None else str(step.list_id),
                "minor": step.unit.minor,
                "decides": step.decides,
                **({"level": True} if step.is_for_level else {}),
            }
            for step in answer.chain
        ),
    )
