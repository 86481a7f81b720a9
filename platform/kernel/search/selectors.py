"""What pages and edges read of search, with fixed numbers of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, QuerySet, Sum

from kernel.catalogue.models import Brand, Category, Product, ProductType
from kernel.catalogue.texts import in_language, translated
from kernel.search.documents import FACET_KINDS
from kernel.search.models import HotWord, IndexState, RememberedSearch, SearchTerm, Synonym
from kernel.search.options import labels_of
from kernel.search.providers import provider
from kernel.search.services.noting import MOST_REMEMBERED
from kernel.search.values import Facets, Outcome, Wanted
from kernel.search.words import LONGEST, fold

MOST_SUGGESTED: Final = 8
OPTION: Final = "option"
RATING: Final = "rating"
_MOST_VALUES: Final = 30
_MOST_OPTIONS: Final = 6
_TERMS: Final = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody who types may mean: a search, or a product with its handle."""

    text: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet.

    Attributes:
        key: as it is chosen with: a path, a handle, a value.
    """

    key: str
    title: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownFacet:
    """Values to narrow down by, the most frequent first.

    Attributes:
        code: ``category``, ``brand``, ``rating``, an attribute's, or an option's.
        kind: of an attribute; its booleans are ``yes`` and ``no``. Or ``option``. Or
            ``rating``, whose keys are the least stars on average.
    """

    code: str
    title: str
    kind: str
    choices: tuple[Choice, ...]


def find(wanted: Wanted) -> Outcome:
    """Return a page of what a search finds among the products on sale."""
    return provider().find(wanted)


def instead_of(text: str, *, now: datetime) -> str:
    """Return what somebody who found nothing may have meant; empty when that finds nothing too.

    At most three statements, none without a word that can be misspelt.
    """
    meant = provider().corrected(text)
    return meant if meant and find(Wanted(now=now, text=meant, limit=0)).count else ""


def index_state() -> IndexState | None:
    """Return how the index stands; None while nobody has asked for one."""
    return IndexState.objects.first()


def suggestions(text: str, *, now: datetime, language: str | None) -> list[Suggestion]:
    """Return searches that begin so and found something, then products; three queries."""
    folded = fold(text[:LONGEST])
    if not folded:
        return []
    terms = (
        SearchTerm.objects.filter(text__startswith=folded, last_found__gt=0)
        .values("text")
        .annotate(total=Sum("times"))
        .order_by("-total", "text")[:_TERMS]
    )
    found = [Suggestion(row["text"]) for row in terms]
    ids = provider().titles(text, now=now, limit=MOST_SUGGESTED)
    rows = Product.objects.filter(pk__in=ids).only("id", "title", "i18n", "handle")
    products = {each.pk: each for each in rows}
    for key in ids:
        if each := products.get(key):
            title = translated(each.i18n, language, "title", each.title)
            found.append(Suggestion(title, each.handle))
    return found[:MOST_SUGGESTED]


def shown_facets(facets: Facets, wanted: Wanted, *, language: str | None) -> list[ShownFacet]:
    """Return facets with titles and what was chosen; a query for each kind that there is.

    Categories are those just below the chosen one, or the top ones.
    """
    found = [
        _categories(facets, wanted, language),
        _brands(facets, wanted, language),
        _ratings(facets, wanted),
    ]
    further = (*_attributes(facets, wanted, language), *_options(facets, wanted, language))
    return [each for each in (*found, *further) if each.choices]


def hot_words() -> list[str]:
    """Return the searches that the shop proposes, in order."""
    return list(HotWord.objects.order_by("position", "pk").values_list("text", flat=True))


def synonyms() -> QuerySet[Synonym]:
    """Return the groups of synonyms, the newest first."""
    return Synonym.objects.order_by("-created_at", "-pk")


def history_of(member_id: UUID) -> list[str]:
    """Return what a member searched for, the latest first."""
    rows = RememberedSearch.objects.filter(member=member_id).order_by("-searched_at", "-id")
    return list(rows.values_list("text", flat=True)[:MOST_REMEMBERED])


def terms_since(day: date, *, only_misses: bool = False) -> QuerySet[Any, Any]:
    """Return what was searched for since a day, the most frequent first.

    Rows hold ``text``, ``total``, ``missed`` (how often nothing was found) and ``latest``.
    """
    rows = (
        SearchTerm.objects.filter(day__gte=day)
        .values("text")
        .annotate(total=Sum("times"), missed=Sum("misses"), latest=Max("day"))
    )
    if only_misses:
        return rows.filter(missed__gt=0).order_by("-missed", "text")
    return rows.order_by("-total", "text")


def _categories(facets: Facets, wanted: Wanted, language: str | None) -> ShownFacet:
    rows = Category.objects.filter(pk__in=facets.categories, is_shown=True)
    known = {each.pk: each for each in rows.order_by("position", "path")}
    here = known.get(wanted.category_id) if wanted.category_id else None
    depth = here.depth + 1 if here else 1
    within = f"{here.path}/" if here else ""
    choices = [
        Choice(
            each.path,
            in_language(each.titles, language, each.title),
            facets.categories[key],
            key == wanted.category_id,
        )
        for key, each in known.items()
        if key == wanted.category_id or (each.depth == depth and each.path.startswith(within))
    ]
    return ShownFacet("category", "", "category", tuple(choices))


def _brands(facets: Facets, wanted: Wanted, language: str | None) -> ShownFacet:
    keys = {*facets.brands, *wanted.brand_ids}
    rows = Brand.objects.filter(pk__in=keys) if keys else ()
    choices = [
        Choice(
            each.handle,
            translated(each.i18n, language, "name", each.name),
            facets.brands.get(each.pk, 0),
            each.pk in wanted.brand_ids,
        )
        for each in rows
    ]
    return ShownFacet("brand", "", "brand", _frequent(choices))


def _ratings(facets: Facets, wanted: Wanted) -> ShownFacet:
    """Return the least stars that products have, the most first."""
    counts = dict(facets.ratings)
    if wanted.least_stars is not None:
        counts.setdefault(wanted.least_stars, 0)
    choices = [
        Choice(str(stars), str(stars), counts[stars], stars == wanted.least_stars)
        for stars in sorted(counts, reverse=True)
    ]
    return ShownFacet(RATING, "", RATING, tuple(choices))


def _attributes(facets: Facets, wanted: Wanted, language: str | None) -> list[ShownFacet]:
    found: dict[str, ShownFacet] = {}
    if not facets.attributes and not wanted.attributes:
        return []
    schemas = ProductType.objects.order_by("code").values_list("schema", flat=True)
    for entry in (each for schema in schemas for each in schema):
        code = entry["code"]
        if code in found or entry["kind"] not in FACET_KINDS:
            continue
        chosen = wanted.attributes.get(code, ())
        counts = {**dict.fromkeys(chosen, 0), **facets.attributes.get(code, {})}
        choices = [Choice(key, key, count, key in chosen) for key, count in counts.items()]
        title = in_language(entry.get("names") or {}, language, code)
        found[code] = ShownFacet(code, title, entry["kind"], _frequent(choices))
    return list(found.values())


def _options(facets: Facets, wanted: Wanted, language: str | None) -> list[ShownFacet]:
    """Return the options that most products have, and those that something was chosen of."""
    totals = {code: sum(values.values()) for code, values in facets.options.items()}
    frequent = sorted(totals, key=lambda code: (-totals[code], code))[:_MOST_OPTIONS]
    codes = [*wanted.options, *(code for code in frequent if code not in wanted.options)]
    if not codes:
        return []
    counted = {
        code: {**dict.fromkeys(wanted.options.get(code, ()), 0), **facets.options.get(code, {})}
        for code in codes
    }
    labels = labels_of(codes, {value for values in counted.values() for value in values})

    def title(code: str, value: str) -> str:
        plain, names = labels.get((code, value), (value or code, {}))
        return in_language(names, language, plain)

    return [
        ShownFacet(
            code,
            title(code, ""),
            OPTION,
            _frequent(
                [
                    Choice(value, title(code, value), count, value in wanted.options.get(code, ()))
                    for value, count in values.items()
                ]
            ),
        )
        for code, values in counted.items()
    ]


def _frequent(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    ordered = sorted(choices, key=lambda each: (-each.is_chosen, -each.count, each.title))
    return tuple(ordered[:_MOST_VALUES])
