"""By what members are known, and how they prove it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.members.choices import Channel, CodePurpose, Proof, ProviderKind
from kernel.members.models.member import Member
from kernel.tenancy.models import TenantModel


class Identity(TenantModel):
    """One thing by which a member is known; he may have several.

    Attributes:
        provider: ``phone``, ``email``, or the code of a `ProviderBinding`.
        subject: a number, an address, or the provider's own id of the person.
        unionid: the person's id across the accounts of one WeChat company.
        verified_at: when he proved it; a number that was merely typed has none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    provider = models.CharField(max_length=40)
    subject = models.CharField(max_length=255)
    unionid = models.CharField(max_length=128, default="", blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        indexes: ClassVar = [
            models.Index(fields=["unionid"], name="members_by_unionid", condition=~Q(unionid="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "subject"], name="members_identity_is_one_persons"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("idn", self.id)

    @override
    def __str__(self) -> str:
        return f"{self.provider} {self.id}"


class OneTimeCode(TenantModel):
    """A code on its way to somebody. Neither it nor the address can be read from the row.

    Attributes:
        target_digest: keyed hash of the number or address.
        code_hash: keyed hash of the code, the purpose and the row's id.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=16, choices=CodePurpose.choices)
    target_digest = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Invariants."""

        indexes: ClassVar = [
            models.Index(
                fields=["target_digest", "purpose", "-sent_at"],
                name="members_open_codes",
                condition=Q(used_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(attempts__lte=5), name="members_code_attempts_are_few"
            ),
        ]


class ProviderBinding(TenantModel):
    """An identity provider that the tenant's members may sign in with.

    Attributes:
        code: part of addresses, and the provider of the identities it proves.
        client_id: the tenant's own id at the provider. The secret is kept sealed.
        issuer: address of the OpenID provider; empty for WeChat.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=24, choices=ProviderKind.choices)
    name = models.CharField(max_length=80)
    client_id = models.CharField(max_length=200)
    issuer = models.URLField(max_length=300, default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=one_of("kind", ProviderKind.values), name="members_known_provider_kind"
            ),
            models.CheckConstraint(
                condition=~Q(code=Proof.PHONE) & ~Q(code=Proof.EMAIL),
                name="members_provider_code_is_free",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class MailboxMessage(TenantModel):
    """A message that an installation without gateways would have sent; for demos."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        """How messages of one person are found."""

        indexes: ClassVar = [
            models.Index(fields=["recipient"], name="members_mail_by_recipient"),
        ]
