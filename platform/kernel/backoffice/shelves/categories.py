"""The category tree: add, rename, move, merge, delete; old addresses lead to the new ones."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.shelves.forms import (
    CategoryForm,
    MergeForm,
    MoveForm,
    NewCategoryForm,
    category_initial,
    flat,
    offer_categories,
    refuse,
)
from kernel.backoffice.shelves.selectors import picture_link, products_in_categories
from kernel.catalogue.models import Category, CategoryRedirect
from kernel.catalogue.selectors import category_tree
from kernel.catalogue.services import (
    change_category,
    create_category,
    delete_category,
    merge_category,
    move_category,
)
from kernel.catalogue.services.categories import CategoryFields
from kernel.common.errors import DomainError

VIEW, MANAGE = "products.view", "products.manage"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show the tree; add a category."""
    tree = category_tree(language=get_language(), with_hidden=True)
    form = NewCategoryForm(tree, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not request.person.may(MANAGE):
            raise PermissionDenied
        if form.is_valid():
            try:
                fields: CategoryFields = {"title": form.cleaned_data["title"]}
                create_category(fields, parent_id=form.parent_id(), actor=request.actor)
            except DomainError as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, _("The category was added."))
                return redirect("/categories/")
    counts = products_in_categories()
    rows = [(node, counts.get(node.id, 0)) for node, _text in flat(tree)]
    context = {"rows": rows, "form": form}
    status = 422 if form.errors else 200
    return render(request, "backoffice/shelves/categories.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, category: str) -> HttpResponseBase:
    """Show a category, and change its particulars."""
    row = _row(category)
    if request.method != "POST":
        return _draw(request, row, CategoryForm(initial=category_initial(row)))
    if not request.person.may(MANAGE):
        raise PermissionDenied
    form = CategoryForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            change_category(row.pk, _told(form, row), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The category was saved."))
            return redirect(f"/categories/{row.public_id}/")
    return _draw(request, row, form, status=422)


def _told(form: CategoryForm, row: Category) -> CategoryFields:
    given = form.cleaned_data
    fields = {name: given[name] for name in ("title", "is_shown", "seo_title", "seo_description")}
    fields["titles"] = form.titles(row.titles)
    if given["slug"]:
        fields["slug"] = given["slug"]
    if (picture := form.picture()) is not None:
        fields["picture"] = picture
    return cast("CategoryFields", fields)


def _draw(
    request: StaffRequest,
    row: Category,
    form: CategoryForm,
    *,
    move: forms.Form | None = None,
    merge: forms.Form | None = None,
    status: int = 200,
) -> HttpResponseBase:
    usual = {"parent": str(row.parent_id or ""), "place": row.position + 1}
    context = {
        "category": row,
        "form": form,
        "move": move or _move_form(row, initial=usual),
        "merge": merge or _merge_form(row),
        "picture": picture_link(row.picture),
        "products": products_in_categories().get(row.pk, 0),
        "old": list(CategoryRedirect.objects.filter(category=row).order_by("path")[:20]),
    }
    return render(request, "backoffice/shelves/category.html", context, status=status)


def _move_form(row: Category, *args: object, **kwargs: object) -> MoveForm:
    tree = category_tree(language=get_language(), with_hidden=True)
    form = MoveForm(tree, *args, **kwargs)
    offer_categories(form, "parent", tree, without=row.path)
    return form


def _merge_form(row: Category, *args: object) -> MergeForm:
    form = MergeForm(*args)  # type: ignore[arg-type]  # what a form takes
    tree = category_tree(language=get_language(), with_hidden=True)
    offer_categories(form, "into", tree, without=row.path)
    return form


@require_POST
@staff_page(MANAGE)
def move(request: StaffRequest, category: str) -> HttpResponseBase:
    """Put a category elsewhere, or one place up or down."""
    row = _row(category)
    act = request.POST.get("act", "")
    if act in {"up", "down"}:
        place = max(row.position + (1 if act == "down" else -1), 0)
        move_category(row.pk, parent_id=row.parent_id, position=place, actor=request.actor)
        return redirect(f"/categories/#{row.public_id}")
    form = _move_form(row, request.POST)
    if form.is_valid():
        place = form.cleaned_data["place"]
        try:
            move_category(
                row.pk,
                parent_id=form.parent_id(),
                position=None if place is None else place - 1,
                actor=request.actor,
            )
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The category was moved. Its old addresses lead there."))
            return redirect(f"/categories/{row.public_id}/")
    usual = CategoryForm(initial=category_initial(row))
    return _draw(request, row, usual, move=form, status=422)


@require_POST
@staff_page(MANAGE)
def merge(request: StaffRequest, category: str) -> HttpResponseBase:
    """Give everything of a category to another one."""
    row = _row(category)
    form = _merge_form(row, request.POST)
    if form.is_valid():
        try:
            into = merge_category(
                row.pk, into_id=UUID(form.cleaned_data["into"]), actor=request.actor
            )
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The categories were merged."))
            return redirect(f"/categories/{into.public_id}/")
    usual = CategoryForm(initial=category_initial(row))
    return _draw(request, row, usual, merge=form, status=422)


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, category: str) -> HttpResponseBase:
    """Delete a category that holds nothing."""
    row = _row(category)
    try:
        delete_category(row.pk, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/categories/{row.public_id}/")
    messages.success(request, _("The category was deleted."))
    return redirect("/categories/")


def _row(text: str) -> Category:
    row: Category = found(Category.objects.filter(pk=identified("cat", text)).first())
    return row
