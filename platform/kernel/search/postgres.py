"""Search in the tenant's own PostgreSQL, without extensions."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db import connection, transaction

from kernel.search.choices import Sort
from kernel.search.documents import VERSION, Document, documents, in_stock
from kernel.search.models import SearchEntry, Synonym
from kernel.search.options import keep_labels
from kernel.search.spelling import corrected, learn
from kernel.search.values import Facets, Outcome, Wanted
from kernel.search.words import fold, query_of

_VALUED: Final = ("a", "o")
"""Facets that have values: attributes and options."""
_LIVE: Final = (
    "is_on_sale AND (published_from IS NULL OR published_from <= %(now)s)"
    " AND (published_until IS NULL OR published_until > %(now)s)"
)
_RANK: Final = "ts_rank('{0.05, 0.2, 0.5, 1}', vector, %(query)s::tsquery)"
_ORDERS: Final[Mapping[Sort, str]] = {
    Sort.RELEVANCE: "rank DESC, sold DESC, created_at DESC, product_id DESC",
    Sort.NEWEST: "created_at DESC, product_id DESC",
    Sort.CHEAPEST: "price_minor ASC NULLS LAST, product_id",
    Sort.DEAREST: "price_minor DESC NULLS LAST, product_id DESC",
    Sort.SALES: "sold DESC, created_at DESC, product_id DESC",
}
# A row that fails one narrowing still counts for the facet that it belongs to; one
# that fails two counts for none. The page comes along, so that rows are read once.
_COUNTS: Final = """
WITH found AS MATERIALIZED (
  SELECT product_id, facets, price_minor, is_in_stock, sold, created_at, rank, misses
    FROM (SELECT product_id, facets, price_minor, is_in_stock, sold, created_at,
                 {rank} AS rank, {misses} AS misses
            FROM search_searchentry WHERE {base}) AS each_one
   WHERE misses = ANY(%(counted)s::int[])
)
SELECT facet, misses, count(*), NULL::bigint, NULL::bigint, NULL::bigint, NULL::uuid
  FROM found CROSS JOIN LATERAL unnest(facets) AS facet GROUP BY facet, misses
UNION ALL
SELECT NULL, misses, count(*), min(price_minor), max(price_minor),
       count(*) FILTER (WHERE is_in_stock), NULL
  FROM found GROUP BY misses
UNION ALL
SELECT NULL, NULL, number, NULL, NULL, NULL, product_id
  FROM (SELECT product_id, row_number() OVER () AS number
          FROM (SELECT product_id FROM found WHERE misses = 0
                 ORDER BY {order} OFFSET %(first)s LIMIT %(limit)s) AS in_order) AS page
"""
_PAGE: Final = """
SELECT product_id FROM (
  SELECT product_id, price_minor, sold, created_at, 0 AS rank
    FROM search_searchentry WHERE {base}{narrowed}) AS found
 ORDER BY {order} OFFSET %(first)s LIMIT %(limit)s
"""
# What somebody has begun to type may fit a great part of the shop: so many are looked at.
_TITLES: Final = """
SELECT product_id FROM (
  SELECT product_id, sold, created_at FROM search_searchentry
   WHERE {live} AND vector @@ %(query)s::tsquery LIMIT 2000) AS begun
 ORDER BY sold DESC, created_at DESC, product_id DESC LIMIT %(limit)s
"""
_MANY: Final = 5_000
_KEPT_SECONDS: Final = 60
_UPSERT: Final = """
INSERT INTO search_searchentry AS kept (product_id, vector, facets, price_minor, is_in_stock,
       sold, is_on_sale, published_from, published_until, created_at)
SELECT * FROM (
  SELECT unnest(%(ids)s::uuid[]) AS product_id, unnest(%(vectors)s::text[])::tsvector,
         string_to_array(unnest(%(facets)s::text[]), chr(31)), unnest(%(prices)s::bigint[]),
         unnest(%(stock)s::bool[]), 0, TRUE, unnest(%(since)s::timestamptz[]),
         unnest(%(until)s::timestamptz[]), unnest(%(made)s::timestamptz[])) AS told
 ORDER BY product_id
ON CONFLICT (product_id) DO UPDATE SET vector = excluded.vector, facets = excluded.facets,
   price_minor = excluded.price_minor, is_in_stock = excluded.is_in_stock, is_on_sale = TRUE,
   published_from = excluded.published_from, published_until = excluded.published_until
"""
_HIDE: Final = """
UPDATE search_searchentry SET vector = '', facets = '{}', is_on_sale = FALSE
 WHERE product_id = ANY(%s::uuid[]) AND is_on_sale
