"""What members keep with the shop."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.members.choices import ConsentKind, InvoiceKind
from kernel.members.models.member import Member
from kernel.tenancy.models import TenantModel


class Address(TenantModel):
    """A place that things are sent to.

    Attributes:
        phone: as ``+`` and digits.
        country: ISO 3166-1, two letters.
        region_code: in China the code of the smallest division that is known
            (GB/T 2260); elsewhere ISO 3166-2 such as ``US-NY``, or empty.
        region: the names of the divisions, the largest first, as they were at the time.
        line: street and number, as the member wrote them.
        latitude, longitude: in degrees, where the member told; else empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20)
    country = models.CharField(max_length=2, default="CN")
    region_code = models.CharField(max_length=12, default="", blank=True)
    region = models.CharField(max_length=200, default="", blank=True)
    city = models.CharField(max_length=80, default="", blank=True)
    line = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16, default="", blank=True)
    latitude = models.CharField(max_length=12, default="", blank=True)
    longitude = models.CharField(max_length=12, default="", blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(is_default=True),
                name="members_one_default_address",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("adr", self.id)

    @override
    def __str__(self) -> str:
        return f"address {self.id}"


class InvoiceProfile(TenantModel):
    """Whom invoices are made out to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    kind = models.CharField(max_length=16, choices=InvoiceKind.choices)
    title = models.CharField(max_length=120)
    tax_number = models.CharField(max_length=32, default="", blank=True)
    email = models.EmailField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    address = models.CharField(max_length=200, default="", blank=True)
    bank = models.CharField(max_length=120, default="", blank=True)
    bank_account = models.CharField(max_length=40, default="", blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(is_default=True),
                name="members_one_default_invoice",
            ),
            models.CheckConstraint(
                condition=~Q(kind=InvoiceKind.COMPANY) | ~Q(tax_number=""),
                name="members_company_has_tax_number",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("inv", self.id)


class MemberTag(TenantModel):
    """A word by which staff gather members: for prices, for lists.

    Attributes:
        by_rule: a rule gave it, and takes it again.
    """

    id = models.BigAutoField(primary_key=True)
    member = DBForeignKey(Member, db_on_delete=CASCADE, db_index=False)
    name = models.CharField(max_length=40)
    by_rule = models.BooleanField(default=False)

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "name"], name="members_tag_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name", "member"], name="members_by_tag"),
        ]


class Favourite(TenantModel):
    """Something that a member wants to find again.

    Attributes:
        kind: what it is, ``product``.
        object_id: of the thing, which may be gone by now.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "kind", "object_id"], name="members_favourite_once"
            ),
        ]


class Footprint(TenantModel):
    """Something that a member looked at, at the last time that he did."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE, db_index=False)
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    times = models.PositiveIntegerField(default=1)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        """Invariants."""

        indexes: ClassVar = [
            models.Index(fields=["member", "-seen_at"], name="members_latest_footprints"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "kind", "object_id"], name="members_footprint_once"
            ),
        ]


class ConsentDocument(TenantModel):
    """One version of a text that members are asked to agree to.

    Attributes:
        texts: language code to title and text: ``{"zh-hans": {"title": …, "body": …}}``.
        is_required: no account goes on without it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24, choices=ConsentKind.choices)
    version = models.PositiveIntegerField()
    texts = models.JSONField(default=dict)
    is_required = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="members_document_version"),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="members_document_counts_from_one"
            ),
        ]


class Consent(TenantModel):
    """What a member said to a version of a text; the newest of a kind counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE, db_index=False)
    kind = models.CharField(max_length=24, choices=ConsentKind.choices)
    version = models.PositiveIntegerField()
    is_given = models.BooleanField()
    said_at = models.DateTimeField()

    class Meta:
        """How the newest is found."""

        indexes: ClassVar = [
            models.Index(fields=["member", "kind", "-said_at"], name="members_latest_consents"),
        ]
