"""The tables of API keys, and of apps that are let in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
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


class TokenKind(models.TextChoices):
    """What a token of an app is good for."""

    CODE = "code", "code"
    ACCESS = "access", "access"
    REFRESH = "refresh", "refresh"


class App(TenantModel):
    """An app of somebody else, which staff may let in; its secret's text is stored nowhere.

    Attributes:
        redirect_uris: where codes may be sent.
        scopes: what it may ask for.
        granted: what it was let in with last; empty while it is shut out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    redirect_uris = models.JSONField(default=list)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    granted = models.JSONField(default=list, blank=True)
    granted_at = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=80, default="", blank=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id by which the app calls itself."""
        return public_id("app", self.id)


class AppToken(TenantModel):
    """A code or a token of an app, of which the digest alone is kept.

    Attributes:
        family: all that came of one consent.
        redirect_uri, challenge: of a code: what its trade has to fit.
        used_at: of what is good once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    app = DBForeignKey(App, db_on_delete=CASCADE)
    family = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=7, choices=TokenKind.choices)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    redirect_uri = models.CharField(max_length=500, default="", blank=True)
    challenge = models.CharField(max_length=43, default="", blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("kind", TokenKind.values), name="keys_token_kind"
            ),
        ]
