"""Fields that a shop made up, and what stands in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.fields.choices import FieldKind, Subject
from kernel.tenancy.models import TenantModel


class OwnField(TenantModel):
    """A particular that a shop keeps of its products, members or orders.

    Attributes:
        code: stable, for files and programs; unique for what it is of.
        choices: texts to choose from, for `FieldKind.CHOICE`.
        is_searchable: lists can be narrowed down by it.
        is_asked: buyers fill it in, of themselves and of orders; of products they read it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=10, choices=Subject.choices)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=FieldKind.choices)
    choices = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(default=False)
    is_searchable = models.BooleanField(default=False)
    is_asked = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "code"], name="fields_code_once")
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("fld", self.id)

    @override
    def __str__(self) -> str:
        return f"{self.subject}.{self.code}"


class OwnValue(TenantModel):
    """What stands in a field of one object.

    Attributes:
        text: the value in the one form in which it is stored and searched: ``yes`` and
            ``no``, ISO days, numbers without superfluous zeros.
    """

    id = models.BigAutoField(primary_key=True)
    own_field = DBForeignKey(OwnField, db_on_delete=CASCADE, db_index=False)
    object_id = models.UUIDField()
    text = models.CharField(max_length=1000)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["own_field", "object_id"], name="fields_value_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["object_id"], name="fields_of_object"),
        ]

    @override
    def __str__(self) -> str:
        return self.text
