"""What freight costs, as blocks ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.cart.values import CartView
from kernel.catalogue.models import Variant
from kernel.members.models import Address
from kernel.members.services.addresses import addresses_of
from kernel.shipping.estimates import estimate
from kernel.shipping.places import Where, where_of
from kernel.shipping.selectors import free_tables, plans_of, shipping_methods
from themes.contract import Binding, PageContext
from themes.fields import Json
from themes.places import address_data
from themes.shipping.shown import cart_freight, loads_in
from themes.sources import Source

_FACTS: Final = ("weight_grams", "volume_cm3")


def _load_free_from(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    """Return from which amount on each way is free, by template; see `free_tables`."""
    address = _address(page)
    where = where_of(address_data(address)) if address else Where()
    ways = shipping_methods(page.currency)
    return [free_tables(ways, plans_of(page.currency), where)] * len(bindings)


def freight_of(view: CartView, page: PageContext, *, off_minor: int) -> Mapping[str, Json] | None:
    """Return what a member's cart costs to bring to his usual address; None when not known.

    Args:
        view: the cart.
        page: who looks at it.
        off_minor: what promotions take off at most.
    """
    address = _address(page)
    if address is None:
        return None
    keys = [line.variant_id for line in view.to_buy if line.variant_id]
    rows = Variant.objects.filter(pk__in=keys)
    facts = {key: (grams, cm3) for key, grams, cm3 in rows.values_list("pk", *_FACTS)}
    loads = loads_in(view, facts)
    if not loads:
        return None
    found = estimate(loads, where_of(address_data(address)), currency=page.currency)
    return cart_freight(found, address, page.currency, off_minor=off_minor)


def _address(page: PageContext) -> Address | None:
    member = page.viewer.member_id if page.viewer else None
    return addresses_of(member).first() if member else None


FREE_FROM: Final = Source(of="shipping.free_from", load=_load_free_from, reads=(), vary="member")
