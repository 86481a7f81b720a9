"""Forms and what was sent with them: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Form(TenantModel):
    """A form of the shop.

    Attributes:
        code: its short name in addresses and on pages.
        names: what it is called, by language.
        thanks: what is said to who has sent it, by language.
        fields: a list of `kernel.forms.document.Ask`, in their order.
        tells_staff: staff get a message for each entry.
        is_once: each member sends it once; strangers sign in first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField(default=dict)
    thanks = models.JSONField(default=dict, blank=True)
    fields = models.JSONField(default=list, blank=True)
    is_open = models.BooleanField(default=True)
    is_once = models.BooleanField(default=False)
    tells_staff = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("frm", self.id)

    @override
    def __str__(self) -> str:
        return self.code


class Submission(TenantModel):
    """What somebody sent with a form; its answers never change.

    Attributes:
        member: who; None for a guest, and for a member who went.
        answers: a list of field, kind, label and text, as they were when it was sent.
        page: the path it was sent from.
        token: of the page or of the sender and the answers; the same is not taken twice.
        once: the member, where the form takes one entry of each.
        note: what staff noted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = DBForeignKey(Form, db_on_delete=RESTRICT, db_index=False)
    member = DBForeignKey("members.Member", db_on_delete=SET_NULL, null=True)
    answers = models.JSONField(default=list)
    page = models.CharField(max_length=200, default="", blank=True)
    token = models.CharField(max_length=64)
    once = models.UUIDField(null=True)
    is_read = models.BooleanField(default=False)
    note = models.CharField(max_length=2000, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["form", "once"], condition=Q(once__isnull=False), name="forms_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["form", "-created_at"], name="forms_newest"),
            models.Index(fields=["form", "token"], name="forms_token"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("fsb", self.id)

    @override
    def __str__(self) -> str:
        return self.public_id
