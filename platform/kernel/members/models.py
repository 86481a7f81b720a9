"""Members, and where they are signed in."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Member(TenantModel):
    """An end user of the storefront.

    Attributes:
        login: e-mail address in lower case, or telephone number as ``+`` and digits.
        password: as hashed; empty for somebody who signs in by other means.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=80)
    password = models.CharField(max_length=128, default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

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
