"""Tax classes, zones with their rates, exemptions, and a shop's choices: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.i18n.languages import in_any
from kernel.taxes.choices import ExemptionState, FreightTax, Rounding
from kernel.tenancy.models import TenantModel


class TaxPolicy(TenantModel):
    """A tenant's choices; one row, or none while nothing was chosen.

    Attributes:
        is_on: whether orders are taxed at all.
        freight_class: of shipping that has a tax class of its own.
        home: country that counts while nobody has said where to; empty for none.
        provider: who knows the rates; ``zones`` are those kept here.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    is_on = models.BooleanField(default=False)
    rounding = models.CharField(max_length=10, choices=Rounding.choices, default=Rounding.LINE)
    freight = models.CharField(max_length=10, choices=FreightTax.choices, default=FreightTax.GOODS)
    freight_class = models.CharField(max_length=40, default="standard")
    home = models.CharField(max_length=2, default="", blank=True)
    provider = models.CharField(max_length=40, default="zones")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="taxes_one_policy"),
        ]


class TaxClass(TenantModel):
    """Goods that are taxed alike.

    Attributes:
        code: what a product names.
        names: by language.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40)
    names = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code"], name="taxes_class_code"),
        ]

    def name_in(self, language: str) -> str:
        """Return its name in a language, or in any that it has."""
        return in_any(self.names, language, self.code)

    @override
    def __str__(self) -> str:
        return self.code


class TaxZone(TenantModel):
    """Places with the same taxes.

    Attributes:
        code: stable; part of what orders keep.
        countries: two letters each; empty for the rest of the world.
        regions: beginnings of region codes; with any, the zone is a part of its country.
        is_included: prices hold the tax; otherwise it is put on them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    countries = models.JSONField(default=list, blank=True)
    regions = models.JSONField(default=list, blank=True)
    is_included = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code"], name="taxes_zone_code"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("txz", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class TaxRate(TenantModel):
    """What goods of a class are taxed with in a zone; several stand one after the other.

    Attributes:
        names: by language, as buyers read it: ``{"en": "VAT"}``.
        ppm: millionths: 130,000 are 13 %.
        is_compound: counted on the price together with the taxes before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    zone = DBForeignKey(TaxZone, db_on_delete=CASCADE, db_index=False)
    tax_class = models.CharField(max_length=40)
    names = models.JSONField(default=dict)
    ppm = models.PositiveIntegerField()
    is_compound = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["zone", "tax_class", "position"], name="taxes_rate_in_order"
            ),
            models.CheckConstraint(condition=Q(ppm__lte=1_000_000), name="taxes_rate_at_most_all"),
        ]


class Exemption(TenantModel):
    """A buyer who pays no tax, and the number by which the authorities know him.

    Attributes:
        country: where the number is from.
        valid_until: the last day; None for no end.
        reason: why it was refused or ended; members may read it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE)
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=ExemptionState.choices)
    valid_until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["requested", "granted"]),
                name="taxes_one_open_exemption",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("txe", self.id)

    @override
    def __str__(self) -> str:
        return self.number
