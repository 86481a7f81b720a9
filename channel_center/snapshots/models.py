"""Templates of shops, their versions and files, and which shop follows which."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.ids import public_id, uuid7


class Template(models.Model):
    """What new shops begin with.

    Attributes:
        channel_id: the channel partner whose it is; None for the operator's.
        is_shared: whether the channel partners below may open shops from it.
        industry: for people who choose, in words.
        source_id: the shop whose pages are copied with it; None for what shops begin with.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=120)
    industry = models.CharField(max_length=80, default="", blank=True)
    summary = models.CharField(max_length=500, default="", blank=True)
    is_shared = models.BooleanField(default=False)
    source_id = models.UUIDField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source_id", "channel_id"],
                condition=Q(source_id__isnull=False),
                nulls_distinct=False,
                name="shop_templates_source_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel_id", "name"], name="shop_templates_of"),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("tpl", self.id)


class Version(models.Model):
    """A state of a template; it is never changed.

    Attributes:
        content: by part, a list of ``{"key", "label", "content"}``.
        digests: of the files that it names.
        taken_from: the shop, by name.
        note: what is new, for whoever brings it into a shop.
        made_by: who took it, as the activity log writes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digests = models.JSONField(default=list)
    taken_from = models.CharField(max_length=120)
    note = models.CharField(max_length=500, default="", blank=True)
    made_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["template", "number"], name="shop_templates_number_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.template_id} {self.number}"

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("tpv", self.id)


class File(models.Model):
    """The content of a file that versions name; the same content is kept once."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()

    @override
    def __str__(self) -> str:
        return self.digest


class Following(models.Model):
    """A shop that has a template, and hears of its new versions.

    Attributes:
        version: the number that was brought last; 0 while the shop is being set up.
    """

    id = models.BigAutoField(primary_key=True)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="followers")
    tenant_id = models.UUIDField()
    version = models.PositiveIntegerField()
    followed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["template", "tenant_id"], name="shop_templates_follows_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant_id"], name="shop_templates_of_tenant"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.tenant_id} {self.version}"
