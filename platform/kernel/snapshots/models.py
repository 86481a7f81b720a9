"""What was brought into a shop from a template, and what stood there before."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Application(TenantModel):
    """One time that a version of a template was brought into this shop.

    Attributes:
        source_id: the template.
        source_name: as it was called then.
        version: its number.
        actor: who did it, as the activity log writes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_id = models.UUIDField()
    source_name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    actor = models.JSONField(default=dict)
    applied_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source_id", "-applied_at"], name="snapshots_of_source"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.source_name} {self.version}"

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("app", self.id)


class AppliedPiece(TenantModel):
    """One thing of an application.

    Attributes:
        digest: of what the template says; empty when it has it no more.
        before, after: contents; None where there was, or is, no such thing.
        fault: why it could not be brought, in words by language; nothing was changed then.
        is_undone: whether what stood before was put back.
    """

    id = models.BigAutoField(primary_key=True)
    application = DBForeignKey(Application, db_on_delete=CASCADE)
    part = models.CharField(max_length=60)
    key = models.CharField(max_length=400)
    label = models.CharField(max_length=300)
    digest = models.CharField(max_length=64, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    fault = models.JSONField(default=dict, blank=True)
    is_undone = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["application", "part", "key"], name="snapshots_piece_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["part", "key"], name="snapshots_piece"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.part}: {self.label}"

    @property
    def why(self) -> str:
        """Why it could not be brought, in the reader's language."""
        return str(self.fault.get(get_language(), "") or next(iter(self.fault.values()), ""))
