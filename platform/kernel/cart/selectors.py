"""A cart as it is now: with today's prices and stock, and what the buyer should know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import get_language

from kernel.cart.choices import CartPurpose, Fulfilment, WarningCode
from kernel.cart.goods import Goods, is_on_sale, limits_of, priced_quantities, prices_of
from kernel.cart.models import Cart, CartLine
from kernel.cart.values import CartGroup, CartOwner, CartView, Limits, LineView, Notice
from kernel.catalogue.choices import PictureState, ProductKind
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.texts import translated
from kernel.common.db.kept import Kept
from kernel.common.money import Money
from kernel.inventory.services import Available, availability
from kernel.inventory.values import Ref
from kernel.pricing.services import ExplainedPrice
from kernel.tenancy.context import current_tenant

_FULFILMENT: Final = {
    ProductKind.VIRTUAL.value: Fulfilment.DIGITAL,
    ProductKind.CARD_KEY.value: Fulfilment.DIGITAL,
    ProductKind.SERVICE.value: Fulfilment.SERVICE,
}
# A price that changed is told; it keeps nothing out of checkout.
_ONLY_TOLD: Final = frozenset({WarningCode.PRICE_RAISED, WarningCode.PRICE_LOWERED})


def _lines(**whose: object) -> QuerySet[CartLine]:
    return CartLine.objects.filter(**whose).order_by("id")


def _with_goods(lines: QuerySet[CartLine]) -> QuerySet[CartLine]:
    first = (
        Picture.objects.filter(product=OuterRef("variant__product"), state=PictureState.READY)
        .order_by("position", "id")
        .values("file")[:1]
    )
    shown = lines.select_related("variant__product", "variant__image").only(*_SHOWN)
    return shown.annotate(first_picture=Subquery(first))


# What is shown of a line: a product's texts are long, and there are many other columns.
_SHOWN: Final = (
    *("cart", "title_seen", "quantity", "options", "form", "campaign", "selected"),
    *("unit_minor_seen", "currency_seen", "variant__sku", "variant__title", "variant__status"),
    *(
        "variant__ships_by",
        "variant__out_of_stock",
        "variant__oversell_limit",
        "variant__image__file",
        "variant__product__handle",
        "variant__product__title",
    ),
    *("variant__product__i18n", "variant__product__kind", "variant__product__seller_id"),
    *("variant__product__status", "variant__product__published_from"),
    *("variant__product__published_until", "variant__product__min_per_order"),
    *("variant__product__max_per_order", "variant__product__max_per_member"),
    *("variant__product__step", "variant__product__freight_template"),
)
_SELECTED_OF_MEMBER: Final = Kept(
    lambda owner, purpose: _lines(cart__member_id=owner, cart__purpose=purpose, selected=True),
    owner=UUID,
    purpose=str,
)
_SELECTED_OF_TOKEN: Final = Kept(
    lambda owner, purpose: _lines(cart__token_hash=owner, cart__purpose=purpose, selected=True),
    owner=str,
    purpose=str,
)
_ALL_OF_MEMBER: Final = Kept(
    lambda owner, purpose: _with_goods(_lines(cart__member_id=owner, cart__purpose=purpose)),
    owner=UUID,
    purpose=str,
)
_ALL_OF_TOKEN: Final = Kept(
    lambda owner, purpose: _with_goods(_lines(cart__token_hash=owner, cart__purpose=purpose)),
    owner=str,
    purpose=str,
)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of all lines' goods, each read once."""

    currency: str
    prices: dict[UUID, ExplainedPrice]
    left: dict[UUID, int]
    there: dict[UUID, int]
    pieces: dict[UUID, int]


def holder_of(cart: Cart | UUID) -> Ref:
    """Return as whom a cart's checkout holds stock."""
    return ("cart", cart if isinstance(cart, UUID) else cart.pk)


