"""Finds what is bought, and whether it may be bought in this quantity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kernel.catalogue.choices import ProductKind
from kernel.checkout.drafts import Draft, DraftLine, PipelineContext
from kernel.inventory.values import MOST_QUANTITY
from kernel.orders.choices import FulfilmentMethod
from kernel.orders.goods import goods_of

MOST_LINES: Final = 200

WITHOUT_PARCEL: Final = {
    ProductKind.CARD_KEY: FulfilmentMethod.DIGITAL,
    ProductKind.VIRTUAL: FulfilmentMethod.DIGITAL,
    ProductKind.SERVICE: FulfilmentMethod.VIRTUAL,
}

_BOUGHT: Final = """
SELECT o.member_id, l.product_id, SUM(l.quantity - l.cancelled_quantity - l.returned_quantity)
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
 WHERE o.member_id = ANY(%s) AND l.product_id = ANY(%s) AND o.status <> 'cancelled'
 GROUP BY 1, 2
"""
_LOCK_MEMBERS: Final = (
    "SELECT id FROM members_member WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
)


def look_up(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Give each item its goods; refuse what is not on sale."""
    known = goods_of(item.variant_id for draft in drafts for item in draft.basket.items)
    for draft in drafts:
        items = draft.basket.items
        if not items or len(items) > MOST_LINES:
            draft.refuse("checkout.empty", _("There is nothing to order."), most_lines=MOST_LINES)
        for position, item in enumerate(items[:MOST_LINES]):
            goods = known.get(item.variant_id)
            if goods is None or not goods.is_on_sale(context.now):
                draft.refuse(
                    "checkout.not_on_sale", _("This is not on sale any more."), line=position
                )
                continue
            if not 0 < item.quantity <= MOST_QUANTITY:
                draft.refuse(
                    "checkout.invalid_quantity", _("This quantity is not possible."), line=position
                )
                continue
            method = WITHOUT_PARCEL.get(goods.kind, FulfilmentMethod.EXPRESS)
            draft.lines.append(DraftLine(position, item, goods, method=method))


def check_limits(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Hold orders to what the products allow of each order and each member.

    A member stands at most once in a batch that is placed.
    """
    bought = _bought(drafts, is_placing=context.is_placing)
    for draft in drafts:
        wanted: dict[UUID, int] = defaultdict(int)
        first: dict[UUID, DraftLine] = {}
        for line in draft.lines:
            if line.goods.is_limited:
                wanted[line.goods.product_id] += line.quantity
                first.setdefault(line.goods.product_id, line)
        member_id = draft.basket.shopper.member_id
        for product_id, quantity in wanted.items():
            line = first[product_id]
            before = bought.get((member_id, product_id), 0) if member_id else 0
            _check(draft, line, quantity=quantity, before=before)


def _check(draft: Draft, line: DraftLine, *, quantity: int, before: int) -> None:
    goods = line.goods
    lowest, step = goods.limit("min_per_order") or 1, goods.limit("step") or 1
    highest, per_member = goods.limit("max_per_order"), goods.limit("max_per_member")
    if quantity < lowest:
        draft.refuse(
            "checkout.below_minimum",
            _("More of this must be ordered at once."),
            line=line.position,
            minimum=lowest,
        )
    elif highest is not None and quantity > highest:
        draft.refuse(
            "checkout.above_maximum",
            _("Less of this may be ordered at once."),
            line=line.position,
            maximum=highest,
        )
    elif quantity % step:
        draft.refuse(
            "checkout.off_step",
            _("This is sold in other quantities."),
            line=line.position,
            minimum=lowest,
            step=step,
        )
    elif per_member is not None:
        if draft.basket.shopper.member_id is None:
            draft.refuse(
                "checkout.members_only",
                _("Please sign in to buy this: each member may have a few."),
                line=line.position,
            )
        elif before + quantity > per_member:
            draft.refuse(
                "checkout.above_member_limit",
                _("You have bought as many of these as one member may."),
                line=line.position,
                maximum=per_member,
                left=max(per_member - before, 0),
            )


def _bought(drafts: Sequence[Draft], *, is_placing: bool) -> dict[tuple[UUID, UUID], int]:
    """Return what members have of products that are limited by member; at most two queries."""
    limited = [
        (draft.basket.shopper.member_id, line.goods.product_id)
        for draft in drafts
        for line in draft.lines
        if line.goods.is_limited
        and line.goods.limit("max_per_member") is not None
        and draft.basket.shopper.member_id is not None
    ]
    if not limited:
        return {}
    members = sorted({member_id for member_id, _product in limited})
    with connection.cursor() as cursor:
        if is_placing:
            # Two orders of one member at the same moment would both count without the other.
            cursor.execute(_LOCK_MEMBERS, [members])
        cursor.execute(_BOUGHT, [members, list({product for _member, product in limited})])
        return {(row[0], row[1]): int(row[2]) for row in cursor.fetchall()}
