"""What is on sale: functions, room, bundles, support, with their editions; the operator's."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channel_center.billing.choices import CATEGORIES, ProductKind, limit_name
from channel_center.billing.console.catalogue_forms import (
    BundleForm,
    EditionForm,
    FunctionForm,
    OfferForm,
    ShownForm,
    SupportForm,
)
from channel_center.billing.console.pages import MANAGE
from channel_center.billing.models import Edition, Offer, Product
from channel_center.billing.selectors import (
    editions_to_bundle,
    ladder_of,
    products_of,
    products_without_support,
)
from channel_center.billing.services.offering import (
    define_edition,
    define_offer,
    define_product,
    sell,
    show_product,
)
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.common.errors import DomainError
from kernel.modules.ports import KERNEL_FEATURES
from kernel.tenancy.context import public_context

_SIZE: Final = 50
_FORMS: Final = ("function", "bundle", "support")


def _operator(request: StaffRequest) -> None:
    """Refuse partners: what is sold is the operator's affair, what it costs theirs, too."""
    if request.person.channel_id is not None:
        raise PermissionDenied


@require_GET
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List everything that was put on sale."""
    _operator(request)
    text, kind = request.GET.get("q", "").strip()[:80], request.GET.get("kind", "")
    with public_context():
        rows = products_of(text=text, kind=kind if kind in ProductKind.values else "")
        context = {
            "page": paged(request, rows, size=_SIZE),
            "text": text,
            "kind": kind,
            "kinds": ProductKind.choices,
            "language": get_language() or "",
        }
        return render(request, "billing/products.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Put a function, a bundle or support on sale."""
    _operator(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in _FORMS else _FORMS[0]
    told = request.POST if request.method == "POST" else None
    with public_context():
        form = _form_of(kind, told)
        if told is not None and form.is_valid():
            made = _made(request, kind, form)
            if made is not None:
                messages.success(request, _("It is on sale once it has a price."))
                return redirect(f"/products/{made.public_id}/")
        context = {"form": form, "kind": kind, "kinds": _FORMS}
        return render(
            request, "billing/product_new.html", context, status=422 if form.errors else 200
        )


def _form_of(kind: str, told: Any) -> Any:
    language = get_language() or ""
    if kind == "bundle":
        return BundleForm(told, editions=editions_to_bundle(), language=language)
    if kind == "support":
        return SupportForm(told, products=products_without_support(), language=language)
    return FunctionForm(told, language=language)


def _made(request: StaffRequest, kind: str, form: Any) -> Product | None:
    """Make the product with its first edition and offer, or say why it cannot be."""
    told = form.cleaned_data
    given: dict[str, Any] = {"names": form.names, "actor": request.actor}
    edition, limits, parts = "standard", {}, []
    if kind == "bundle":
        code, given["kind"], parts = told["code"], ProductKind.BUNDLE, told["parts"]
    elif kind == "support":
        code, given["kind"] = f"{told['supports'].code[:32]}-support", ProductKind.SERVICE
        given["supports"] = told["supports"]
    else:
        code = given["feature"] = told["feature"]
        is_room = code in KERNEL_FEATURES
        given["kind"] = ProductKind.QUOTA if is_room else ProductKind.MODULE
        edition, limits = told["edition"], form.limits()
    if Product.objects.filter(code=code).exists():
        form.add_error(None, _("It is there already: add editions and terms on its page."))
        return None
    try:
        with transaction.atomic():
            made = define_product(code, **given)
            first = define_edition(made, edition, limits=limits, parts=parts)
            if not _offered(first, form):
                transaction.set_rollback(True)
                return None
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None
    return made


def _offered(edition: Edition, form: Any) -> bool:
    """Sell an edition for a term, unless it is sold for that already."""
    told = form.offer()
    code = f"{edition.product.code}.{edition.code}.{told['term']}"
    if Offer.objects.filter(code=code).exists():
        form.add_error("term", _("This edition is sold for this term already."))
        return False
    try:
        define_offer(edition, code, **told)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def show(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show one with its editions, and change how it is called and shown."""
    _operator(request)
    with public_context():
        product = _product(public_id)
        data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = ShownForm(*data, product=product, categories=_categories())
        if request.method == "POST" and form.is_valid():
            show_product(product, actor=request.actor, **form.told())
            messages.success(request, _("Saved."))
            return redirect(f"/products/{product.public_id}/")
        return _page(request, product, shown=form)


@require_POST
@staff_page(MANAGE)
def add_edition(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Add a step to the ladder."""
    _operator(request)
    with public_context():
        product = _product(public_id)
        form = _edition_form(product, request.POST)
        if form.is_valid():
            try:
                define_edition(
                    product,
                    form.cleaned_data["code"],
                    names=form.names,
                    limits=form.limits(),
                    parts=form.contained(),
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The edition is there; now say how it is paid."))
                return redirect(f"/products/{product.public_id}/")
        return _page(request, product, edition=form)


@require_POST
@staff_page(MANAGE)
def add_offer(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Sell an edition for a further term."""
    _operator(request)
    with public_context():
        product = _product(public_id)
        form = _offer_form(product, request.POST)
        edition = product.editions.filter(code=request.POST.get("edition", "")).first()
        if edition is None:
            raise Http404
        if form.is_valid() and _offered(edition, form):
            messages.success(request, _("It is on sale once it has a price."))
            return redirect(f"/products/{product.public_id}/")
        return _page(request, product, offer=form)


@require_POST
@staff_page(MANAGE)
def set_sale(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Take it, or one of its offers, off sale, or put it there again."""
    _operator(request)
    with public_context():
        product = _product(public_id)
        offer = None
        if code := request.POST.get("offer", ""):
            offer = Offer.objects.filter(edition__product=product, code=code).first()
            if offer is None:
                raise Http404
        is_sold = request.POST.get("do") == "resume"
        sell(product, is_sold=is_sold, offer=offer, actor=request.actor)
        told = _("It is on sale again.") if is_sold else _("It is off sale; who has it keeps it.")
        messages.success(request, told)
        return redirect(f"/products/{product.public_id}/")


def _product(public_id: str) -> Product:
    row = Product.objects.select_related("supports").filter(pk=identified("prd", public_id)).first()
    if row is None:
        raise Http404
    return row


def _categories() -> dict[str, str]:
    names = {code: str(name) for code, name in CATEGORIES.items()}
    return dict(sorted(names.items(), key=lambda each: each[1]))


def _edition_form(product: Product, told: Any = None) -> EditionForm:
    return EditionForm(
        told,
        product=product,
        taken=[each.code for each in product.editions.all()],
        editions=editions_to_bundle() if product.kind == ProductKind.BUNDLE else (),
        language=get_language() or "",
    )


def _offer_form(product: Product, told: Any = None) -> OfferForm:
    return OfferForm(told, feature=product.feature, is_support=product.supports_id is not None)


def _page(
    request: StaffRequest,
    product: Product,
    *,
    shown: ShownForm | None = None,
    edition: EditionForm | None = None,
    offer: OfferForm | None = None,
) -> HttpResponseBase:
    language = get_language() or ""
    forms = {
        "shown": shown or ShownForm(product=product, categories=_categories()),
        "edition": edition or _edition_form(product),
        "offer": offer or _offer_form(product),
    }
    ladder = [
        {
            "edition": each,
            "name": each.name_in(language),
            "limits": [(limit_name(name), value) for name, value in each.limits.items()],
            "parts": [
                f"{row.part.product.name_in(language)} · {row.part.name_in(language)}"
                for row in each.parts.all()
            ],
            "offers": list(each.offers.all()),
        }
        for each in ladder_of(product)
    ]
    context = forms | {
        "product": product,
        "name": product.name_in(language),
        "supports": product.supports.name_in(language) if product.supports else "",
        "ladder": ladder,
        "asked": request.POST.get("edition", ""),
    }
    is_wrong = any(form.errors for form in forms.values())
    return render(request, "billing/product.html", context, status=422 if is_wrong else 200)
