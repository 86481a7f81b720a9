"""What of the catalogue shows files of the library, and how it learns that one was replaced."""

from __future__ import annotations

from collections.abc import Collection as Ids
from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.catalogue.events import CategoryChanged, CollectionChanged
from kernel.catalogue.models import Brand, Category, Collection, Picture, Product
from kernel.catalogue.services.changes import tell_all
from kernel.catalogue.services.descriptions import DESCRIPTION_USE
from kernel.catalogue.services.group_pictures import BRAND_USE, CATEGORY_USE, COLLECTION_USE
from kernel.catalogue.services.pictures import PICTURE_USE, take_over
from kernel.common.outbox.publishing import publish
from kernel.media.models import Asset
from kernel.media.names import asset_id_of
from kernel.media.uses import Place, UseKind, register_use


def register_uses() -> None:
    """Tell the library of everything here that shows files."""
    register_use(UseKind(PICTURE_USE, _("Picture of a product"), _products, _rename_products))
    register_use(UseKind(DESCRIPTION_USE, _("Description of a product"), _described, _keep_links))
    register_use(UseKind(CATEGORY_USE, _("Category"), _categories, _rename_categories))
    register_use(UseKind(COLLECTION_USE, _("Collection"), _collections, _rename_collections))
    register_use(UseKind(BRAND_USE, _("Brand"), _brands, _rename_brands))


def _products(ids: Ids[UUID]) -> Mapping[UUID, Place]:
    rows = Picture.objects.filter(pk__in=ids).select_related("product")
    return {
        row.pk: Place(row.product.title, f"/products/{row.product.public_id}/#pictures")
        for row in rows
    }


def _described(ids: Ids[UUID]) -> Mapping[UUID, Place]:
    rows = Product.objects.filter(pk__in=ids)
    return {row.pk: Place(row.title, f"/products/{row.public_id}/") for row in rows}


def _keep_links(_ids: Ids[UUID], _names: Mapping[str, str]) -> None:
    """Leave descriptions as they are: their links lead to a file whatever its content."""


def _categories(ids: Ids[UUID]) -> Mapping[UUID, Place]:
    rows = Category.objects.filter(pk__in=ids)
    return {row.pk: Place(row.title, f"/categories/{row.public_id}/") for row in rows}


def _collections(ids: Ids[UUID]) -> Mapping[UUID, Place]:
    rows = Collection.objects.filter(pk__in=ids)
    return {row.pk: Place(row.title, f"/collections/{row.public_id}/") for row in rows}


def _brands(ids: Ids[UUID]) -> Mapping[UUID, Place]:
    return {row.pk: Place(row.name, "/brands/") for row in Brand.objects.filter(pk__in=ids)}


def _rename_products(ids: Ids[UUID], names: Mapping[str, str]) -> None:
    keys = {key for name in names.values() if (key := asset_id_of(name))}
    assets = {asset.pk: asset for asset in Asset.objects.filter(pk__in=keys)}
    rows = list(Picture.objects.filter(pk__in=ids).select_related("product").order_by("pk"))
    changed = [row for row in rows if asset_id_of(row.file) in assets]
    for row in changed:
        take_over(row, assets[asset_id_of(row.file)])  # type: ignore[index]  # it is among them
    fields = ["file", "renditions", "state", "fault", "width", "height"]
    Picture.objects.bulk_update(changed, fields)
    products = {row.product_id: row.product for row in changed}
    tell_all(products.values(), changed=("pictures",))


def _rename_categories(ids: Ids[UUID], names: Mapping[str, str]) -> None:
    for row in Category.objects.filter(pk__in=ids, picture__in=list(names)).order_by("pk"):
        Category.objects.filter(pk=row.pk).update(picture=names[row.picture])
        event = CategoryChanged(category_id=row.pk, change="changed")
        publish(event, aggregate=f"category:{row.pk.hex}")


def _rename_collections(ids: Ids[UUID], names: Mapping[str, str]) -> None:
    for row in Collection.objects.filter(pk__in=ids, picture__in=list(names)).order_by("pk"):
        Collection.objects.filter(pk=row.pk).update(picture=names[row.picture])
        event = CollectionChanged(collection_id=row.pk, change="changed")
        publish(event, aggregate=f"collection:{row.pk.hex}")


def _rename_brands(ids: Ids[UUID], names: Mapping[str, str]) -> None:
    for row in Brand.objects.filter(pk__in=ids, logo__in=list(names)).order_by("pk"):
        Brand.objects.filter(pk=row.pk).update(logo=names[row.logo])
