"""Lists of products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.cursors import InvalidCursor, Place, read_cursor, write_cursor
from kernel.catalogue.models import (
    CollectionProduct,
    OptionType,
    Product,
    ProductCategory,
    ProductLabel,
    ServiceLabel,
)
from kernel.catalogue.selectors.pictures import PictureShown, first_pictures, shown
from kernel.catalogue.texts import in_language, translated
from kernel.common.money import LARGEST_MINOR, Money

Sort = Literal["newest", "oldest", "price_low", "price_high", "title", "manual"]

PAGE: Final = 48
LONGEST_PAGE: Final = 100
_LONGEST_QUERY: Final = 100
_MOST_WORDS: Final = 8
_HAS_CHOICES: Final = Exists(OptionType.objects.filter(product=OuterRef("pk"), is_archived=False))


@dataclass(frozen=True, slots=True)
class CardFilter:
    """What a list is narrowed down by; what is empty narrows nothing.

    Attributes:
        category_path: what lies below counts too.
        tags: products with all of them.
        text: words that titles, tags or SKUs hold.
        statuses: for staff; whoever shops sees what is published, whatever is said here.
    """

    category_path: str = ""
    collection_id: UUID | None = None
    product_ids: Sequence[UUID] | None = None
    brand_ids: Sequence[UUID] = ()
    tags: Sequence[str] = ()
    label_codes: Sequence[str] = ()
    kinds: Sequence[str] = ()
    seller_id: UUID | None = None
    lowest_minor: int | None = None
    highest_minor: int | None = None
    text: str = ""
    statuses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list.

    Attributes:
        lowest, highest: base prices; None for a product without a price.
        lead_variant_id: the variant with the lowest price, for the price of one buyer.
        has_choices: whether the buyer has to choose between variants.
        labels: titles of its service labels.
    """

    id: UUID
    public_id: str
    handle: str
    kind: str
    status: str
    title: str
    summary: str
    brand: str
    seller_id: UUID | None
    tags: tuple[str, ...]
    labels: tuple[str, ...]
    picture: PictureShown | None
    lowest: Money | None
    highest: Money | None
    lead_variant_id: UUID | None
    has_choices: bool
    version: int


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some products of a list, and where it goes on; None at its end."""

    cards: list[Card]
    next_cursor: str | None


def published(now: datetime) -> Q:
    """Return which products can be seen by whoever shops."""
    begun = Q(published_from=None) | Q(published_from__lte=now)
    lasting = Q(published_until=None) | Q(published_until__gt=now)
    return Q(status=ProductStatus.ACTIVE) & begun & lasting


def product_cards(
    narrowed: CardFilter | None = None,
    sort: Sort = "newest",
    cursor: str = "",
    limit: int = PAGE,
    *,
    now: datetime | None,
    language: str | None = None,
) -> CardPage:
    """Return a page of a list; three queries, whatever its length and the number of variants.

    Args:
        narrowed: what to leave out; nothing when None.
        sort: ``manual`` needs a collection.
        cursor: of the page before; empty for the first.
        limit: at most 100.
        now: for whom shops: only what is published at this moment; None for staff: all.
        language: of the texts.

    Raises:
        InvalidCursor: not a cursor of a list in this order.
    """
    rows = _narrowed(narrowed or CardFilter(), now)
    ordered = _ordered(rows, narrowed or CardFilter(), sort, cursor)
    wanted = max(1, min(limit, LONGEST_PAGE))
    found = list(ordered.select_related("brand")[: wanted + 1])
    page = found[:wanted]
    more = len(found) > wanted
    return CardPage(_cards(page, language), _cursor(page[-1], sort) if more else None)


def words_of(text: str) -> list[str]:
    """Return what a search looks for."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_QUERY])
    return list(dict.fromkeys(plain.lower().split()))[:_MOST_WORDS]


def matching_products(narrowed: CardFilter) -> QuerySet[Product]:
    """Return the products that a filter leaves, for staff: whatever their status."""
    return _narrowed(narrowed, None)


def listed_products(narrowed: CardFilter) -> QuerySet[Product]:
    """Return the products that a filter leaves, for lists of staff: newest first."""
    rows = matching_products(narrowed).select_related("brand").annotate(has_choices=_HAS_CHOICES)
    return rows.order_by("-created_at", "-id")


def cards_of(products: Iterable[Product], *, language: str | None = None) -> list[Card]:
    """Return products of `listed_products` as cards; two queries."""
    return _cards(list(products), language)