"""
_SOLD: Final = """
UPDATE search_searchentry AS kept
   SET sold = CASE WHEN %(is_all)s THEN told.sold ELSE kept.sold + told.sold END
  FROM unnest(%(ids)s::uuid[], %(sold)s::bigint[]) AS told (product_id, sold)
 WHERE kept.product_id = told.product_id
"""


class PostgresProvider:
    """Implements `kernel.search.providers.SearchProvider`."""

    def find(self, wanted: Wanted) -> Outcome:
        """Return a page of published products; two queries, one when no words are told.

        What many products leave to choose from, without any word, is kept for a minute.
        """
        base, told = _base(wanted)
        if not told:
            return Outcome((), 0, Facets())
        conditions = _conditions(wanted, told)
        key = "" if "query" in told else _key(wanted)
        if key and (kept := cache.get(key)) is not None:
            count, facets = kept
            return Outcome(_page(wanted, base, conditions, told), count, facets)
        bits = {name: 1 << number for number, name in enumerate(conditions)}
        misses = " + ".join(
            f"CASE WHEN {condition} THEN 0 ELSE {bits[name]} END"
            for name, condition in conditions.items()
        )
        told["counted"] = [0, *bits.values()]
        has_rank = "query" in told and wanted.sort == Sort.RELEVANCE
        statement = _COUNTS.format(
            rank=_RANK if has_rank else "0",
            misses=misses or "0",
            base=base,
            order=_ORDERS[wanted.sort],
        )
        rows = _fetch(statement, told)
        page = sorted((row[2], row[6]) for row in rows if row[6] is not None)
        counted = [row[:6] for row in rows if row[6] is None]
        count = sum(row[2] for row in counted if row[0] is None and row[1] == 0)
        facets = _facets(counted, bits)
        if key and sum(row[2] for row in counted if row[0] is None) > _MANY:
            cache.set(key, (count, facets), timeout=_KEPT_SECONDS)
        return Outcome([product for _number, product in page], count, facets)

    def titles(self, text: str, *, now: datetime, limit: int) -> Sequence[UUID]:
        """Return published products whose titles hold words that begin like these."""
        query = query_of(text, only="A")
        if not query:
            return ()
        told = {"query": query, "now": now, "limit": limit}
        return [row[0] for row in _fetch(_TITLES.format(live=_LIVE), told)]

    @transaction.atomic
    def index(self, product_ids: Collection[UUID], *, now: datetime) -> int:
        """Take products in as they are now; those that are not on sale are gone after it."""
        found = documents(product_ids, now=now)
        with connection.cursor() as cursor:
            gone = sorted(set(product_ids) - {each.product_id for each in found})
            cursor.execute(_HIDE, [gone])
            cursor.execute(_UPSERT, _columns(found))
        learn(word for each in found for word in each.words)
        keep_labels({key: told for each in found for key, told in each.labels.items()})
        return len(found)

    def corrected(self, text: str) -> str:
        """Return a search with words of the index in place of misspelt ones; empty without any."""
        return corrected(text)

    def restock(self, product_ids: Collection[UUID]) -> None:
        """Take note of whether products are in stock; rows that know already stay as they are."""
        there = in_stock(list(product_ids))
        entries = SearchEntry.objects.filter(product__in=list(product_ids), is_on_sale=True)
        entries.filter(product__in=there, is_in_stock=False).update(is_in_stock=True)
        entries.exclude(product__in=there).filter(is_in_stock=True).update(is_in_stock=False)

    def note_sold(self, sold: Mapping[UUID, int], *, is_all: bool) -> None:
        """Add to how many of each product were sold, or take it for all that ever were."""
        ids = sorted(sold)
        told: dict[str, Any] = {"ids": ids, "sold": [sold[key] for key in ids], "is_all": is_all}
        with connection.cursor() as cursor:
            cursor.execute(_SOLD, told)


def _page(
    wanted: Wanted, base: str, conditions: Mapping[str, str], told: Mapping[str, Any]
) -> list[UUID]:
    if not wanted.limit:
        return []
    statement = _PAGE.format(
        base=base,
        narrowed="".join(f" AND {condition}" for condition in conditions.values()),
        order=_ORDERS[wanted.sort],
    )
    return [row[0] for row in _fetch(statement, told)]


def _key(wanted: Wanted) -> str:
    """Return the key under which is kept what a search without words leaves to choose from."""
    chosen = (
        wanted.category_id,
        wanted.brand_ids,
        sorted(wanted.attributes.items()),
        sorted(wanted.options.items()),
        wanted.lowest_minor,
        wanted.highest_minor,
        wanted.only_in_stock,
        wanted.least_stars,
    )
    digest = hashlib.sha256(repr(chosen).encode()).hexdigest()[:32]
    return f"search:facets:{VERSION}:{digest}"


def _columns(found: Sequence[Document]) -> dict[str, Any]:
    return {
        "ids": [each.product_id for each in found],
        "vectors": [each.vector for each in found],
        "facets": ["\x1f".join(each.facets) for each in found],
        "prices": [each.price_minor for each in found],
        "stock": [each.is_in_stock for each in found],
        "since": [each.published_from for each in found],
        "until": [each.published_until for each in found],
        "made": [each.created_at for each in found],
    }


def _base(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """Return what no facet looks beyond, and what it names; nothing when no word was told."""
    told: dict[str, Any] = {"now": wanted.now, "first": wanted.first, "limit": wanted.limit}
    if fold(wanted.text):
        groups = Synonym.objects.values_list("phrases", flat=True)
        told["query"] = query_of(wanted.text, [[fold(each) for each in group] for group in groups])
        if not told["query"]:
            return "", {}
        return f"{_LIVE} AND vector @@ %(query)s::tsquery", told
    if wanted.category_id:
        told["shelf"] = [f"c:{wanted.category_id.hex}"]
        return f"{_LIVE} AND facets @> %(shelf)s::text[]", told
    return _LIVE, told


def _conditions(wanted: Wanted, told: dict[str, Any]) -> dict[str, str]:
    """Return the narrowings by the facet that each belongs to."""
    found: dict[str, str] = {}
    if wanted.category_id and "shelf" not in told:
        told["category"] = [f"c:{wanted.category_id.hex}"]
        found["c"] = "facets @> %(category)s::text[]"
    if wanted.brand_ids:
        told["brands"] = [f"b:{key.hex}" for key in wanted.brand_ids]
        found["b"] = "facets && %(brands)s::text[]"
    if wanted.lowest_minor is not None or wanted.highest_minor is not None:
        told["lowest"], told["highest"] = wanted.lowest_minor or 0, wanted.highest_minor
        found["price"] = (
            "(price_minor >= %(lowest)s AND price_minor <="
            " coalesce(%(highest)s::bigint, price_minor)) IS TRUE"
        )
    if wanted.only_in_stock:
        found["stock"] = "is_in_stock"
    if wanted.least_stars is not None:
        told["stars"] = [f"r:{wanted.least_stars}"]
        found["r"] = "facets @> %(stars)s::text[]"
    for kind, chosen in (("a", wanted.attributes), ("o", wanted.options)):
        for number, (code, values) in enumerate(sorted(chosen.items())):
            told[f"{kind}{number}"] = [f"{kind}:{code}={value}" for value in values]
            found[f"{kind}:{code}"] = f"facets && %({kind}{number})s::text[]"
    return found


def _facets(rows: Sequence[tuple[Any, ...]], bits: Mapping[str, int]) -> Facets:
    categories: dict[UUID, int] = defaultdict(int)
    brands: dict[UUID, int] = defaultdict(int)
    ratings: dict[int, int] = defaultdict(int)
    valued: Mapping[str, dict[str, dict[str, int]]] = {
        kind: defaultdict(lambda: defaultdict(int)) for kind in _VALUED
    }
    prices: list[int] = []
    stocked = 0
    for facet, misses, count, lowest, highest, here in rows:
        if facet is None:
            if misses in {0, bits.get("price", 0)}:
                prices += [each for each in (lowest, highest) if each is not None]
            stocked += here if misses in {0, bits.get("stock", 0)} else 0
            continue
        kind, _colon, rest = facet.partition(":")
        code, _equals, value = rest.partition("=")
        if misses and misses != bits.get(f"{kind}:{code}" if kind in _VALUED else kind):
            continue
        if kind in _VALUED:
            valued[kind][code][value] += count
        elif kind == "r":
            ratings[int(rest)] += count
        else:
            (categories if kind == "c" else brands)[UUID(rest)] += count
    return Facets(
        categories=dict(categories),
        brands=dict(brands),
        attributes={code: dict(values) for code, values in valued["a"].items()},
        options={code: dict(values) for code, values in valued["o"].items()},
        in_stock=stocked,
        ratings=dict(ratings),
        lowest_minor=min(prices, default=None),
        highest_minor=max(prices, default=None),
    )


def _fetch(statement: str, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return list(cursor.fetchall())
