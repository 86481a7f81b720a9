"""The cart's page, and what its forms and those of products do."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.cart.errors import NotOnSale
from kernel.cart.services import (
    CartOwner,
    Wish,
    accept_prices,
    add,
    buy_now,
    change,
    remove,
    select,
)
from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import Variant, VariantValue
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from themes.cart.left import forget_left, left_behind
from themes.cart.owners import keep_token, writer
from themes.pages import serve
from themes.same_origin import same_origin_only

_OPTION = "option-"
_MOST_DIGITS = 7


@never_cache
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """Show what somebody is about to buy, and once what did not come along at sign-in."""
    left = left_behind(request)
    response = serve(request, "cart", inputs={"left": left})
    if left:
        forget_left(response)
    return response


@never_cache
@same_origin_only
@require_POST
def add_to_cart(request: HttpRequest) -> HttpResponse:
    """Put the chosen variant of a product into the cart."""
    try:
        owner, token = writer(request)
        wish = Wish(_chosen_variant(request.POST), _number(request.POST.get("quantity", "1")))
        buys_now = request.POST.get("then") == "checkout"
        (buy_now if buys_now else add)(owner, wish, now=utc_now())
    except DomainError as refusal:
        return _refused(request, refusal)
    response = redirect(f"{reverse('checkout')}?buy=now" if buys_now else reverse("cart"))
    keep_token(response, token)
    return response


@never_cache
@same_origin_only
@require_POST
def change_cart(request: HttpRequest) -> HttpResponse:
    """Do what the cart's form says: other quantities, another choice, fewer lines."""
    try:
        owner, token = writer(request)
        _change(owner, request.POST)
    except DomainError as refusal:
        return _refused(request, refusal)
    response = redirect("cart")
    keep_token(response, token)
    return response


def _change(owner: CartOwner, form: QueryDict) -> None:
    now = utc_now()
    if (gone := _key(form.get("remove", ""))) is not None:
        remove(owner, [gone], now=now)
        return
    if (added := _key(form.get("add", ""))) is not None:
        add(owner, Wish(added, 1), now=now)
        return
    lines = [key for text in form.getlist("line") if (key := _key(text)) is not None]
    chosen = [key for key in lines if f"selected-{key}" in form]
    select(owner, chosen, selected=True, now=now)
    select(owner, [key for key in lines if key not in chosen], selected=False, now=now)
    for key in lines:
        wanted = _number(form.get(f"quantity-{key}", ""))
        if wanted != _number(form.get(f"before-{key}", "")):
            change(owner, key, wanted, now=now)
    accept_prices(owner, now=now)


def _chosen_variant(form: QueryDict) -> UUID:
    """Return the variant that a product's form describes.

    Raises:
        NotOnSale: there is none like it.
    """
    chosen = {
        key
        for name, text in form.items()
        if name.startswith(_OPTION) and (key := _key(str(text))) is not None
    }
    variants = Variant.objects.filter(
        product__handle=form.get("product", "")[:200].replace("\x00", ""),
        status=VariantStatus.ACTIVE,
    )
    keys = list(variants.order_by("position", "id").values_list("pk", flat=True))
    values: dict[UUID, set[UUID]] = {}
    rows = VariantValue.objects.filter(variant__in=keys)
    for variant, value in rows.values_list("variant_id", "option_value_id"):
        values.setdefault(variant, set()).add(value)
    for key in keys:
        if values.get(key, set()) == chosen:
            return key
    raise NotOnSale


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    return serve(request, "cart", inputs={"refusal": str(refusal)}, status=refusal.status)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    """Return a quantity; 0, which nobody sells, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
