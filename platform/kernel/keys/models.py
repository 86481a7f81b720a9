"""The table of API keys."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class ApiKey(TenantModel):
    """A key with which a program uses the admin API; its text is stored nowhere.

    Attributes:
        prefix: how the text begins; people tell keys apart by it.
        digest: SHA-256 of the text, which is long and drawn by chance.
        former_digest: of the text before the last rotation, good until ``former_until``.
        scopes: permissions, as roles hold them.
        networks: addresses and networks from which it may be used; empty for all.
        a_minute: how many requests it may send in a minute.
        made_by: name of who made it, for people.
        last_used_at: to the minute.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    former_digest = models.CharField(max_length=64, default="", blank=True)
    former_until = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list, blank=True)
    a_minute = models.PositiveIntegerField()
    made_by = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    rotated_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_ip = models.GenericIPAddressField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(a_minute__gte=1), name="keys_some_a_minute"),
            models.CheckConstraint(
                condition=Q(former_digest="", former_until=None)
                | ~Q(former_digest="") & Q(former_until__isnull=False),
                name="keys_former_until",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("key", self.id)
