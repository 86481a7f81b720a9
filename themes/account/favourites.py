"""Products that a member wants to find again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Product
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.members.services.favourites import add_favourite, favourites_of, remove_favourite
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import context_of, serve
from themes.same_origin import same_origin_only
from themes.shop.cards import cards_of

_KIND: Final = "product"
_MOST: Final = 60
_LONGEST_HANDLE: Final = 200


@never_cache
@require_safe
def favourites(request: HttpRequest) -> HttpResponse:
    """List them, the latest first; what is not sold any more is left out."""
    return _page(request)


@never_cache
@same_origin_only
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a product; strangers sign in first and press again."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    product_id = _product(request)
    try:
        add_favourite(member.pk, kind=_KIND, object_id=product_id, now=utc_now())
    except DomainError as refusal:
        return _page(request, notice=str(refusal), status=refusal.status)
    return redirect("account:favourites")


@never_cache
@same_origin_only
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Keep a product no longer."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    remove_favourite(member.pk, kind=_KIND, object_id=_product(request))
    return redirect("account:favourites")


def _page(request: HttpRequest, *, notice: str = "", status: int = 200) -> HttpResponse:
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    kept = favourites_of(member.pk, kind=_KIND).values_list("object_id", flat=True)[:_MOST]
    ids = list(kept)
    on_sale = Product.objects.filter(pk__in=ids, status=ProductStatus.ACTIVE)
    there = set(on_sale.values_list("pk", flat=True))
    cards = cards_of([key for key in ids if key in there], context_of("favourites", {}))
    shown: dict[str, Json] = {
        "notice": notice,
        "products": [cards[key] for key in ids if key in cards],
    }
    return serve(request, "favourites", inputs={"favourites": shown}, status=status)


def _product(request: HttpRequest) -> UUID:
    handle = request.POST.get("product", "")[:_LONGEST_HANDLE].replace("\x00", "")
    found = Product.objects.filter(handle=handle).values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return found
