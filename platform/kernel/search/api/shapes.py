"""What answers about searches look like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.catalogue.api.shapes import CardShape
from kernel.search.choices import Sort
from kernel.search.models import IndexState, Synonym
from kernel.search.services.wording import MOST_HOT_WORDS, MOST_PHRASES
from kernel.search.words import LONGEST


class SearchAsked(serializers.Serializer[Any]):
    """What is looked for, narrowed down by what, in which order."""

    q = serializers.CharField(required=False, max_length=LONGEST, help_text="words to look for")
    category = serializers.CharField(required=False, max_length=1000, help_text="its path")
    brand = serializers.CharField(required=False, max_length=1000, help_text="handles, by comma")
    attributes = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="`code:value`, by |; one code several times: any of them",
    )
    options = serializers.CharField(
        required=False, max_length=2000, help_text="of variants, written as attributes are"
    )
    min_price = serializers.CharField(required=False, max_length=40)
    max_price = serializers.CharField(required=False, max_length=40)
    in_stock = serializers.BooleanField(required=False)
    rating = serializers.IntegerField(
        required=False, min_value=1, max_value=4, help_text="least stars on average"
    )
    sort = serializers.ChoiceField(choices=Sort.choices, required=False)
    page = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)


class SuggestAsked(serializers.Serializer[Any]):
    """What somebody has typed so far."""

    q = serializers.CharField(max_length=LONGEST)


class FacetChoice(serializers.Serializer[Any]):
    """A value to narrow down by; ``key`` is what the request says to choose it."""

    key = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    is_chosen = serializers.BooleanField()


class FacetShown(serializers.Serializer[Any]):
    """Values of one kind; the title is empty for categories, brands and ratings."""

    code = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    choices = FacetChoice(many=True)


class SearchFound(serializers.Serializer[Any]):
    """A page of products, the number of all, and what they can be narrowed down by.

    ``instead`` is what was probably meant where nothing was found, or empty.
    """

    items = CardShape
    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    instead = serializers.CharField(allow_blank=True)
    facets = FacetShown(many=True)
    lowest_price = serializers.CharField(allow_null=True)
    highest_price = serializers.CharField(allow_null=True)
    in_stock = serializers.IntegerField()


class SuggestionShown(serializers.Serializer[Any]):
    """A search, or a product when it has a handle."""

    text = serializers.CharField()
    handle = serializers.CharField(allow_blank=True)


class TextShown(serializers.Serializer[Any]):
    """Something to search for."""

    text = serializers.CharField()


class SynonymTold(serializers.Serializer[Any]):
    """Words and phrases that mean the same."""

    phrases = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST), max_length=MOST_PHRASES
    )


class SynonymShown(SynonymTold):
    """Words and phrases that mean the same, with the id of their group."""

    id = serializers.CharField()


class HotWordsTold(serializers.Serializer[Any]):
    """The searches that the shop proposes, in order."""

    words = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST), max_length=MOST_HOT_WORDS
    )


class TermsAsked(serializers.Serializer[Any]):
    """Of which days, and whether only what found nothing."""

    days = serializers.IntegerField(required=False, min_value=1, max_value=400, default=30)
    misses = serializers.BooleanField(required=False, default=False)


class TermShown(serializers.Serializer[Any]):
    """How often something was searched for, and how often nothing was found."""

    text = serializers.CharField()
    times = serializers.IntegerField()
    misses = serializers.IntegerField()
    latest = serializers.DateField()


def synonym_data(row: Synonym) -> dict[str, Any]:
    """Return a group of synonyms as it is shown."""
    return {"id": row.public_id, "phrases": row.phrases}


class IndexShown(serializers.Serializer[Any]):
    """How the index stands; ``built_at`` is null while it was never made as a whole."""

    products = serializers.IntegerField()
    asked_at = serializers.DateTimeField(allow_null=True)
    built_at = serializers.DateTimeField(allow_null=True)


def index_data(row: IndexState | None) -> dict[str, Any]:
    """Return how the index stands, as it is shown."""
    return {
        "products": row.products if row else 0,
        "asked_at": row.asked_at if row else None,
        "built_at": row.built_at if row else None,
    }
