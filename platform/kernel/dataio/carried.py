"""Products as templates carry them: the rows of their export, and their pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.services.pictures import add_picture, order_pictures, remove_picture
from kernel.catalogue.services.products import change_product
from kernel.common.time import utc_now
from kernel.dataio.exports import COLUMNS, product_rows
from kernel.dataio.formats import shopify
from kernel.dataio.records import ProductRecord
from kernel.dataio.upsert import Upsert
from kernel.media.models import Asset
from kernel.media.names import asset_id_of
from kernel.snapshots.contract import Content, Files, Piece
from kernel.snapshots.errors import UnreadableContent
from kernel.tenancy.context import current_tenant

# Said when they are empty, too: else a product would keep what it had.
_HEAD: Final = frozenset(
    {"Body (HTML)", "Tags", "SEO Title", "SEO Description", "Freight Template"}
)
_PICTURES: Final = frozenset({"Image Src", "Image Alt Text"})
_SHOWN: Final = (ProductStatus.ACTIVE, ProductStatus.DRAFT)
# What a sample begins with, so that the first order can be placed at once.
_STOCK: Final = 100


class ProductsPart:
    """One piece a product, by its handle; archived ones are left out."""

    code: ClassVar[str] = "catalogue.products"
    label: ClassVar[str | Promise] = _("Products")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the products with their variants, prices and pictures."""
        among = Product.objects.filter(status__in=_SHOWN)
        if keys is not None:
            among = among.filter(handle__in=keys)
        pictures = _pictures(among.values_list("pk", flat=True), files)
        ids = dict(among.values_list("handle", "pk"))
        return [
            Piece(
                handle,
                rows[0].get("Title", handle),
                {"rows": rows, "pictures": pictures.get(ids[handle], [])},
            )
            for handle, rows in _rows(product_rows(among=among))
        ]

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Add the product, or change it; a new one begins with some stock.

        Raises:
            UnreadableContent: its rows are not those of a product.
            UnknownFile: a picture is missing.
            DomainError: the catalogue refuses it.
        """
        is_new = not Product.objects.filter(handle=key).exists()
        record = _record(content["rows"])
        if record.handle != key:
            raise UnreadableContent
        if is_new:
            for item in record.variants:
                item.stock = _STOCK
        upsert = Upsert(
            actor=actor,
            currency=current_tenant().currency,
            now=utc_now(),
            publish=True,
            with_stock=is_new,
        )
        upsert.product(record)
        product = Product.objects.get(handle=key)
        wanted = ProductStatus.ACTIVE if record.published else ProductStatus.DRAFT
        if product.status != wanted:
            change_product(product.id, {"status": wanted.value}, actor=actor)
        _show(product, content["pictures"], files=files, actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Take the product off the shelves: orders may name it, so it is kept."""
        row = Product.objects.filter(handle=key, status__in=_SHOWN).first()
        if row is not None:
            change_product(row.id, {"status": ProductStatus.ARCHIVED.value}, actor=actor)


def _rows(table: Iterator[Sequence[object]]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    next(table)
    for handle, own in groupby(table, key=lambda row: str(row[0])):
        rows = [
            {
                name: str(cell)
                for name, cell in zip(COLUMNS, row, strict=True)
                if (cell != "" or (number == 0 and name in _HEAD)) and name not in _PICTURES
            }
            for number, row in enumerate(own)
        ]
        # Further pictures stand in rows that say nothing else.
        yield handle, [row for row in rows if len(row) > 1] or rows[:1]


def _record(rows: Sequence[Mapping[str, str]]) -> ProductRecord:
    numbered = [(number, dict(row)) for number, row in enumerate(rows, start=2)]
    found = list(shopify.groups(numbered, frozenset(COLUMNS)))
    if len(found) != 1:
        raise UnreadableContent
    if not isinstance(found[0], ProductRecord):
        raise found[0][2]
    return found[0]


def _pictures(products: Any, files: Files | None) -> dict[UUID, list[dict[str, str]]]:
    rows = list(
        Picture.objects.filter(product__in=products)
        .exclude(file="")
        .order_by("product_id", "position", "id")
    )
    digests = _digests(rows) if files is None else {}
    found: dict[UUID, list[dict[str, str]]] = {}
    for row in rows:
        if files is None:
            digest = digests.get(row.file, "")
        else:
            with default_storage.open(row.file) as file:
                digest = files.keep(file.read())
        found.setdefault(row.product_id, []).append({"file": digest, "alt": row.alt})
    return found


def _digests(rows: Sequence[Picture]) -> dict[str, str]:
    """Return what the library calls the contents, by the name of the file."""
    ids = {row.file: asset_id_of(row.file) for row in rows}
    known = dict(
        Asset.objects.filter(pk__in=[key for key in ids.values() if key]).values_list(
            "pk", "digest"
        )
    )
    return {name: known[key] for name, key in ids.items() if key in known}


def _show(
    product: Product, wanted: Sequence[Mapping[str, str]], *, files: Files, actor: Actor
) -> None:
    present = list(Picture.objects.filter(product=product).order_by("position", "id"))
    digests = _digests(present)
    if [(digests.get(row.file), row.alt) for row in present] == [
        (item["file"], item["alt"]) for item in wanted
    ]:
        return
    free = {(digests.get(row.file, ""), row.alt): row for row in present}
    order = []
    for item in wanted:
        row = free.pop((item["file"], item["alt"]), None)
        if row is None:
            content = files.read(item["file"])
            row = add_picture(
                product.id, content, actor=actor, alt=item["alt"], name=product.handle
            )
        order.append(row.id)
    for row in present:
        if row.id not in order:
            remove_picture(row.id, actor=actor)
    order_pictures(product.id, order, actor=actor)
