"""What a cart needs to know of variants: whether, how many and for how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.cart.errors import NotOnSale, QuantityNotAllowed
from kernel.cart.values import CartOwner, Limits
from kernel.catalogue.choices import ProductStatus, VariantStatus
from kernel.catalogue.models import Product, Variant
from kernel.common.db.kept import Kept
from kernel.inventory.errors import OutOfStock
from kernel.inventory.services import Available, availability
from kernel.inventory.values import Ref, Shortage, checked_quantity
from kernel.pricing.services import Buyer, ExplainedPrice, PriceRequest, prices_for
from kernel.tenancy.context import current_tenant

_ASKED: Final = (
    *("sku", "title", "status", "product__title", "product__status", "product__published_from"),
    *("product__published_until", "product__min_per_order", "product__max_per_order"),
    *("product__max_per_member", "product__step"),
)
_VARIANTS: Final = Kept(
    lambda variants: (
        Variant.objects.select_related("product").filter(pk__among=variants).only(*_ASKED)
    ),
    variants=list,
)


@dataclass(frozen=True, slots=True)
class Goods:
    """One variant now.

    Attributes:
        quantity: how many pieces were asked for.
        price: for so many; None without a price.
    """

    variant: Variant
    quantity: int
    price: ExplainedPrice | None
    stock: Available

    @property
    def product(self) -> Product:
        """The product of the variant."""
        found: Product = self.variant.product
        return found


def is_on_sale(variant: Variant, *, now: datetime) -> bool:
    """Tell whether a variant, read with its product, may be sold at a moment."""
    product = variant.product
    return (
        variant.status == VariantStatus.ACTIVE
        and product.status == ProductStatus.ACTIVE
        and (product.published_from is None or product.published_from <= now)
        and (product.published_until is None or now < product.published_until)
    )


def limits_of(product: Product) -> Limits:
    """Return what quantities of a product one order may have."""
    # Nobody can order more at once than he may ever have; checkout counts what he had before.
    most = [each for each in (product.max_per_order, product.max_per_member) if each is not None]
    return Limits(product.min_per_order, min(most, default=None), product.step)


def priced_quantities(lines: Iterable[tuple[UUID | None, int, bool]]) -> dict[UUID, int]:
    """Return for how many pieces of each variant a price is asked.

    What goes to checkout counts together. A variant of which nothing does is
    asked for as many as one of its lines has.

    Args:
        lines: variant, quantity, and whether the line goes to checkout.
    """
    chosen: dict[UUID, int] = {}
    first: dict[UUID, int] = {}
    for variant, quantity, selected in lines:
        if variant is not None:
            first.setdefault(variant, quantity)
            chosen[variant] = chosen.get(variant, 0) + (quantity if selected else 0)
    return {variant: quantity or first[variant] for variant, quantity in chosen.items()}


def prices_of(
    quantities: Mapping[UUID, int], *, owner: CartOwner, now: datetime
) -> dict[UUID, ExplainedPrice]:
    """Return what variants cost the owner of a cart, by quantity, in the shop's currency."""
    return prices_for(
        [PriceRequest(variant, quantity) for variant, quantity in quantities.items()],
        buyer=Buyer(member_id=owner.member_id),
        currency=current_tenant().currency,
        now=now,
    )


def goods_for_sale(
    quantities: Mapping[UUID, int], *, owner: CartOwner, holder: Ref | None, now: datetime
) -> dict[UUID, Goods]:
    """Return those of the variants that can be sold, with price and stock."""
    rows = _VARIANTS(variants=list(quantities))
    variants = {row.pk: row for row in rows if is_on_sale(row, now=now)}
    asked = {key: quantities[key] for key in variants}
    prices = prices_of(asked, owner=owner, now=now) if asked else {}
    stock = availability(list(prices), holder=holder, now=now)
    return {
        key: Goods(variants[key], asked[key], price, stock[key]) for key, price in prices.items()
    }


def the_goods(
    variant_id: UUID, quantity: int, *, owner: CartOwner, holder: Ref, now: datetime
) -> Goods:
    """Return one variant that can be sold.

    Raises:
        NotOnSale: it cannot.
        InvalidQuantity: nobody can mean the quantity.
    """
    found = goods_for_sale(
        {variant_id: checked_quantity(quantity)}, owner=owner, holder=holder, now=now
    )
    if variant_id not in found:
        raise NotOnSale
    return found[variant_id]


def check_quantity(goods: Goods, quantity: int, *, others: Iterable[int] = ()) -> None:
    """See that a line may have a quantity.

    Args:
        goods: what it is.
        quantity: of the line.
        others: quantities of the same product in other lines.

    Raises:
        QuantityNotAllowed: the product is not sold in such a quantity.
        OutOfStock: there is not so much.
    """
    limits = limits_of(goods.product)
    whole = quantity + sum(others)
    is_over = limits.maximum is not None and whole > limits.maximum
    if is_over or whole < limits.minimum or quantity % limits.step:
        raise QuantityNotAllowed(
            minimum=limits.minimum, maximum=limits.maximum, step=limits.step, wanted=whole
        )
    if quantity > goods.stock.sellable:
        short = Shortage(goods.variant.pk, quantity, goods.stock.sellable)
        raise OutOfStock(lines=[short.as_field()])
