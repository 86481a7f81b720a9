"""Carts that are sent to somebody else: the link, what it holds, and taking it over."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.cart.limits import LINKS_OPENED
from kernel.cart.services import CartOwner, new_token, open_shared, share, take_shared
from kernel.cart.services.sharing import SharedLine
from kernel.catalogue.texts import translated
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from themes.cart.left import note_left
from themes.cart.owners import keep_token, writer
from themes.fields import Json
from themes.pages import serve
from themes.same_origin import same_origin_only
from themes.shop.amounts import text_of


@never_cache
@same_origin_only
@require_POST
def share_cart(request: HttpRequest) -> HttpResponse:
    """Show a link to what is selected. It names goods only, and lasts 30 days."""
    try:
        owner, token = writer(request)
        link = share(owner)
    except DomainError as refusal:
        return serve(request, "cart", inputs={"refusal": str(refusal)}, status=refusal.status)
    address = request.build_absolute_uri(reverse("cart-shared"))
    response = serve(request, "cart", inputs={"link": f"{address}?{urlencode({'link': link})}"})
    keep_token(response, token)
    return response


@never_cache
@require_safe
def shared_cart(request: HttpRequest) -> HttpResponse:
    """Show what a link holds, at the prices of whoever looks, above his own cart."""
    link = request.GET.get("link", "")
    member = member_of(request)
    # A stranger who only looks needs no cart of his own.
    owner = CartOwner(member_id=member.pk) if member else CartOwner(token=new_token())
    try:
        LINKS_OPENED.check(client_ip(request))
        lines = open_shared(link, owner=owner, now=utc_now())
    except DomainError as refusal:
        return serve(request, "cart", inputs={"refusal": str(refusal)}, status=refusal.status)
    offered: Json = {"link": link, "lines": [_line(line) for line in lines]}
    return serve(request, "cart", inputs={"offered": offered})


@never_cache
@same_origin_only
@require_POST
def take_cart(request: HttpRequest) -> HttpResponse:
    """Put what a link holds into one's own cart; the cart tells what did not fit."""
    try:
        owner, token = writer(request)
        dropped = take_shared(request.POST.get("link", ""), owner=owner, now=utc_now())
    except DomainError as refusal:
        return serve(request, "cart", inputs={"refusal": str(refusal)}, status=refusal.status)
    response = redirect("cart")
    keep_token(response, token)
    note_left(response, dropped)
    return response


def _line(line: SharedLine) -> dict[str, Json]:
    goods = line.goods
    if goods is None:
        return {"title": line.title, "variant": "", "quantity": line.wish.quantity, "price": ""}
    product = goods.product
    return {
        "title": translated(product.i18n, get_language(), "title", product.title),
        "variant": goods.variant.title,
        "quantity": line.wish.quantity,
        "price": text_of(goods.price.unit) if goods.price else "",
    }
