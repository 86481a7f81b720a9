"""Invoices and credit notes, numbered without gaps by who writes them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from channel_center.billing.choices import InvoiceKind, PartyKind
from channel_center.billing.models.sales import Charge, ChargeStep, Refund
from channel_center.models import Channel
from kernel.common.ids import public_id, uuid7
from tenants.models import Tenant


class Biller(models.Model):
    """How a seller writes invoices; none for the operator.

    Attributes:
        tax_basis_points: in the prices already; 600 is 6 %.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.OneToOneField(
        Channel, on_delete=models.CASCADE, null=True, blank=True, related_name="biller"
    )
    legal_name = models.CharField(max_length=200, default="", blank=True)
    address = models.CharField(max_length=300, default="", blank=True)
    tax_number = models.CharField(max_length=60, default="", blank=True)
    prefix = models.CharField(max_length=12, default="INV", blank=True)
    tax_basis_points = models.PositiveIntegerField(default=0)
    bank = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(tax_basis_points__lte=10_000), name="billing_biller_tax"
            ),
            models.UniqueConstraint(
                fields=["channel"], name="billing_biller_once", nulls_distinct=False
            ),
        ]


class InvoiceSeries(models.Model):
    """The last number that a seller gave in a year."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="series"
    )
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "year"], name="billing_series_once", nulls_distinct=False
            ),
        ]


class Invoice(models.Model):
    """A paper. Written once.

    Attributes:
        seller, buyer: none for the operator; a shop stands in ``tenant``.
        seller_particulars, buyer_particulars: as they were when it was written.
        total_minor: with tax; of a credit note what is given back, above zero.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=InvoiceKind.choices)
    seller = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices_written"
    )
    buyer_kind = models.CharField(max_length=8, choices=PartyKind.choices)
    buyer = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices_received"
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    step = models.ForeignKey(ChargeStep, on_delete=models.PROTECT, related_name="invoices")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="invoices")
    refund = models.ForeignKey(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    seller_particulars = models.JSONField(default=dict)
    buyer_particulars = models.JSONField(default=dict)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    tax_basis_points = models.PositiveIntegerField(default=0)
    issued_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["seller", "number"], name="billing_invoice_number", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0, tax_minor__gte=0), name="billing_invoice_amounts"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-issued_at"], name="billing_invoices_of_shop"),
            models.Index(fields=["buyer", "-issued_at"], name="billing_invoices_of_buyer"),
        ]

    @override
    def __str__(self) -> str:
        return self.number

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("inv", self.id)


class InvoiceLine(models.Model):
    """One line of a paper; what is taken off has an amount below zero."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    names = models.JSONField(default=dict)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["invoice", "position"], name="billing_invoice_line"),
        ]
