"""Prices of price lists from a file: by SKU and from how many on, to the smallest unit exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.common.money import DECIMALS, InvalidAmount, Money
from kernel.dataio.errors import RowRefused
from kernel.dataio.kinds.named import Named, grouped, variant_of, variants_by_sku, whole
from kernel.dataio.records import read_price
from kernel.dataio.resources import Column, Option, Outcome, Resource, RowRecord, Work
from kernel.pricing.list_rules import LARGEST_QUANTITY
from kernel.pricing.models import PriceList, PriceListEntry
from kernel.pricing.services import NewEntry, set_entries

Place = tuple[UUID, UUID, int]


def _lists() -> Sequence[tuple[str, str]]:
    rows = PriceList.objects.filter(managed_by="").order_by("name", "id")
    return [(row.code, f"{row.name} ({row.currency})") for row in rows]


def _key(values: Mapping[str, str]) -> str:
    least = values.get("min_quantity", "1").partition(".")[0]
    return f"{values.get('sku')}|{values.get('price_list', '').lower()}|{least}"


def bring_in(rows: Sequence[RowRecord], work: Work) -> Mapping[int, Outcome | DomainError]:
    """Set prices of lists; what is so already stays untouched."""
    done: dict[int, Outcome | DomainError] = {}
    variants = variants_by_sku(rows)
    lists = Named(
        (row, [row.code, row.public_id], [row.name])
        for row in PriceList.objects.filter(managed_by="")
    )
    wanted: dict[int, tuple[Place, Money]] = {}
    for row in rows:
        try:
            wanted[row.line] = _wanted(row, variant_of(row, variants).pk, lists, work)
        except RowRefused as refusal:
            done[row.line] = refusal
    before = _entries([place for place, _price in wanted.values()])
    changes = {}
    for line, (place, price) in wanted.items():
        known = before.get(place)
        if known == price.minor:
            done[line] = "unchanged"
            continue
        done[line] = "created" if known is None else "updated"
        changes[line] = (place[0], NewEntry(place[1], price, place[2]))
    for price_list, entries in grouped(changes.values()).items():
        set_entries(price_list, entries, actor=work.actor, now=work.now)
    return done


def _wanted(
    row: RowRecord, variant_id: UUID, lists: Named[PriceList], work: Work
) -> tuple[Place, Money]:
    said = row.get("price_list") or work.options.get("price_list", "")
    into = lists.find(said, column="price_list", reason="no_list")
    currency = row.get("currency")
    if currency and currency.upper() != into.currency:
        raise RowRefused(column="currency", value=into.currency, reason="currency")
    least = whole(
        row.get("min_quantity") or "1",
        column="min_quantity",
        lowest=1,
        highest=LARGEST_QUANTITY,
    )
    return (into.pk, variant_id, least), _amount(row.get("price"), into.currency)


def _amount(text: str, currency: str) -> Money:
    try:
        amount = Money.parse(read_price(text), currency)
    except InvalidAmount:
        places = DECIMALS[currency]
        raise RowRefused(
            column="price", value=text[:40], reason="amount", decimals=places
        ) from None
    if amount.minor < 0:
        raise RowRefused(column="price", value=text[:40], reason="negative")
    return amount


def _entries(places: Sequence[Place]) -> dict[Place, int]:
    rows = PriceListEntry.objects.filter(
        price_list__in={place[0] for place in places}, variant__in={place[1] for place in places}
    )
    told = rows.values_list("price_list_id", "variant_id", "min_quantity", "minor")
    return {(into, variant, least): minor for into, variant, least, minor in told}


PRICES = Resource(
    code="prices",
    label=_("Prices of price lists"),
    lead=_("One price per row: the SKU, the list, from how many on, and the price."),
    permission="prices.manage",
    columns=(
        Column("sku", _("SKU"), ("code", "商品编码", "货号", "编码", "sku编码")),
        Column("price", _("Price"), ("价格", "单价", "amount")),
        Column(
            "min_quantity", _("From how many"), ("quantity", "min quantity", "起订量", "起批量")
        ),
        Column("price_list", _("Price list"), ("list", "价格表", "价目表")),
        Column("currency", _("Currency"), ("币种", "货币")),
    ),
    needs=(("sku",), ("price",), ("price_list",)),
    key=_key,
    bring_in=bring_in,
    sample=(
        {"sku": "TEA-50", "price": "42.00", "min_quantity": "1", "price_list": "wholesale"},
        {"sku": "TEA-50", "price": "38.50", "min_quantity": "10", "price_list": "wholesale"},
    ),
    options=(
        Option(
            "price_list",
            _("Price list, where a row names none"),
            choices=_lists,
        ),
    ),
    export="prices",
    path="/prices/",
)
