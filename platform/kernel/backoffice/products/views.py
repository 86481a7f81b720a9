"""Products: find, make, change, put on sale and take off it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.fields.filters import own_of
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.products.attribute_fields import attribute_initial
from kernel.backoffice.products.forms import (
    NewProductForm,
    OptionsForm,
    ProductFilter,
    ProductForm,
    refuse,
)
from kernel.backoffice.products.selectors import low_products, pictures_of, stock_by_product
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import (
    Category,
    Product,
    ProductCategory,
    ProductLabel,
    Variant,
)
from kernel.catalogue.ports import SetPrice, prices
from kernel.catalogue.selectors import CardFilter
from kernel.catalogue.selectors.cards import cards_of, listed_products, matching_products
from kernel.catalogue.services import change_product, create_product
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.dataio.exports import product_rows

VIEW, MANAGE = "products.view", "products.manage"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List products, newest first."""
    page, context = narrowed_page(
        request,
        ProductFilter(request.GET),
        _listed,
    )
    cards = cards_of(page, language=get_language())
    context |= {
        "cards": cards,
        "statuses": dict(ProductStatus.choices),
        "stock": stock_by_product([card.id for card in cards]),
    }
    return render(request, "backoffice/products/list.html", context)


def export_rows(query: QueryDict) -> Iterator[Sequence[object]]:
    """Return the rows of a file of the products that a filter leaves; it can be imported again."""
    return product_rows(among=_narrowed(ProductFilter(query).wanted()))


def _listed(wanted: dict[str, Any]) -> QuerySet[Product]:
    return listed_products(_card_filter(wanted)).filter(own_of("product", wanted))


def _narrowed(wanted: dict[str, Any]) -> QuerySet[Product]:
    return matching_products(_card_filter(wanted)).filter(own_of("product", wanted))


def _card_filter(wanted: dict[str, Any]) -> CardFilter:
    statuses = [wanted["status"]] if "status" in wanted else []
    return CardFilter(
        text=wanted.get("text", ""),
        statuses=statuses,
        product_ids=low_products() if "low" in wanted else None,
        category_path=_path_of(wanted.get("category", "")),
        collection_id=identified("col", wanted["collection"]) if "collection" in wanted else None,
    )


def _path_of(text: str) -> str:
    rows = Category.objects.filter(pk=identified("cat", text)) if text else Category.objects.none()
    return rows.values_list("path", flat=True).first() or ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a product."""
    data = request.POST if request.method == "POST" else None
    usual = {"min_per_order": 1, "step": 1, "kind": "physical", "after_sale_policy": "seven_days"}
    form, options = NewProductForm(data, initial=usual), OptionsForm(data)
    if data is not None and form.is_valid() and options.is_valid():
        try:
            product = _create(form, options, request)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The product was made."))
            return redirect(f"/products/{product.public_id}/variants/")
    status = 422 if form.errors or options.errors else 200
    context = {"form": form, "options": options}
    return render(request, "backoffice/products/new.html", context, status=status)


@transaction.atomic
def _create(form: NewProductForm, options: OptionsForm, request: StaffRequest) -> Product:
    product = create_product(
        form.told(),
        options=options.specs(),
        sku=form.cleaned_data["sku"],
        actor=request.actor,
    )
    price = form.cleaned_data["price"]
    if price is not None:
        keys = Variant.objects.filter(product=product).values_list("id", flat=True)
        new_prices = [SetPrice(key, price) for key in keys]
        prices().save(new_prices, actor=request.actor, now=utc_now())
    return product


def product_at(text: str) -> Product:
    """Return the product in a path.

    Raises:
        Http404: there is none.
    """
    row: Product = found(Product.objects.filter(pk=identified("prd", text)).first())
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, product: str) -> HttpResponseBase:
    """Show a product, and change its particulars."""
    row = product_at(product)
    if request.method != "POST":
        return _draw(request, row, ProductForm(initial=_initial(row)))
    if not request.person.may(MANAGE):
        raise PermissionDenied
    form = ProductForm(request.POST)
    if form.is_valid():
        try:
            change_product(
                row.pk,
                form.told(row),
                actor=request.actor,
                expected_version=form.cleaned_data["version"],
            )
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The product was saved."))
            return redirect(f"/products/{row.public_id}/")
    return _draw(request, row, form, status=422)


def _draw(
    request: StaffRequest, row: Product, form: ProductForm, *, status: int = 200
) -> HttpResponseBase:
    undo = request.GET.get("undo", "")
    context = {
        "product": row,
        "form": form,
        "pictures": pictures_of(row),
        "undo": undo if undo in ProductStatus.values and undo != row.status else "",
    }
    return render(request, "backoffice/products/edit.html", context, status=status)


def _initial(row: Product) -> dict[str, Any]:
    plain = ("title", "summary", "description_html", "handle", "min_per_order", "max_per_order")
    more = ("max_per_member", "step", "after_sale_policy", "freight_template", "tax_class")
    seo = ("seo_title", "seo_description")
    labels = ProductLabel.objects.filter(product=row).values_list("label_id", flat=True)
    texts = {f"{part}_{code}": text for code, own in row.i18n.items() for part, text in own.items()}
    links = ProductCategory.objects.filter(product=row).values_list("category_id", flat=True)
    return {
        **{name: getattr(row, name) for name in (*plain, *more, *seo, "version")},
        "labels": [str(key) for key in labels],
        **texts,
        "tags": ", ".join(row.tags),
        "brand": str(row.brand_id or ""),
        "product_type": str(row.product_type_id or ""),
        "unit": str(row.unit_id or ""),
        "on_sale_from": row.published_from,
        "on_sale_until": row.published_until,
        **attribute_initial(row.attributes),
        "categories": [str(key) for key in links],
    }


@require_POST
@staff_page(MANAGE)
def set_status(request: StaffRequest, product: str) -> HttpResponseBase:
    """Put a product on sale, make it a draft, or archive it; offer to undo it."""
    row = product_at(product)
    wanted = request.POST.get("status", "")
    if wanted not in ProductStatus.values:
        messages.error(request, _("Choose one of the values offered."))
        return redirect(f"/products/{row.public_id}/")
    try:
        change_product(row.pk, {"status": wanted}, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/products/{row.public_id}/")
    messages.success(request, _said(ProductStatus(wanted)))
    return redirect(f"/products/{row.public_id}/?{urlencode({'undo': row.status})}")


def _said(status: ProductStatus) -> str:
    if status == ProductStatus.ACTIVE:
        return _("The product is on sale.")
    if status == ProductStatus.ARCHIVED:
        return _("The product was archived.")
    return _("The product is a draft; nobody sees it.")
