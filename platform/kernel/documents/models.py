"""Legal entities, numbers, documents, and the invoices that members ask for: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.documents.choices import (
    DocumentKind,
    InvoiceMoment,
    Paper,
    PrintKind,
    PrintState,
    RedState,
    RequestKind,
    RequestState,
)
from kernel.tenancy.models import TenantModel


class LegalEntity(TenantModel):
    """In whose name documents are issued.

    Attributes:
        prefixes: what numbers begin with, by kind of document.
        language: in which documents are written.
        footer: what stands below every document.
        invoices: when invoices are issued by themselves.
        takes_requests: members may ask for invoices that are issued elsewhere (发票).
        provider: who issues them, see `kernel.documents.providers`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    tax_number = models.CharField(max_length=40, default="", blank=True)
    registration = models.CharField(max_length=80, default="", blank=True)
    address = models.CharField(max_length=300, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    email = models.EmailField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    bank = models.CharField(max_length=120, default="", blank=True)
    bank_account = models.CharField(max_length=60, default="", blank=True)
    footer = models.CharField(max_length=500, default="", blank=True)
    prefixes = models.JSONField(default=dict, blank=True)
    digits = models.PositiveSmallIntegerField(default=6)
    language = models.CharField(max_length=10)
    invoices = models.CharField(
        max_length=10, choices=InvoiceMoment.choices, default=InvoiceMoment.NEVER
    )
    takes_requests = models.BooleanField(default=False)
    provider = models.CharField(max_length=40, default="manual")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="documents_one_default_entity",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ent", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class DocumentLayout(TenantModel):
    """What an entity's documents of one kind look like; what is empty is as usual.

    Attributes:
        title: above everything, instead of the kind's name.
        intro, closing: before and after the goods; ``{{ order }}`` and others stand for
            what `kernel.documents.services.layouts.VARIABLES` names.
        colour: ``#rrggbb``, of the title and the heads of tables.
        logo: a PNG file in storage, which is never written again.
        hidden: columns that are left out, see `Column`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = DBForeignKey(LegalEntity, db_on_delete=CASCADE, db_index=False)
    kind = models.CharField(max_length=16, choices=DocumentKind.choices)
    title = models.CharField(max_length=80, default="", blank=True)
    intro = models.CharField(max_length=1000, default="", blank=True)
    closing = models.CharField(max_length=1000, default="", blank=True)
    colour = models.CharField(max_length=7, default="", blank=True)
    logo = models.CharField(max_length=300, default="", blank=True)
    paper = models.CharField(max_length=8, choices=Paper.choices, default=Paper.A4)
    hidden = models.JSONField(default=list, blank=True)
    shows_bank = models.BooleanField(default=True)
    shows_note = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entity", "kind"], name="documents_one_layout"),
        ]


class NumberRange(TenantModel):
    """The last number of one kind of document that an entity gave in a year.

    Its row is locked from drawing a number to the commit, so that a document that is
    not written leaves no gap.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = DBForeignKey(LegalEntity, db_on_delete=RESTRICT, db_index=False)
    kind = models.CharField(max_length=16, choices=DocumentKind.choices)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entity", "kind", "year"], name="documents_one_range"),
        ]


class Document(TenantModel):
    """Something that was issued. Written once, never changed, never deleted.

    Attributes:
        reference: what it was issued for; one of a kind is issued once for it.
        corrects: of a credit note, the invoice; of a reversal, the credit note.
        buyer: who it is made out to, for searches.
        content: everything that stands on it, as it was then; amounts in minor units.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = DBForeignKey(LegalEntity, db_on_delete=RESTRICT, db_index=False)
    kind = models.CharField(max_length=16, choices=DocumentKind.choices)
    number = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    reference = models.CharField(max_length=200)
    order = DBForeignKey("orders.Order", db_on_delete=RESTRICT)
    corrects = DBForeignKey(
        "documents.Document", db_on_delete=RESTRICT, null=True, blank=True, db_index=False
    )
    buyer = models.CharField(max_length=120, default="", blank=True)
    language = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    content = models.JSONField()
    actor = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["entity", "kind", "year", "serial"], name="documents_numbered_once"
            ),
            models.UniqueConstraint(fields=["kind", "reference"], name="documents_issued_once"),
            models.CheckConstraint(
                condition=Q(total_minor=models.F("net_minor") + models.F("tax_minor")),
                name="documents_adds_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["number"], name="documents_by_number")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("doc", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class DocumentFile(TenantModel):
    """A document as it was drawn; kept, so that it looks the same for ever."""

    document = DBForeignKey(Document, db_on_delete=RESTRICT, primary_key=True)
    file = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    drawn_at = models.DateTimeField(db_default=Now())


class PrintRun(TenantModel):
    """Documents of many orders in one file, drawn in the background.

    Attributes:
        orders: ids, in the order in which they are printed.
        skipped: numbers of orders of which there is nothing to print, and why.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=PrintKind.choices)
    orders = models.JSONField()
    state = models.CharField(max_length=10, choices=PrintState.choices)
    done = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField()
    skipped = models.JSONField(default=list)
    file = models.CharField(max_length=300, default="", blank=True)
    language = models.CharField(max_length=10)
    actor = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prn", self.id)


class InvoiceRequest(TenantModel):
    """An invoice that a member asks for, and that is issued outside of here (发票).

    Attributes:
        title: whom it is made out to.
        amount_minor: what it is for; less once something was paid back before it was issued.
        number: as the tax office knows it; ``code`` beside it on paper invoices.
        file: of the issued invoice, in storage.
        settled: references of the refunds that were made before it was issued.
        reason: why it was turned down; the member reads it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey("orders.Order", db_on_delete=RESTRICT, db_index=False)
    member = DBForeignKey("members.Member", db_on_delete=RESTRICT)
    entity = DBForeignKey(LegalEntity, db_on_delete=RESTRICT, db_index=False)
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    title = models.CharField(max_length=120)
    tax_number = models.CharField(max_length=32, default="", blank=True)
    email = models.EmailField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    address = models.CharField(max_length=200, default="", blank=True)
    bank = models.CharField(max_length=120, default="", blank=True)
    bank_account = models.CharField(max_length=40, default="", blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RequestState.choices)
    number = models.CharField(max_length=40, default="", blank=True)
    code = models.CharField(max_length=20, default="", blank=True)
    file = models.CharField(max_length=300, default="", blank=True)
    settled = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["requested", "issued", "part_red"]),
                name="documents_one_open_request",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0), name="documents_request_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "part_red", "red"]) | ~Q(number=""),
                name="documents_issued_has_number",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-id"], name="documents_requests")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ivr", self.id)

    @override
    def __str__(self) -> str:
        return self.title


class RedInvoice(TenantModel):
    """What takes an issued invoice back, wholly or in part (红字发票).

    Money went back, or other goods were sent instead of those that it names.

    Attributes:
        reference: of the refund or the exchange; each asks for one red invoice.
    """

    FOR_EXCHANGE: ClassVar = "exchange:"
    """How the reference of an exchange begins."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = DBForeignKey(InvoiceRequest, db_on_delete=CASCADE, db_index=False)
    reference = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RedState.choices)
    number = models.CharField(max_length=40, default="", blank=True)
    file = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["request", "reference"], name="documents_one_red_for_refund"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="documents_red_positive"),
            models.CheckConstraint(
                condition=~Q(state="issued") | ~Q(number=""), name="documents_red_has_number"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("red", self.id)

    @property
    def is_for_exchange(self) -> bool:
        """True when another invoice follows once it is issued."""
        return self.reference.startswith(self.FOR_EXCHANGE)
