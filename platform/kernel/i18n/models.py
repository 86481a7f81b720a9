"""Languages, currencies and words of a shop: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.i18n.choices import RateSource, RoundingRule
from kernel.tenancy.models import TenantModel

LONGEST_MSGID = 600
LONGEST_WORDING = 2_000


class ShopLanguage(TenantModel):
    """A language that the shop offers, or prepares.

    Attributes:
        falls_back_to: the language whose texts stand in for missing ones, before those
            that are always there; empty for none.
        is_offered: whether buyers can choose it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    falls_back_to = models.CharField(max_length=10, default="", blank=True)
    is_offered = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(falls_back_to=F("code")), name="i18n_no_own_fallback"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.code


class ShopCurrency(TenantModel):
    """A currency that prices are shown in, beside the one that the shop is paid in.

    Attributes:
        rate: how many of it one of the shop's own is worth; None while nobody has said.
        margin_bp: ten-thousandths put on the rate, for what changing money costs.
        step_minor: amounts are rounded to whole steps of so many minor units.
        below_minor: prices end so many minor units below a step.
        rate_at: when the rate was told.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=3, unique=True)
    rate = models.DecimalField(max_digits=22, decimal_places=10, null=True, blank=True)
    source = models.CharField(max_length=10, choices=RateSource.choices, default=RateSource.MANUAL)
    margin_bp = models.IntegerField(default=0)
    rounding = models.CharField(
        max_length=10, choices=RoundingRule.choices, default=RoundingRule.NEAREST
    )
    step_minor = models.PositiveIntegerField(default=1)
    below_minor = models.PositiveIntegerField(default=0)
    is_shown = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    rate_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(rate=None) | Q(rate__gt=0), name="i18n_rate_positive"
            ),
            models.CheckConstraint(
                condition=Q(step_minor__gte=1, below_minor__lt=F("step_minor")),
                name="i18n_ends_below_a_step",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cur", self.id)

    @override
    def __str__(self) -> str:
        return self.code


class RateChange(TenantModel):
    """What a currency was worth from a moment on. Written once; never changed.

    Attributes:
        base: the shop's own currency at that time.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=3)
    base = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=22, decimal_places=10)
    source = models.CharField(max_length=10, choices=RateSource.choices)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "-id"], name="i18n_rates_of")]


class ShownRate(TenantModel):
    """What a buyer saw in another currency when he ordered. Written once; never changed.

    Attributes:
        group_id: of the orders that were placed together.
        rate: with everything that was put on it.
        total_minor: of all of them, in minor units of ``code``.
    """

    group_id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=22, decimal_places=10)
    total_minor = models.BigIntegerField()
    at = models.DateTimeField()


class Wording(TenantModel):
    """What the shop says in its own words, where the program has others.

    Attributes:
        msgid: the program's text, in English.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(max_length=10)
    msgid = models.CharField(max_length=LONGEST_MSGID)
    text = models.CharField(max_length=LONGEST_WORDING)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["language", "msgid"], name="i18n_said_once")
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("wrd", self.id)


class Market(TenantModel):
    """Countries whose buyers have something in common; see `MarketCountry`.

    Attributes:
        code: price lists name it: ``market:eu``.
        is_rest: whether it is that of all countries that no other market has.
        language: that a visitor meets first; empty for the usual one.
        currency: that amounts are shown in first; empty for the shop's own.
        return_days: what arrived may be sent back without a reason for so long; None for
            what the shop says to all.
        fault_days: faults may be reported for so long; None likewise.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    is_rest = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="", blank=True)
    currency = models.CharField(max_length=3, default="", blank=True)
    return_days = models.PositiveSmallIntegerField(null=True, blank=True)
    fault_days = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_rest"], condition=Q(is_rest=True), name="i18n_one_market_of_the_rest"
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("mkt", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class MarketCountry(TenantModel):
    """A country of a market; of one at most."""

    code = models.CharField(max_length=2, primary_key=True)
    market = DBForeignKey(Market, db_on_delete=CASCADE)
