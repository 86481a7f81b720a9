"""Things to sell, and orders of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.catalogue.choices import ProductKind, ProductStatus
from kernel.catalogue.models import Product, Variant
from kernel.checkout.baskets import Basket, Choices, Item, Placement, Shopper
from kernel.checkout.placing import place_one
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.inventory.services import StockLine, default_location, receive
from kernel.members.models import Member
from kernel.orders.models import Order, OrderGroup
from kernel.orders.services.money import receive_payment
from kernel.pricing.models import BasePrice

TESTER = Actor.system("tests")
ADDRESS: Mapping[str, str] = {
    "name": "王小梅",
    "phone": "+8613800138000",
    "region_code": "310104",
    "region": "上海市 徐汇区",
    "line": "淮海中路 1 号",
    "postcode": "200030",
}


def make_variant(
    *,
    minor: int = 1000,
    stock: int = 100,
    currency: str = "CNY",
    kind: str = ProductKind.PHYSICAL,
    **product: object,
) -> Variant:
    """Put something on sale, with a price and a stock."""
    label = token_hex(5)
    made = Product.objects.create(
        **{
            "handle": label,
            "kind": kind,
            "title": f"Tea {label}",
            "status": ProductStatus.ACTIVE,
            **product,
        }
    )
    variant = Variant.objects.create(product=made, sku=f"SKU-{label}", is_default=True)
    BasePrice.objects.create(variant=variant, currency=currency, minor=minor)
    if stock:
        line = StockLine(variant.pk, default_location().pk, stock)
        receive([line], actor=TESTER, reason="opening")
    return variant


def make_member() -> Member:
    """Register somebody."""
    return Member.objects.create(login=f"{token_hex(6)}@example.com", name="兰兰")


def make_basket(
    *items: tuple[UUID, int],
    member_id: UUID | None = None,
    token: str = "",
    shipping: str = "",
    currency: str = "CNY",
    address: Mapping[str, str] | None = None,
) -> Basket:
    """Put variants and quantities into a basket."""
    guest = Shopper(email="guest@example.com", token=token or token_hex(8))
    return Basket(
        items=[Item(variant_id, quantity) for variant_id, quantity in items],
        shopper=Shopper(member_id=member_id) if member_id else guest,
        currency=currency,
        address=dict(ADDRESS if address is None else address),
        choices=Choices(shipping=shipping),
    )


def make_placement(
    *items: tuple[UUID, int],
    member_id: UUID | None = None,
    key: str = "",
    expected: int | None = None,
) -> Placement:
    """Ask for variants and quantities."""
    total = None if expected is None else Money(expected, "CNY")
    return Placement(make_basket(*items, member_id=member_id), key or token_hex(8), total)


def place(
    *items: tuple[UUID, int], member_id: UUID | None = None, now: datetime | None = None
) -> OrderGroup:
    """Place an order."""
    placement = make_placement(*items, member_id=member_id)
    return place_one(placement, actor=TESTER, now=now or utc_now())


def orders_in(group: OrderGroup) -> Sequence[Order]:
    """Return the orders of a group as they are now."""
    return list(Order.objects.filter(group=group).order_by("number"))


def pay(group: OrderGroup, *, reference: str = "", now: datetime | None = None) -> None:
    """Let the whole amount of a group come."""
    receive_payment(
        group.pk,
        group.total_minor,
        reference=reference or token_hex(6),
        actor=TESTER,
        now=now or utc_now(),
    )
