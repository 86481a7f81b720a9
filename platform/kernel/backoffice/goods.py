"""Finds what is sold, by its name, SKU or barcode, wherever a page needs to name some of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.catalogue.choices import ProductStatus, VariantStatus
from kernel.catalogue.models import Variant
from kernel.catalogue.texts import translated
from kernel.common.ids import InvalidId, parse_public_id

MOST_FOUND: Final = 20
MOST_PICKED: Final = 100
PICKED: Final = "picked"


def variant_name(variant: Variant) -> str:
    """Return what a variant is called, for people; its product has to be at hand."""
    product = variant.product
    title = translated(product.i18n, get_language(), "title", product.title)
    return f"{title} · {variant.title}" if variant.title else title


def find_variants(text: str, *, most: int = MOST_FOUND) -> list[Variant]:
    """Return the variants that somebody may mean; one query. Nothing is meant by nothing."""
    wanted = text.replace("\x00", "").strip()
    if not wanted:
        return []
    rows = Variant.objects.select_related("product").filter(
        Q(product__title__icontains=wanted)
        | Q(product__i18n__icontains=wanted)
        | Q(sku__istartswith=wanted)
        | Q(barcode=wanted),
        status=VariantStatus.ACTIVE,
    )
    rows = rows.exclude(product__status=ProductStatus.ARCHIVED)
    return list(rows.order_by("product__title", "position", "id")[:most])


def variants_by_id(ids: Iterable[UUID]) -> list[Variant]:
    """Return variants with their products, in the order of their names; one query."""
    rows = Variant.objects.select_related("product").filter(pk__in=list(ids))
    return list(rows.order_by("product__title", "position", "id"))


def picked_in(texts: Sequence[str]) -> list[UUID]:
    """Return the ids out of a form's hidden fields; what is none is left out."""
    found: dict[UUID, None] = {}
    for text in texts[:MOST_PICKED]:
        try:
            found[parse_public_id("var", text)] = None
        except InvalidId:
            continue
    return list(found)


class FindForm(forms.Form):
    """What is looked for, to be added to a form."""

    find = forms.CharField(
        required=False, max_length=80, label=_("Find goods by name, SKU or barcode")
    )

    def text(self) -> str:
        """Return what was typed in."""
        self.full_clean()
        return str(self.cleaned_data.get("find", ""))


class Picking:
    """The goods that a form names: those picked before, and those found just now.

    A form keeps what was picked in hidden fields, so that it works without scripts:
    its button "Find" sends everything, and comes back with the goods found.
    """

    def __init__(self, data: Any = None, *, first: Iterable[UUID] = ()) -> None:
        texts = data.getlist(PICKED) if data is not None else []
        self.form = FindForm(data)
        self.is_finding = data is not None and data.get("act") == "find"
        text = self.form.text() if self.is_finding else ""
        found = find_variants(text)
        self.has_found_nothing = bool(text) and not found
        keys = dict.fromkeys([*first, *picked_in(texts), *(item.pk for item in found)])
        self.variants = variants_by_id(list(keys)[:MOST_PICKED]) if keys else []
