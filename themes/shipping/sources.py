"""What freight costs, as blocks ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.cart.values import CartView
from kernel.catalogue.choices import ProductKind
from kernel.catalogue.models import Variant
from kernel.members.models import Address
from kernel.members.services.addresses import addresses_of
from kernel.shipping.counting import Load
from kernel.shipping.estimates import estimate
from kernel.shipping.places import Where, where_of
from kernel.shipping.selectors import free_tables, plans_of, shipping_methods
from themes.contract import Binding, PageContext
from themes.fields import Json
from themes.places import address_data
from themes.shipping.shown import cart_freight, loads_in, product_freight
from themes.sources import Source

_TRAVELS: Final = frozenset({ProductKind.PHYSICAL, ProductKind.BUNDLE})
_FACTS: Final = (
    "weight_grams",
    "volume_cm3",
    "product__kind",
    "product__freight_template",
)


def _load_product(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_product(page, str(binding.get("handle", ""))) for binding in bindings]


def _product(page: PageContext, handle: str) -> list[Json]:
    rows = Variant.objects.filter(product__handle=handle).order_by("-is_default", "position", "id")
    facts = rows.values_list(*_FACTS).first()
    if facts is None or facts[2] not in _TRAVELS:
        return []
    grams, cm3, _kind, code = facts
    named = plans_of(page.currency).get(code) if code else None
    load = Load(0, pieces=1, grams=grams, cm3=cm3)
    return product_freight(shipping_methods(page.currency), named, load, page.currency)


def _load_free_from(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    """Return from which amount on each way is free, by template; see `free_tables`."""
    address = _address(page)
    where = where_of(address_data(address)) if address else Where()
    ways = shipping_methods(page.currency)
    return [free_tables(ways, plans_of(page.currency), where)] * len(bindings)


def freight_of(view: CartView, page: PageContext) -> Mapping[str, Json] | None:
    """Return what a member's cart costs to bring to his usual address; None when not known."""
    address = _address(page)
    if address is None:
        return None
    keys = [line.variant_id for line in view.to_buy if line.variant_id]
    rows = Variant.objects.filter(pk__in=keys)
    facts = {key: (grams, cm3) for key, grams, cm3 in rows.values_list("pk", *_FACTS[:2])}
    loads = loads_in(view, facts)
    if not loads:
        return None
    found = estimate(loads, where_of(address_data(address)), currency=page.currency)
    return cart_freight(found, address, page.currency)


def _address(page: PageContext) -> Address | None:
    member = page.viewer.member_id if page.viewer else None
    return addresses_of(member).first() if member else None


PRODUCT: Final = Source(of="shipping.product", load=_load_product, reads=("shipping", "catalogue"))
FREE_FROM: Final = Source(of="shipping.free_from", load=_load_free_from, reads=(), vary="member")
