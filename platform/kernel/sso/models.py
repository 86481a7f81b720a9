"""A console's provider, and who of its people is who of the staff: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from kernel.access.models import Staff
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class SignOn(TenantModel):
    """By whose accounts people sign in to a console; its secret is sealed elsewhere.

    Attributes:
        host: in public: of the console; empty in a tenant, which has one staff.
        name: as the button says it.
        domains: what e-mail addresses end with that are let in; empty for any.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    host = models.CharField(max_length=253, default="", blank=True)
    name = models.CharField(max_length=60)
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=200)
    domains = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["host"], name="access_sso_one_a_console")
        ]


class SignOnIdentity(TenantModel):
    """Who of a provider's people is who of the staff, from the first sign-in on.

    Attributes:
        subject: the provider's id of the person; addresses may change hands.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = DBForeignKey(SignOn, db_on_delete=CASCADE)
    staff = DBForeignKey(Staff, db_on_delete=CASCADE)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "subject"], name="access_sso_one_person"),
            models.UniqueConstraint(fields=["provider", "staff"], name="access_sso_one_identity"),
        ]
