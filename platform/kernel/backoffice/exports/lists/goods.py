"""Lists of goods as files: prices, categories, collections, brands, transfers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kernel.backoffice.goods import variant_name
from kernel.backoffice.pricing.selectors import standing_of
from kernel.backoffice.shelves.selectors import products_in_categories, products_in_collections
from kernel.backoffice.stock.forms import VIEW as STOCK
from kernel.backoffice.stock.forms import TransferFilter
from kernel.backoffice.templatetags.console import moment
from kernel.catalogue.models import Brand, Category, Collection
from kernel.catalogue.texts import in_language
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.dataio.exporting import ExportKind
from kernel.inventory.models import Transfer, TransferLine
from kernel.inventory.selectors import transfers
from kernel.pricing.models import PriceList, PriceListEntry

_BATCH: Final = 500
_WHERE: Final = "kernel.backoffice.exports.lists.goods"
KINDS: Final = (
    ExportKind(
        "price-lists",
        gettext_lazy("Price lists"),
        "prices.view",
        ("name", "code", "state", "currency", "from", "until", "priority", "prices", "rules"),
        f"{_WHERE}.price_list_rows",
        "/prices/",
    ),
    ExportKind(
        "prices",
        gettext_lazy("Prices of price lists"),
        "prices.view",
        ("goods", "sku", "min_quantity", "price", "currency", "price_list"),
        f"{_WHERE}.price_rows",
        "/prices/",
    ),
    ExportKind(
        "categories",
        gettext_lazy("Categories"),
        "products.view",
        ("path", "title", "is_shown", "products"),
        f"{_WHERE}.category_rows",
        "/categories/",
    ),
    ExportKind(
        "collections",
        gettext_lazy("Collections"),
        "products.view",
        ("handle", "title", "kind", "is_shown", "products"),
        f"{_WHERE}.collection_rows",
        "/collections/",
    ),
    ExportKind(
        "brands",
        gettext_lazy("Brands"),
        "products.view",
        ("handle", "name", "position"),
        f"{_WHERE}.brand_rows",
        "/brands/",
    ),
    ExportKind(
        "transfers",
        gettext_lazy("Transfers"),
        STOCK,
        (
            *("transfer", "state", "source", "destination", "sent_at", "received_at", "goods"),
            *("sku", "sent", "received", "note"),
        ),
        f"{_WHERE}.transfer_rows",
        "/stock/transfers/",
    ),
)


def price_list_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each price list."""
    return _price_lists(PriceList.objects.filter(managed_by="").order_by("-priority", "name", "id"))


def _price_lists(rows: QuerySet[PriceList]) -> Iterator[list[object]]:
    yield [
        *(_("Name"), _("Code"), _("State"), _("Currency"), _("From"), _("Until")),
        *(_("Priority"), _("Single prices"), _("Discount rules")),
    ]
    said = {"on": _("In use"), "off": _("Off"), "over": _("Over"), "ahead": _("Ahead")}
    counted = PriceListEntry.objects.values_list("price_list_id").order_by()
    counts, now = dict(counted.annotate(count=Count("id"))), utc_now()
    for row in rows:
        standing = said[standing_of(row, now)]
        dates = (moment(row.starts_at), moment(row.ends_at))
        figures = (row.priority, counts.get(row.pk, 0), len(row.rules))
        yield [row.name, row.code, standing, row.currency, *dates, *figures]


def price_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each price of one list, or of all of them."""
    rows = PriceListEntry.objects.filter(price_list__managed_by="")
    if text := query.get("list", ""):
        try:
            rows = rows.filter(price_list=parse_public_id("prl", text))
        except InvalidId:
            rows = rows.none()
    return _prices(rows.select_related("variant__product", "price_list").order_by("id"))


def _prices(rows: QuerySet[PriceListEntry]) -> Iterator[list[object]]:
    yield [
        *(_("Goods"), _("SKU"), _("From how many"), _("Price"), _("Currency")),
        _("Price list"),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        price = Money(row.minor, row.price_list.currency).decimal()
        goods = (variant_name(row.variant), row.variant.sku, row.min_quantity)
        yield [*goods, price, row.price_list.currency, row.price_list.name]


def category_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each category, from the root down."""
    return _categories(Category.objects.order_by("purpose", "path"))


def _categories(rows: QuerySet[Category]) -> Iterator[list[object]]:
    yield [_("Path"), _("Title"), _("Shown"), _("Products")]
    counts = products_in_categories()
    for row in rows:
        title = in_language(row.titles, get_language(), row.title)
        yield [row.path, title, _shown(row), counts.get(row.pk, 0)]


def collection_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each collection."""
    return _collections(Collection.objects.order_by("title", "id"))


def _collections(rows: QuerySet[Collection]) -> Iterator[list[object]]:
    yield [_("Address"), _("Title"), _("Kind"), _("Shown"), _("Products")]
    counts = products_in_collections()
    for row in rows:
        title = in_language(row.titles, get_language(), row.title)
        yield [row.handle, title, row.get_kind_display(), _shown(row), counts.get(row.pk, 0)]


def _shown(row: Any) -> str:
    return _("Yes") if row.is_shown else _("No")


def brand_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each brand."""
    return _brands(Brand.objects.order_by("position", "name"))


def _brands(rows: QuerySet[Brand]) -> Iterator[list[object]]:
    yield [_("Address"), _("Name"), _("Position")]
    for row in rows:
        yield [row.handle, row.name, row.position]


def transfer_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each line of the transfers that a filter leaves."""
    kept = transfers(**TransferFilter(query).wanted())
    lines = TransferLine.objects.filter(transfer__in=kept.order_by().values("pk"))
    joined = lines.select_related("transfer__source", "transfer__destination", "variant__product")
    return _transfers(joined.order_by("-transfer_id", "pk"))


def _transfers(rows: QuerySet[TransferLine]) -> Iterator[list[object]]:
    yield [
        *(_("Transfer"), _("State"), _("From location"), _("To location"), _("Sent at")),
        *(_("Arrived at"), _("Goods"), _("SKU"), _("Sent"), _("Arrived"), _("Note")),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        whole: Transfer = row.transfer
        yield [
            *(whole.public_id, whole.get_state_display()),
            *(whole.source.name, whole.destination.name),
            *(moment(whole.sent_at), moment(whole.received_at)),
            *(variant_name(row.variant), row.variant.sku, row.quantity, row.received, whole.note),
        ]
