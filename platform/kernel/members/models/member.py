"""Members, and where they are signed in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.members.choices import SignUp
from kernel.tenancy.models import TenantModel


class Member(TenantModel):
    """An end user of the storefront.

    Attributes:
        login: what the member is shown and found by: one of his own identities,
            an e-mail address in lower case or a telephone number as ``+`` and
            digits; empty for who has neither.
        password: as hashed; empty for somebody who signs in by other means.
        is_active: False keeps him from signing in.
        advisor: who of the staff looks after the member.
        merged_into: the account that took this one over.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(max_length=254, unique=True, null=True, blank=True)
    name = models.CharField(max_length=80)
    password = models.CharField(max_length=128, default="", blank=True)
    is_active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, default="", blank=True)
    advisor = DBForeignKey("access.Staff", db_on_delete=SET_NULL, null=True, blank=True)
    merged_into = DBForeignKey("members.Member", db_on_delete=SET_NULL, null=True, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants, and the order of lists."""

        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="members_newest_first"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True)
                | Q(login__isnull=True, password="", is_active=False),
                name="members_anonymous_is_nobody",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(login__isnull=True, is_active=False),
                name="members_merged_is_closed",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("mem", self.id)

    @property
    def is_authenticated(self) -> bool:
        """True: whoever has a row is somebody."""
        return True

    @override
    def __str__(self) -> str:
        return self.name


class MemberSession(TenantModel):
    """One device on which a member is signed in.

    Attributes:
        token_hash: SHA-256 of the token; the token itself is nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    device = models.CharField(max_length=120, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("mse", self.id)


class MemberPolicy(TenantModel):
    """What the tenant decided about accounts; one row at most, none is all defaults."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    sign_up = models.CharField(max_length=16, choices=SignUp.choices, default=SignUp.OPEN)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="members_one_policy"),
            models.CheckConstraint(
                condition=one_of("sign_up", SignUp.values), name="members_known_sign_up"
            ),
        ]
