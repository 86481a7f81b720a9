"""What promotions would not have given for the rest of an order; asked by after-sales.

What took effect on an order is worked out anew for the goods that stay: the same offers
as they are now, whoever may have them, without limits. What those goods bear of the
discounts beyond that was given for goods that do not stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from kernel.aftersales.recounting import Unearned
from kernel.orders.choices import AdjustmentKind
from kernel.orders.models import Adjustment, Order, OrderLine
from kernel.promotions.case import BuyerFacts, CaseLine
from kernel.promotions.discounts import local_time, marks_for
from kernel.promotions.evaluation import Applied, Budgets, apply, evaluate
from kernel.promotions.models import Coupon, Promotion
from kernel.promotions.offers import COUPON, PROMOTION, Offer, coupon_offer, offer_of

_PARTS = 3


def recount(order: Order, lines: Sequence[OrderLine], kept: Mapping[UUID, int]) -> Unearned:
    """Return what is not earned when so many pieces of lines stay."""
    given: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Adjustment.objects.filter(order=order, kind=AdjustmentKind.DISCOUNT, line__isnull=False)
    for line_id, source, minor in rows.values_list("line", "source", "minor"):
        given[line_id][source] = given[line_id].get(source, 0) - minor
    offers = _offers({source for of in given.values() for source in of})
    if not offers:
        return Unearned()
    own = {line.pk: line for line in lines}
    found = _case_lines(_bought(order, lines), kept, offers)
    keys = {key: place for place, key in found.keys.items()}
    applied = _worked_out(order, offers, found.lines)
    known = {offer.source for offer in offers}
    borne = sum(
        sum(minor for source, minor in given[key].items() if source in known)
        * kept[key]
        // max(line.quantity, 1)
        for key, line in own.items()
        if not _is_gift(line)
    )
    again = sum(
        minor for each in applied for place, minor in each.benefit.off.items() if keys[place] in own
    )
    earning = {each.offer.source for each in applied if each.benefit.gifts}
    gifts = frozenset(
        key
        for key, line in own.items()
        if _is_gift(line) and given[key] and earning.isdisjoint(given[key])
    )
    return Unearned(max(borne - again, 0), gifts)


class _Lines:
    """Lines as promotions take them, with their places."""

    def __init__(self) -> None:
        self.lines: list[CaseLine] = []
        self.keys: dict[UUID, int] = {}


def _offers(sources: Iterable[str]) -> list[Offer]:
    """Return the offers behind the sources of discounts, as they are now; two queries."""
    ids: dict[str, dict[UUID, str]] = {PROMOTION: {}, COUPON: {}}
    for source in sources:
        parts = source.split(".")
        if len(parts) == _PARTS and parts[0] in ids and _is_hex(parts[1]):
            ids[parts[0]][UUID(parts[1])] = source
    found: list[Offer] = []
    if ids[PROMOTION]:
        rows = Promotion.objects.filter(pk__in=ids[PROMOTION]).order_by("-priority", "id")
        found += [offer for row in rows if (offer := offer_of(row)) is not None]
    if ids[COUPON]:
        held = Coupon.objects.filter(pk__in=ids[COUPON]).select_related("template")
        found += [coupon_offer(row.template, row.pk) for row in held.order_by("id")]
    return found


def _bought(order: Order, lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Return what was bought together: offers looked at the orders of all sellers."""
    others = OrderLine.objects.filter(order__group=order.group_id).exclude(order=order)
    return [*lines, *others.select_related("order").order_by("order", "position")]


def _case_lines(
    bought: Sequence[OrderLine], kept: Mapping[UUID, int], offers: Sequence[Offer]
) -> _Lines:
    goods = [(line.variant_id, line.product_id, line.order.seller_id) for line in bought]
    marks = marks_for(goods, offers)
    found = _Lines()
    for place, line in enumerate(bought):
        own = line.quantity - line.cancelled_quantity - line.returned_quantity
        quantity = kept.get(line.pk, own)
        if quantity <= 0 or _is_gift(line):
            continue
        found.keys[line.pk] = place
        found.lines.append(
            CaseLine(
                key=place,
                variant_id=line.variant_id,
                product_id=line.product_id,
                seller_id=line.order.seller_id,
                unit_minor=line.unit_minor,
                quantity=quantity,
                left_minor=line.unit_minor * quantity,
                marks=marks[line.variant_id],
            )
        )
    return found


def _worked_out(order: Order, offers: Sequence[Offer], lines: Sequence[CaseLine]) -> list[Applied]:
    # Whose offer it was need not be asked again, nor whether it was his first order.
    buyer = BuyerFacts(order.member_id, frozenset(), local_time(order.placed_at), True)
    budgets = Budgets()
    promotions = [offer for offer in offers if offer.template_key is None]
    applied = evaluate(promotions, lines, buyer, budgets)
    for offer in offers:
        if offer.template_key is not None:
            one = apply(offer, lines, buyer, budgets)
            applied += [one] if one is not None else []
    return applied


def _is_gift(line: OrderLine) -> bool:
    return bool((line.snapshot.get("options") or {}).get("gift"))


def _is_hex(text: str) -> bool:
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)  # noqa: PLR2004
