"""What products are described with: brands, units, types, service labels."""

from __future__ import annotations

from django.db import models
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Brand(TenantModel):
    """Who makes a product."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    handle = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    i18n = models.JSONField(default=dict, blank=True)
    logo = models.CharField(max_length=300, default="", blank=True)
    position = models.IntegerField(default=0)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("brd", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class Unit(TenantModel):
    """What a quantity counts: pieces, boxes, kilograms."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField(default=dict)

    @override
    def __str__(self) -> str:
        return self.code


class ProductType(TenantModel):
    """A kind of goods, and which attributes describe it.

    Attributes:
        schema: a list of ``{"code", "kind", "names", "required", "choices", "unit"}``;
            see `kernel.catalogue.attributes`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    i18n = models.JSONField(default=dict, blank=True)
    schema = models.JSONField(default=list)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pty", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class ServiceLabel(TenantModel):
    """A promise that stands beside products: "ships today", "returns in 7 days"."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=80, unique=True)
    titles = models.JSONField(default=dict)
    texts = models.JSONField(default=dict, blank=True)
    icon = models.CharField(max_length=40, default="check", blank=True)
    position = models.IntegerField(default=0)
    is_shown = models.BooleanField(default=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("lbl", self.id)

    @override
    def __str__(self) -> str:
        return self.code


class ProductLabel(TenantModel):
    """A service label that a product bears."""

    id = models.BigAutoField(primary_key=True)
    product = DBForeignKey("catalogue.Product", db_on_delete=CASCADE, db_index=False)
    label = DBForeignKey(ServiceLabel, db_on_delete=CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "label"], name="catalogue_label_once")
        ]