def find_cart(owner: CartOwner, *, purpose: CartPurpose = CartPurpose.CART) -> Cart | None:
    """Return the owner's cart, or None before anything was put into it; one query."""
    return Cart.objects.filter(**owner.as_filter(), purpose=purpose).first()


def selected_lines(
    owner: CartOwner, *, purpose: CartPurpose = CartPurpose.CART
) -> Sequence[CartLine]:
    """Return the lines that go to checkout; one query."""
    if owner.member_id is not None:
        return _SELECTED_OF_MEMBER(owner=owner.member_id, purpose=purpose.value)
    return _SELECTED_OF_TOKEN(owner=owner.token_hash, purpose=purpose.value)


def read(
    owner: CartOwner,
    *,
    now: datetime,
    purpose: CartPurpose = CartPurpose.CART,
    known: Goods | None = None,
) -> CartView:
    """Return the owner's cart; three queries, six more where price lists have rules.

    Args:
        owner: whose.
        now: the moment.
        purpose: which of the owner's carts.
        known: what was looked up at this moment, and is not asked for again.
    """
    if owner.member_id is not None:
        lines = _ALL_OF_MEMBER(owner=owner.member_id, purpose=purpose.value)
    else:
        lines = _ALL_OF_TOKEN(owner=owner.token_hash, purpose=purpose.value)
    currency = current_tenant().currency
    if not lines:
        cart = find_cart(owner, purpose=purpose)
        return CartView(cart.pk if cart else None, (), (), Money.zero(currency), 0)
    cart_id: UUID = lines[0].cart_id
    facts = _facts(cart_id, lines, owner=owner, now=now, known=known)
    shown = [(line, _line_view(line, facts, now=now)) for line in lines]
    groups = tuple(_groups(shown, currency))
    return CartView(
        cart_id,
        groups,
        tuple((view.id, notice) for _line, view in shown for notice in view.notices),
        _sum((group.subtotal for group in groups), currency),
        sum(line.quantity for line in lines),
    )


def is_known(owner: CartOwner) -> bool:
    """Tell whether the owner ever had a cart here; one query."""
    return Cart.objects.filter(**owner.as_filter()).exists()


def pieces_in(owner: CartOwner) -> int:
    """Return how many pieces are in the owner's cart; one query."""
    carts = Cart.objects.filter(**owner.as_filter(), purpose=CartPurpose.CART)
    rows = CartLine.objects.filter(cart__in=carts)
    return sum(rows.values_list("quantity", flat=True))


def _facts(
    cart_id: UUID,
    lines: Sequence[CartLine],
    *,
    owner: CartOwner,
    now: datetime,
    known: Goods | None,
) -> _Facts:
    existing = [(line, line.variant) for line in lines if line.variant is not None]
    pieces: dict[UUID, int] = defaultdict(int)
    for line, variant in existing:
        pieces[variant.product_id] += line.quantity if line.selected else 0
    quantities = priced_quantities(
        (variant.pk, line.quantity, line.selected)
        for line, variant in existing
        if is_on_sale(variant, now=now)
    )
    prices: dict[UUID, ExplainedPrice] = {}
    stock: dict[UUID, Available] = {}
    if known is not None and quantities.get(known.variant.pk) == known.quantity:
        del quantities[known.variant.pk]
        stock[known.variant.pk] = known.stock
        if known.price is not None:
            prices[known.variant.pk] = known.price
    if quantities:
        stock |= availability(list(quantities), holder=holder_of(cart_id), now=now)
        prices |= prices_of(quantities, owner=owner, now=now)
    return _Facts(
        currency=current_tenant().currency,
        prices=prices,
        left={variant: available.sellable for variant, available in stock.items()},
        there={variant: available.in_stock for variant, available in stock.items()},
        pieces=pieces,
    )


