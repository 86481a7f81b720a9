"""The catalogue's texts, as things that can be translated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import (
    Brand,
    Category,
    Collection,
    OptionType,
    OptionValue,
    Picture,
    Product,
    ProductType,
    ServiceLabel,
    Unit,
)
from kernel.catalogue.services import particulars
from kernel.catalogue.services.categories import change_category
from kernel.catalogue.services.changes import finish_change, locked_product
from kernel.catalogue.services.collections import change_collection
from kernel.catalogue.services.pictures import change_picture
from kernel.catalogue.services.products import change_product
from kernel.catalogue.texts import checked_names, checked_text
from kernel.i18n.texts.kinds import Part, TextKind, register_texts, row_of, with_text

_NAME: Final = _("Name")
_LONGEST_OPTION: Final = 80


def register_all() -> None:
    """Make the catalogue's texts known; called while apps are loaded."""
    register_texts(_PRODUCTS, _CATEGORIES, _COLLECTIONS, *_OPTIONS, _PICTURES, *_PARTICULARS)


def _product(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    product = locked_product(row_id)
    i18n = with_text(product.i18n, language, told, is_nested=True)
    change_product(row_id, {"i18n": i18n}, actor=actor)


def _category(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(Category.objects.select_for_update().filter(pk=row_id), row_id)
    titles = with_text(row.titles, language, told, is_nested=False)
    change_category(row_id, {"titles": titles}, actor=actor)


def _collection(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    row = row_of(Collection.objects.select_for_update().filter(pk=row_id), row_id)
    titles = with_text(row.titles, language, told, is_nested=False)
    change_collection(row_id, {"titles": titles}, actor=actor, now=now)


def _picture(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(Picture.objects.filter(pk=row_id), row_id)
    # A product and its pictures change together, in this order.
    locked_product(row.product_id)
    row = row_of(Picture.objects.select_for_update().filter(pk=row_id), row_id)
    alts = with_text(row.alts, language, told, is_nested=False)
    change_picture(row_id, alt=row.alt, alts=alts, actor=actor)


def _option_writer(
    model: type[OptionType | OptionValue], product_of: Callable[[Any], UUID]
) -> Callable[[UUID, str, Mapping[str, str], Actor, datetime], None]:
    def write(
        row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
    ) -> None:
        names = checked_names({language: told["name"]}, field="names")
        checked_text(names[language], field="names", longest=_LONGEST_OPTION)
        row: Any = row_of(model.objects.filter(pk=row_id), row_id)
        # A product and its options change together, in this order.
        product = locked_product(product_of(row))
        row = row_of(model.objects.select_for_update().filter(pk=row_id), row_id)
        before, row.names = row.names, with_text(row.names, language, names, is_nested=False)
        row.save(update_fields=["names"])
        finish_change(
            product,
            changed=["options"],
            actor=actor,
            before={row.name: before},
            after={row.name: row.names},
        )

    return write


def _brand(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(Brand.objects.select_for_update().filter(pk=row_id), row_id)
    i18n = with_text(row.i18n, language, told, is_nested=True)
    particulars.save_brand(name=row.name, handle=row.handle, i18n=i18n, actor=actor)


def _unit(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(Unit.objects.select_for_update().filter(pk=row_id), row_id)
    names = with_text(row.names, language, told, is_nested=False)
    particulars.save_unit(code=row.code, names=names, actor=actor)


def _type(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(ProductType.objects.select_for_update().filter(pk=row_id), row_id)
    i18n = with_text(row.i18n, language, told, is_nested=True)
    particulars.save_product_type(code=row.code, name=row.name, i18n=i18n, actor=actor)


def _label(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(ServiceLabel.objects.select_for_update().filter(pk=row_id), row_id)
    found = {"title": row.titles, "text": row.texts}
    for code, text in told.items():
        found[code] = with_text(found[code], language, {code: text}, is_nested=False)
    particulars.save_label(code=row.code, titles=found["title"], texts=found["text"], actor=actor)


_PRODUCTS: Final = TextKind(
    "product",
    _("Products"),
    (
        Part("title", _("Title"), "i18n", "title", is_nested=True),
        Part("summary", _("Short description"), "i18n", "summary", is_nested=True, is_long=True),
        Part(
            "description_html",
            _("Description"),
            "i18n",
            "description_html",
            is_nested=True,
            is_long=True,
        ),
    ),
    lambda: Product.objects.exclude(status=ProductStatus.ARCHIVED).defer("search_text", "draft"),
    _product,
    path=lambda row: f"/products/{row.public_id}/",
)
_CATEGORIES: Final = TextKind(
    "category",
    _("Categories"),
    (Part("title", _("Title"), "titles", "title"),),
    Category.objects.all,
    _category,
    path=lambda row: f"/categories/{row.public_id}/",
)
_COLLECTIONS: Final = TextKind(
    "collection",
    _("Collections"),
    (Part("title", _("Title"), "titles", "title"),),
    Collection.objects.all,
    _collection,
    path=lambda row: f"/collections/{row.public_id}/",
)
_OPTIONS: Final = (
    TextKind(
        "option",
        _("Options of products"),
        (Part("name", _NAME, "names", "name"),),
        lambda: OptionType.objects.select_related("product").filter(is_archived=False),
        _option_writer(OptionType, lambda row: row.product_id),
        title=lambda row: row.product.title,
        path=lambda row: f"/products/{row.product.public_id}/",
    ),
    TextKind(
        "option_value",
        _("Values of options"),
        (Part("name", _NAME, "names", "name"),),
        lambda: OptionValue.objects.select_related("option_type__product").filter(
            is_archived=False, option_type__is_archived=False
        ),
        _option_writer(OptionValue, lambda row: row.option_type.product_id),
        title=lambda row: f"{row.option_type.product.title} · {row.option_type.name}",
        path=lambda row: f"/products/{row.option_type.product.public_id}/",
    ),
)
_PICTURES: Final = TextKind(
    "picture",
    _("What pictures of products show"),
    (Part("alt", _("What it shows"), "alts", "alt"),),
    lambda: Picture.objects.select_related("product").exclude(
        product__status=ProductStatus.ARCHIVED
    ),
    _picture,
    title=lambda row: row.product.title,
    path=lambda row: f"/products/{row.product.public_id}/",
)
_PARTICULARS: Final = (
    TextKind(
        "brand",
        _("Brands"),
        (Part("name", _NAME, "i18n", "name", is_nested=True),),
        Brand.objects.all,
        _brand,
    ),
    TextKind("unit", _("Units"), (Part("name", _NAME, "names"),), Unit.objects.all, _unit),
    TextKind(
        "product_type",
        _("Product types"),
        (Part("name", _NAME, "i18n", "name", is_nested=True),),
        ProductType.objects.all,
        _type,
    ),
    TextKind(
        "label",
        _("Service labels"),
        (Part("title", _("Title"), "titles"), Part("text", _("Text"), "texts", is_long=True)),
        ServiceLabel.objects.all,
        _label,
    ),
)
