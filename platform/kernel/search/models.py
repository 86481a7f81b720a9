"""What is searched, what was searched for, and what staff say about it: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class SearchEntry(TenantModel):
    """A product as it is searched. Made anew from the product at any time.

    Attributes:
        vector: its words, see `kernel.search.words`.
        facets: what it can be narrowed down by: ``c:<category>`` for its categories and all
            above them, ``b:<brand>``, ``a:<code>=<value>`` for its attributes,
            ``o:<code>=<value>`` for the options of its variants, ``r:<stars>`` for each
            number of stars that its published reviews have on average.
        price_minor: the lowest base price, in the shop's currency.
        sold: how many were paid for.
        is_on_sale: what is not keeps its row for what it knows of sales, and has no words.
    """

    id = models.BigAutoField(primary_key=True)
    product = DBForeignKey("catalogue.Product", db_on_delete=CASCADE, db_index=False)
    vector = SearchVectorField()
    facets = ArrayField(models.TextField(), default=list)
    price_minor = models.BigIntegerField(null=True)
    is_in_stock = models.BooleanField(default=False)
    sold = models.BigIntegerField(default=0)
    is_on_sale = models.BooleanField(default=True)
    published_from = models.DateTimeField(null=True)
    published_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["product"], name="search_one_entry")
        ]
        indexes: ClassVar = [
            GinIndex(fields=["vector"], name="search_by_word", fastupdate=False),
            GinIndex(fields=["facets"], name="search_by_facet", fastupdate=False),
        ]

    @override
    def __str__(self) -> str:
        return str(self.product_id)


class Synonym(TenantModel):
    """Words and phrases that mean the same to whoever searches this shop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phrases = ArrayField(models.CharField(max_length=80))
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("syn", self.id)

    @override
    def __str__(self) -> str:
        return " = ".join(self.phrases)


class HotWord(TenantModel):
    """A search that the shop proposes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("hot", self.id)

    @override
    def __str__(self) -> str:
        return self.text


class SearchTerm(TenantModel):
    """How often something was searched for on one day of the shop, and what it found last.

    Attributes:
        text: folded, so that ways of writing it are one.
        misses: how often nothing was found.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    text = models.CharField(max_length=80)
    times = models.PositiveIntegerField(default=0)
    misses = models.PositiveIntegerField(default=0)
    last_found = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "text"], name="search_term_once_a_day")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["text"], opclasses=["varchar_pattern_ops"], name="search_term_begins"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.text


class RememberedSearch(TenantModel):
    """What a member searched for."""

    id = models.BigAutoField(primary_key=True)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, db_index=False)
    text = models.CharField(max_length=80)
    searched_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "text"], name="search_remembered_once")
        ]

    @override
    def __str__(self) -> str:
        return self.text


class OptionLabel(TenantModel):
    """How an option of variants, or a value of one, is written.

    Attributes:
        code: the option's name, folded, so that ways of writing it are one.
        value: empty for the option itself.
        names: by language; the title where there is none.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=80)
    value = models.CharField(max_length=80, default="", blank=True)
    title = models.CharField(max_length=80)
    names = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "value"], name="search_option_once")
        ]

    @override
    def __str__(self) -> str:
        return self.title


class KnownWord(TenantModel):
    """A word of titles and brands, which a misspelt one may have meant.

    Attributes:
        grams: its parts of three letters, see `kernel.search.spelling`.
    """

    word = models.CharField(max_length=60, primary_key=True)
    grams = ArrayField(models.CharField(max_length=3))

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["grams"], name="search_by_gram", fastupdate=False)]

    @override
    def __str__(self) -> str:
        return self.word


class IndexState(TenantModel):
    """How the index stands; one row, or none while nobody has asked for one.

    Attributes:
        version: of what `kernel.search.documents` writes, when it was asked for last.
        built_at: when the whole of it was last made.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    built_at = models.DateTimeField(null=True, blank=True)
    products = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="search_one_state")
        ]
