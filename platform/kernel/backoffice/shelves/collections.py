"""Collections: chosen by hand in an order, or by rules that are tried before they are saved."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.shelves.forms import CollectionForm, collection_initial, refuse
from kernel.backoffice.shelves.rule_forms import RulesForm
from kernel.backoffice.shelves.selectors import (
    picture_link,
    product_title,
    products_in_collections,
    products_of,
)
from kernel.catalogue.choices import CollectionKind, ProductStatus
from kernel.catalogue.errors import InvalidRules
from kernel.catalogue.models import Collection, Product
from kernel.catalogue.services import (
    change_collection,
    chosen_by,
    create_collection,
    delete_collection,
    set_collection_products,
)
from kernel.catalogue.services.collections import CollectionFields
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now

VIEW, MANAGE = "products.view", "products.manage"
_SAMPLE: Final = 12
MOST_BY_HAND: Final = 300
_NAMES: Final = ("title", "description_html", "is_shown", "seo_title", "seo_description")


@require_http_methods(["GET", "HEAD"])
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the collections."""
    counts = products_in_collections()
    rows = [(row, counts.get(row.pk, 0)) for row in Collection.objects.order_by("title", "id")]
    return render(request, "backoffice/shelves/collections.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Make a collection, chosen by hand or by rules."""
    by_rules = kind == CollectionKind.RULES
    data = request.POST if request.method == "POST" else None
    form = CollectionForm(data, request.FILES if data is not None else None)
    rules = RulesForm({}, data) if by_rules else None
    context: dict[str, Any] = {"form": form, "rules": rules, "is_new": True}
    if data is not None and _is_good(form, rules):
        if data.get("act") == "preview":
            context |= _tried(rules)
        else:
            try:
                made = _created(request, form, rules)
            except DomainError as refusal:
                _refuse(form, rules, refusal)
            else:
                messages.success(request, _("The collection was made."))
                return redirect(f"/collections/{made.public_id}/")
    status = 422 if form.errors or (rules is not None and rules.errors) else 200
    return render(request, "backoffice/shelves/collection.html", context, status=status)


@transaction.atomic
def _created(request: StaffRequest, form: CollectionForm, rules: RulesForm | None) -> Collection:
    fields = _told(form, None)
    if rules is not None:
        fields["rules"] = rules.rules()
    return create_collection(fields, actor=request.actor, now=utc_now())


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, collection: str) -> HttpResponseBase:
    """Show a collection; change its particulars and its rules."""
    row = _row(collection)
    data = request.POST if request.method == "POST" else None
    if data is not None and not request.person.may(MANAGE):
        raise PermissionDenied
    files = request.FILES if data is not None else None
    form = CollectionForm(data, files, initial=collection_initial(row))
    by_rules = row.kind == CollectionKind.RULES
    rules = RulesForm(row.rules, data) if by_rules else None
    context: dict[str, Any] = {"collection": row, "form": form, "rules": rules}
    if data is not None and _is_good(form, rules):
        if data.get("act") == "preview":
            context |= _tried(rules)
        elif _saved(request, row, form, rules):
            messages.success(request, _("The collection was saved."))
            return redirect(f"/collections/{row.public_id}/")
    context |= _held(request, row)
    status = 422 if form.errors or (rules is not None and rules.errors) else 200
    return render(request, "backoffice/shelves/collection.html", context, status=status)


def _is_good(form: CollectionForm, rules: RulesForm | None) -> bool:
    # Each of them, so that each says what is wrong with it.
    return all([form.is_valid(), rules is None or rules.is_valid()])


def _saved(
    request: StaffRequest, row: Collection, form: CollectionForm, rules: RulesForm | None
) -> bool:
    fields = _told(form, row)
    if rules is not None:
        fields["rules"] = rules.rules()
    try:
        change_collection(row.pk, fields, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        _refuse(form, rules, refusal)
        return False
    return True


def _tried(rules: RulesForm | None) -> dict[str, Any]:
    """Say what rules would choose."""
    if rules is None:
        return {}
    try:
        chosen = chosen_by(rules.rules(), now=utc_now())
    except InvalidRules as refusal:
        rules.place(refusal.fields.get("rule"), str(refusal))
        return {}
    rows = chosen.order_by("title", "id")[:_SAMPLE]
    return {"matches": chosen.count(), "sample": [product_title(row) for row in rows]}


def _refuse(form: CollectionForm, rules: RulesForm | None, refusal: DomainError) -> None:
    if rules is not None and isinstance(refusal, InvalidRules):
        rules.place(refusal.fields.get("rule"), str(refusal))
    else:
        refuse(form, refusal)


def _told(form: CollectionForm, row: Collection | None) -> CollectionFields:
    given = form.cleaned_data
    fields = {name: given[name] for name in _NAMES}
    fields["titles"] = form.titles(row.titles if row is not None else {})
    if given["handle"]:
        fields["handle"] = given["handle"]
    if (picture := form.picture()) is not None:
        fields["picture"] = picture
    return cast("CollectionFields", fields)


def _held(request: StaffRequest, row: Collection) -> dict[str, Any]:
    products = products_of(row, most=MOST_BY_HAND)
    find = request.GET.get("find", "").replace("\x00", "").strip()[:80]
    present = {each.pk for each in products}
    rows = Product.objects.exclude(status=ProductStatus.ARCHIVED).exclude(pk__in=present)
    match = Q(title__icontains=find) | Q(i18n__icontains=find)
    matching = rows.filter(match).order_by("title", "id")
    offered = list(matching[:_SAMPLE]) if find else []
    count = products_in_collections().get(row.pk, 0)
    return {
        "held": [(each, product_title(each)) for each in products],
        "count": count,
        "is_too_long": count > MOST_BY_HAND,
        "find": find,
        "offered": [(each, product_title(each)) for each in offered],
        "picture": picture_link(row.picture),
    }


@require_POST
@staff_page(MANAGE)
def arrange(request: StaffRequest, collection: str) -> HttpResponseBase:
    """Put products into a collection, take some out, give all of them an order."""
    row = _row(collection)
    products = products_of(row, most=MOST_BY_HAND)
    wanted = [
        (_number(request.POST.get(f"place_{each.public_id}", ""), number), each.pk)
        for number, each in enumerate(products, start=1)
        if f"out_{each.public_id}" not in request.POST
    ]
    ordered = [key for _place, key in sorted(wanted, key=lambda pair: pair[0])]
    added = [key for text in request.POST.getlist("add") if (key := _product(text)) is not None]
    try:
        set_collection_products(row.pk, [*ordered, *added], actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The collection was saved."))
    return redirect(f"/collections/{row.public_id}/")


def _number(text: str, usual: int) -> float:
    is_number = text.isascii() and text.isdigit() and len(text) < 6  # noqa: PLR2004
    # Who is moved to a place stands before whoever was there.
    return int(text) - 0.5 if is_number and int(text) != usual else usual


def _product(text: str) -> UUID | None:
    try:
        return parse_public_id("prd", text)
    except InvalidId:
        return None


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, collection: str) -> HttpResponseBase:
    """Delete a collection; its products stay."""
    delete_collection(_row(collection).pk, actor=request.actor)
    messages.success(request, _("The collection was deleted; its products stay."))
    return redirect("/collections/")


def _row(text: str) -> Collection:
    row: Collection = found(Collection.objects.filter(pk=identified("col", text)).first())
    return row
