"""The pictures of a product."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.library.forms import chosen_assets
from kernel.backoffice.pieces import identified
from kernel.backoffice.products.forms import AltForm
from kernel.backoffice.products.views import MANAGE, product_at
from kernel.catalogue.errors import InvalidPicture
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.services import (
    add_library_picture,
    add_picture,
    change_picture,
    order_pictures,
    remove_picture,
)
from kernel.common.errors import DomainError
from kernel.media.limits import LARGEST_PICTURE

_MOST_AT_ONCE = 20


@require_POST
@staff_page(MANAGE)
def add(request: StaffRequest, product: str) -> HttpResponseBase:
    """Add pictures; each that cannot be used is named."""
    row = product_at(product)
    files = request.FILES.getlist("file")[:_MOST_AT_ONCE]
    chosen = chosen_assets(request.POST.getlist("asset"))
    added = 0
    for key in chosen:
        try:
            add_library_picture(row.pk, key, actor=request.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The picture was added."))
    for file in files:
        try:
            if (file.size or 0) > LARGEST_PICTURE:
                raise InvalidPicture(bytes=file.size)
            add_picture(row.pk, file.read(), actor=request.actor, name=file.name or "")
        except DomainError as refusal:
            messages.error(request, f"{(file.name or '')[:80]}: {refusal}")
        else:
            added += 1
    if added:
        messages.success(request, _("The pictures are being prepared."))
    if not files and not chosen:
        messages.error(request, _("Choose at least one picture."))
    return redirect(f"/products/{row.public_id}/#pictures")


@require_POST
@staff_page(MANAGE)
def change(request: StaffRequest, product: str, picture: str) -> HttpResponseBase:
    """Say what a picture shows, put it first, or take it away."""
    row = product_at(product)
    shown = _picture(row, picture)
    act = request.POST.get("act", "")
    form = AltForm(request.POST)
    try:
        if act == "remove":
            remove_picture(shown.pk, actor=request.actor)
        elif act == "first":
            order_pictures(row.pk, _with_first(row, shown), actor=request.actor)
        elif form.is_valid():
            change_picture(shown.pk, actor=request.actor, alt=form.cleaned_data["alt"])
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The pictures were saved."))
    return redirect(f"/products/{row.public_id}/#pictures")


def _picture(product: Product, text: str) -> Picture:
    row = Picture.objects.filter(pk=identified("pic", text), product=product).first()
    if row is None:
        raise Http404
    return row


def _with_first(product: Product, first: Picture) -> list[UUID]:
    rows = Picture.objects.filter(product=product).order_by("position", "id")
    keys = [key for key in rows.values_list("id", flat=True) if key != first.pk]
    return [first.pk, *keys]
