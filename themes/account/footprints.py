"""Products that a member looked at, the latest first."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Product
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.members.services.favourites import clear_footprints, footprints_of, leave_footprint
from themes.account.members import sign_in_first
from themes.contract import Viewer
from themes.fields import Json
from themes.pages import context_of, serve
from themes.shop.cards import cards_of

_KIND: Final = "product"
_MOST: Final = 60


@never_cache
@require_safe
def footprints(request: HttpRequest) -> HttpResponse:
    """List them; what is not sold any more is left out."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    seen = footprints_of(member.pk, kind=_KIND).values_list("object_id", flat=True)[:_MOST]
    ids = list(seen)
    on_sale = Product.objects.filter(pk__in=ids, status=ProductStatus.ACTIVE)
    there = set(on_sale.values_list("pk", flat=True))
    cards = cards_of([key for key in ids if key in there], context_of("footprints", {}))
    shown: dict[str, Json] = {"products": [cards[key] for key in ids if key in cards]}
    return serve(request, "footprints", inputs={"footprints": shown})


@never_cache
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Forget all of them."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    clear_footprints(member.pk)
    return redirect("account:footprints")


def note_look(viewer: Viewer, handle: str) -> None:
    """Note that a member looks at a product; strangers leave nothing."""
    if viewer.member_id is None or not handle:
        return
    found = Product.objects.filter(handle=handle, status=ProductStatus.ACTIVE)
    product_id = found.values_list("pk", flat=True).first()
    if product_id is not None:
        leave_footprint(viewer.member_id, kind=_KIND, object_id=product_id, now=utc_now())