def _narrowed(narrowed: CardFilter, now: datetime | None) -> QuerySet[Product]:
    rows = Product.objects.all() if now is None else Product.objects.filter(published(now))
    plain: Mapping[str, Any] = {
        "pk__in": narrowed.product_ids,
        "brand_id__in": narrowed.brand_ids or None,
        "tags__contains": list(narrowed.tags) or None,
        "kind__in": narrowed.kinds or None,
        "seller_id": narrowed.seller_id,
        "lowest_minor__gte": narrowed.lowest_minor,
        "lowest_minor__lte": narrowed.highest_minor,
        "status__in": narrowed.statuses or None,
    }
    rows = rows.filter(**{key: value for key, value in plain.items() if value is not None})
    for word in words_of(narrowed.text):
        rows = rows.filter(search_text__contains=word)
    own = {"product": OuterRef("pk")}
    if narrowed.category_path:
        path = narrowed.category_path
        below = Q(category__path=path) | Q(category__path__startswith=f"{path}/")
        rows = rows.filter(Exists(ProductCategory.objects.filter(below, **own)))
    if narrowed.collection_id:
        within = CollectionProduct.objects.filter(collection=narrowed.collection_id, **own)
        rows = rows.filter(Exists(within))
    for code in narrowed.label_codes:
        rows = rows.filter(Exists(ProductLabel.objects.filter(label__code=code, **own)))
    return rows


def _ordered(
    rows: QuerySet[Product], narrowed: CardFilter, sort: Sort, cursor: str
) -> QuerySet[Product]:
    ordered = rows.annotate(
        place=_PLACES[sort] if sort != "manual" else _position(narrowed.collection_id),
        has_choices=_HAS_CHOICES,
    )
    falls = sort in _FALLING
    if cursor:
        place = _read(sort, cursor)
        beyond = "lt" if falls else "gt"
        ordered = ordered.filter(
            Q(**{f"place__{beyond}": place.value})
            | Q(**{"place": place.value, f"id__{beyond}": place.id})
        )
    return ordered.order_by(*(("-place", "-id") if falls else ("place", "id")))


_FALLING: Final = frozenset({"newest", "price_high"})
# Products without a price stand last, whichever way prices run.
_PLACES: Final[Mapping[str, Any]] = {
    "newest": F("created_at"),
    "oldest": F("created_at"),
    "title": F("title"),
    "price_low": Coalesce("lowest_minor", Value(LARGEST_MINOR + 1)),
    "price_high": Coalesce("lowest_minor", Value(-1)),
}


def _position(collection_id: UUID | None) -> Any:
    if collection_id is None:
        raise InvalidCursor
    rows = CollectionProduct.objects.filter(collection=collection_id, product=OuterRef("pk"))
    return Subquery(rows.values("position")[:1])


def _read(sort: Sort, cursor: str) -> Place:
    place = read_cursor(sort, cursor)
    is_number = sort in {"price_low", "price_high", "manual"}
    if is_number != isinstance(place.value, int):
        raise InvalidCursor
    if isinstance(place.value, int) and abs(place.value) > LARGEST_MINOR + 1:
        raise InvalidCursor
    if sort in {"newest", "oldest"}:
        try:
            moment = datetime.fromisoformat(str(place.value))
        except ValueError:
            raise InvalidCursor from None
        if moment.tzinfo is None:
            raise InvalidCursor
    return place


def _cursor(row: Any, sort: Sort) -> str:
    value = row.place.isoformat() if isinstance(row.place, datetime) else row.place
    return write_cursor(sort, Place(value, row.id))


def _cards(rows: Sequence[Any], language: str | None) -> list[Card]:
    ids = [row.id for row in rows]
    pictures = first_pictures(ids)
    labels = _labels(ids, language)
    return [_card(row, pictures, labels, language) for row in rows]


def _labels(ids: Iterable[UUID], language: str | None) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = ProductLabel.objects.filter(product__in=list(ids), label__is_shown=True)
    for row in rows.select_related("label").order_by("label__position", "label__code"):
        found.setdefault(row.product_id, []).append(label_title(row.label, language))
    return found


def label_title(label: ServiceLabel, language: str | None) -> str:
    """Return what a service label says, in whatever language there is."""
    any_title = next(iter(label.titles.values()), label.code)
    return in_language(label.titles, language, any_title)


def _card(
    row: Any,
    pictures: Mapping[UUID, Any],
    labels: Mapping[UUID, Sequence[str]],
    language: str | None,
) -> Card:
    title = translated(row.i18n, language, "title", row.title)
    picture = pictures.get(row.id)
    priced = row.lowest_minor is not None
    return Card(
        id=row.id,
        public_id=row.public_id,
        handle=row.handle,
        kind=row.kind,
        status=row.status,
        title=title,
        summary=translated(row.i18n, language, "summary", row.summary),
        brand=translated(row.brand.i18n, language, "name", row.brand.name) if row.brand else "",
        seller_id=row.seller_id,
        tags=tuple(row.tags),
        labels=tuple(labels.get(row.id, ())),
        picture=shown(picture, language, title) if picture else None,
        lowest=Money(row.lowest_minor, row.price_currency) if priced else None,
        highest=Money(row.highest_minor, row.price_currency) if priced else None,
        lead_variant_id=row.lead_variant_id,
        has_choices=row.has_choices,
        version=row.version,
    )
