"""A hundred promotions, and a cart that they work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter, process_time
from typing import Any, Final, TypedDict

from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra.bench.child import say
from infra.bench.shop.goods import ACTOR, fill_shelves
from infra.bench.shop.steps import the_shop
from infra.bench.shop.visitors import ADDRESS
from kernel.catalogue.models import Category, Variant
from kernel.checkout.drafts import Draft, PipelineContext
from kernel.checkout.pipeline import steps
from kernel.checkout.quoting import quote_basket
from kernel.checkout.services import Basket, Item, Shopper
from kernel.common.time import utc_now
from kernel.promotions.discounts import applied_to
from kernel.promotions.models import Promotion
from kernel.promotions.services import PromotionFields, create_promotion
from kernel.tenancy.context import tenant_context

SOME: Final = 24
"""So many promotions are of every kind and scope."""
_LINES: Final = 30
_WARMING: Final = 5
_OURS: Final = "promotions."


class Reckoned(TypedDict):
    """What was measured; seconds of the steps of promotions, and of whole quotes."""

    promotions: int
    seconds: list[float]
    cpu_seconds: list[float]
    seconds_without: list[float]
    quotes: list[float]
    queries: int
    queries_of_some: int
    in_effect: int


def reckon(promotions: int, rounds: int) -> Reckoned:
    """Reckon a cart of thirty lines without promotions, with some of all kinds, and with many."""
    with tenant_context(the_shop()):
        say("filling the shelves", 0, 1)
        fill_shelves(_LINES, pictured=0, now=utc_now())
        basket = cart()
        without, _cpu = _seconds(basket, rounds)
        make_promotions(SOME)
        of_some = _queries(basket)
        make_promotions(promotions - SOME)
        say("reckoning", 0, rounds)
        seconds, cpu_seconds = _seconds(basket, rounds)
        return {
            "promotions": Promotion.objects.count(),
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "seconds_without": without,
            "quotes": _quotes(basket, rounds),
            "queries": _queries(basket),
            "queries_of_some": of_some,
            "in_effect": len(applied_to(_run(basket)[0])),
        }


def cart() -> Basket:
    """Put one or some of each of thirty products into a basket."""
    variants = list(Variant.objects.order_by("sku").values_list("pk", flat=True))
    step = max(1, len(variants) // _LINES)
    items = [Item(key, number % 3 + 1) for number, key in enumerate(variants[::step][:_LINES])]
    return Basket(items, Shopper(email="ada@example.com"), "CNY", address=dict(ADDRESS))


def make_promotions(number: int) -> None:
    """Switch promotions of all kinds on: for all goods, for a category, for some products."""
    shelf = Category.objects.order_by("pk")[0].public_id
    some = list(Variant.objects.order_by("pk").select_related("product")[:_LINES])
    gift = some[-1].public_id
    kinds: Sequence[tuple[str, Mapping[str, Any]]] = (
        ("reduction", {"tiers": [{"from_minor": 5_000 * n, "off_minor": 300 * n} for n in (1, 2)]}),
        ("discount", {"off_bp": 500, "cap_minor": 2_000}),
        ("nth", {"nth": 2, "off_bp": 5_000}),
        ("bundle", {"pieces": 3, "price_minor": 2_500}),
        ("free_shipping", {"cap_minor": 1_000}),
        ("add_on", {"items": [{"variant": gift, "price_minor": 500}]}),
        ("discount", {"piece_minor": 50}),
        ("gift", {"variant": gift}),
    )
    there = Promotion.objects.count()
    for place in range(there, there + number):
        kind, terms = kinds[place % len(kinds)]
        product = some[place % len(some)].product.public_id
        scopes: Sequence[dict[str, Any]] = (
            {"include": [["category", shelf]]},
            {"include": [["product", product]]},
            {"exclude": [["product", product]]},
        )
        told: PromotionFields = {
            "name": f"Offer {place}",
            "terms": terms,
            "scope": scopes[place % len(scopes)],
            "conditions": [{"kind": "spend", "value": 1_000 + place}],
            "stacking": f"word-{place % 12}",
            "priority": place % 4,
            "uses_limit": 1_000_000,
            "is_active": True,
        }
        create_promotion(kind=kind, currency="CNY", told=told, actor=ACTOR, now=utc_now())


def _run(basket: Basket) -> tuple[Draft, float, float]:
    """Send a basket through the pipeline; return how long the steps of promotions took.

    By the clock, and by this process's processor.
    """
    draft, clock, cpu = Draft(basket), 0.0, 0.0
    context = PipelineContext(now=utc_now(), is_placing=False)
    for step in steps(context):
        before = perf_counter(), process_time()
        step.function([draft], context)
        if step.name.startswith(_OURS):
            clock += perf_counter() - before[0]
            cpu += process_time() - before[1]
    if draft.refusals:
        raise RuntimeError(f"the cart was refused: {draft.refusals}")
    return draft, clock, cpu


def _seconds(basket: Basket, rounds: int) -> tuple[list[float], list[float]]:
    found = [_run(basket)[1:] for _round in range(rounds + _WARMING)][_WARMING:]
    return [clock for clock, _cpu in found], [cpu for _clock, cpu in found]


def _quotes(basket: Basket, rounds: int) -> list[float]:
    found = []
    for _round in range(rounds):
        started = perf_counter()
        quote_basket(basket, now=utc_now())
        found.append(perf_counter() - started)
    return found


def _queries(basket: Basket) -> int:
    _run(basket)
    before = 0
    draft, context = Draft(basket), PipelineContext(now=utc_now(), is_placing=False)
    for step in steps(context):
        with CaptureQueriesContext(connection) as caught:
            step.function([draft], context)
        before += len(caught) if step.name.startswith(_OURS) else 0
    return before
