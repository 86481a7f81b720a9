"""The words that documents are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentKind(TextChoices):
    """What a document is."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    CREDIT_VOID = "credit_void", _("Reversal of a credit note")
    DELIVERY_NOTE = "delivery_note", _("Delivery note")
    PACKING_LIST = "packing_list", _("Packing list")


class InvoiceMoment(TextChoices):
    """When invoices are issued by themselves."""

    NEVER = "never", _("Only by staff")
    PAID = "paid", _("When an order is paid")
    SHIPPED = "shipped", _("When all of an order has left")


class RequestKind(TextChoices):
    """Which invoice a member asks for."""

    PERSON = "person", _("Ordinary invoice for a person")
    COMPANY = "company", _("Ordinary invoice for a company")
    SPECIAL = "special", _("Special VAT invoice")


class RequestState(TextChoices):
    """Where a request for an invoice stands."""

    REQUESTED = "requested", _("Requested")
    ISSUED = "issued", _("Issued")
    REJECTED = "rejected", _("Turned down")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    PART_RED = "part_red", _("Partly red-flushed")
    RED = "red", _("Red-flushed")


class RedState(TextChoices):
    """Where a red invoice stands."""

    DUE = "due", _("To be issued")
    ISSUED = "issued", _("Issued")
    DROPPED = "dropped", _("Not needed any more")


class Paper(TextChoices):
    """What documents are printed on."""

    A4 = "a4", "A4"
    A5 = "a5", "A5"
    LETTER = "letter", _("US letter")


class Column(TextChoices):
    """What a layout may leave out of the table of goods."""

    SKU = "sku", _("SKU")
    QUANTITY = "quantity", _("Quantity")
    UNIT = "unit", _("Price")
    DISCOUNT = "discount", _("Discount")
    TAX = "tax", _("Tax")
    WEIGHT = "weight", _("Weight")


class PrintKind(TextChoices):
    """What a run prints of orders."""

    INVOICE = "invoice", _("Invoices")
    DELIVERY_NOTE = "delivery_note", _("Delivery notes")
    PACKING_LIST = "packing_list", _("Packing lists")
    PICK_LIST = "pick_list", _("One pick list")


class PrintState(TextChoices):
    """Where a run of the printer stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
