"""Products as cards: title, picture, price, stock; a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.catalogue.models import Picture, Product
from kernel.catalogue.selectors.pictures import PictureShown, first_pictures
from kernel.catalogue.selectors.pictures import shown as shown_picture
from kernel.catalogue.texts import translated
from kernel.common.db.kept import Kept
from kernel.inventory.selectors import sellable_products
from kernel.pricing.services import ANYBODY, ExplainedPrice, PriceRequest, prices_for
from themes.contract import PageContext
from themes.resolving import picture_url
from themes.shop.amounts import shown

FEW: Final = 5
"""So many left, or fewer, are told."""


class Told(NamedTuple):
    """What a card tells of a product; making whole rows of them costs more than reading them."""

    pk: UUID
    handle: str
    title: str
    summary: str
    i18n: Mapping[str, Any]
    lead_variant_id: UUID | None
    lowest_minor: int | None
    highest_minor: int | None


_PRODUCTS: Final = Kept(
    lambda products: Product.objects.filter(pk__among=products).values_list(*Told._fields),
    products=list,
)


def href_of(handle: str) -> str:
    """Return a product's address."""
    return f"/products/{quote(handle)}/"


def text_in(product: Product | Told, name: str, language: str) -> str:
    """Return a text of a product in a language, or the one that is always there."""
    return translated(product.i18n, language, name, getattr(product, name))


def picture_of(picture: PictureShown, title: str) -> dict[str, Any] | None:
    """Return a picture with an address for each width, or None when it cannot be shown."""
    sized = [(width, picture_url(name)) for width, name in sorted(picture.renditions.items())]
    url = sized[-1][1] if sized else picture_url(picture.name)
    if not url:
        return None
    return {
        "id": str(picture.id),
        "url": url,
        "srcset": ", ".join(f"{address} {width}w" for width, address in sized),
        "alt": picture.alt or title,
        "width": picture.width or 1000,
        "height": picture.height or 1000,
    }


def cards_of(ids: Collection[UUID], page: PageContext) -> dict[UUID, dict[str, Any]]:
    """Return products by id as cards."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    pictures = first_pictures(wanted)
    sellable = sellable_products(wanted)
    found = [Told(*row) for row in _PRODUCTS(products=wanted)]
    prices = prices_of([each.lead_variant_id for each in found if each.lead_variant_id], page)
    return {
        each.pk: _card(
            each,
            page,
            picture=pictures.get(each.pk),
            price=prices.get(each.lead_variant_id) if each.lead_variant_id else None,
            is_sellable=each.pk in sellable,
        )
        for each in found
    }


def prices_of(variants: Collection[UUID], page: PageContext) -> dict[UUID, ExplainedPrice]:
    """Return what anybody pays for variants; a member's own prices stand in the cart."""
    requests = [PriceRequest(each) for each in variants]
    return prices_for(requests, buyer=ANYBODY, currency=page.currency, now=page.now)


def _card(
    product: Told,
    page: PageContext,
    *,
    picture: Picture | None,
    price: ExplainedPrice | None,
    is_sellable: bool,
) -> dict[str, Any]:
    title = text_in(product, "title", page.language)
    before = price.compare_at if price else None
    saving = 0
    if price is not None and before is not None:
        saving = round(100 * (before.minor - price.unit.minor) / before.minor)
    badge = "" if is_sellable else "sold_out"
    if is_sellable and saving:
        badge = "sale"
    return {
        "handle": product.handle,
        "href": href_of(product.handle),
        "title": title,
        "summary": text_in(product, "summary", page.language),
        "picture": picture_of(shown_picture(picture, page.language, title), title)
        if picture
        else None,
        "price": shown(price.unit) if price else None,
        "compare_at": shown(before) if before else None,
        "is_range": bool(product.highest_minor and product.highest_minor != product.lowest_minor),
        "badge": badge,
        "saving": _("-%(percent)s%%") % {"percent": saving} if badge == "sale" else "",
    }