def _line_view(line: CartLine, facts: _Facts, *, now: datetime) -> LineView:
    variant = line.variant
    if variant is None:
        return _gone(line)
    product: Product = variant.product
    price = facts.prices.get(variant.pk)
    available = max(facts.left.get(variant.pk, 0), 0)
    notices = tuple(_notices(line, price, available, facts))
    is_buyable = all(notice.code in _ONLY_TOLD for notice in notices)
    is_there = variant.is_uncounted or facts.there.get(variant.pk, 0) >= line.quantity
    is_ahead = is_buyable and not is_there
    if line.selected and price is not None:
        # Two lines of one variant share what there is, the older one first.
        facts.left[variant.pk] = available - min(line.quantity, available)
    return LineView(
        id=line.pk,
        variant_id=variant.pk,
        product_id=product.pk,
        handle=product.handle,
        sku=variant.sku,
        title=translated(product.i18n, get_language(), "title", product.title),
        variant_title=variant.title,
        picture=variant.image.file if variant.image else getattr(line, "first_picture", None) or "",
        quantity=line.quantity,
        unit=price.unit if price else None,
        compare_at=price.compare_at if price else None,
        total=price.unit * line.quantity if price else None,
        selected=line.selected,
        options=line.options,
        form=line.form,
        campaign=line.campaign,
        available=available,
        limits=limits_of(product),
        is_buyable=is_buyable,
        notices=notices,
        freight_template=product.freight_template,
        is_ahead=is_ahead,
        ships_by=variant.ships_by if is_ahead else None,
        plain=price.plain if price else None,
    )


def _gone(line: CartLine) -> LineView:
    return LineView(
        id=line.pk,
        variant_id=None,
        product_id=None,
        handle="",
        sku="",
        title=line.title_seen,
        variant_title="",
        picture="",
        quantity=line.quantity,
        unit=None,
        compare_at=None,
        total=None,
        selected=line.selected,
        options=line.options,
        form=line.form,
        campaign=line.campaign,
        available=0,
        limits=Limits(),
        is_buyable=False,
        notices=(Notice(WarningCode.NOT_ON_SALE),),
    )


def _notices(
    line: CartLine, price: ExplainedPrice | None, available: int, facts: _Facts
) -> Iterator[Notice]:
    if price is None:
        yield Notice(WarningCode.NOT_ON_SALE)
        return
    if available == 0:
        yield Notice(WarningCode.SOLD_OUT, available=0)
    elif available < line.quantity:
        yield Notice(WarningCode.LESS_LEFT, available=available)
    product = line.variant.product
    limits = limits_of(product)
    whole = facts.pieces[product.pk] + (0 if line.selected else line.quantity)
    if limits.maximum is not None and whole > limits.maximum:
        yield Notice(WarningCode.OVER_LIMIT, available=limits.maximum)
    if whole < limits.minimum:
        yield Notice(WarningCode.BELOW_MINIMUM, available=limits.minimum)
    if line.quantity % limits.step:
        yield Notice(WarningCode.WRONG_STEP, available=limits.step)
    if line.unit_minor_seen is None or line.currency_seen != price.unit.currency:
        return
    was = Money(line.unit_minor_seen, line.currency_seen)
    if price.unit != was:
        raised = price.unit > was
        yield Notice(WarningCode.PRICE_RAISED if raised else WarningCode.PRICE_LOWERED, was=was)


def _groups(shown: Sequence[tuple[CartLine, LineView]], currency: str) -> Iterator[CartGroup]:
    found: dict[tuple[UUID | None, Fulfilment], list[LineView]] = defaultdict(list)
    for line, view in shown:
        product = line.variant.product if line.variant else None
        seller = product.seller_id if product else None
        kind = product.kind if product else ""
        found[seller, _FULFILMENT.get(kind, Fulfilment.SHIPPED)].append(view)
    for (seller, fulfilment), views in found.items():
        counted = (view.total for view in views if view.selected and view.is_buyable and view.total)
        yield CartGroup(seller, fulfilment, tuple(views), _sum(counted, currency))


def _sum(amounts: Iterator[Money], currency: str) -> Money:
    return sum(amounts, Money.zero(currency))
