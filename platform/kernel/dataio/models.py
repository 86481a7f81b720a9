"""Imports and exports: the tables."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.dataio.choices import (
    ExportEvery,
    ExportFormat,
    ExportWay,
    ImportKind,
    ImportState,
    SendState,
)
from kernel.dataio.sayings import fault_saying
from kernel.tenancy.models import TenantModel


class Import(TenantModel):
    """A file on its way into the shop.

    Attributes:
        resource: what its rows are; see `kernel.dataio.resources`.
        options: what was said once for all rows of a resource, by code.
        file: name in the tenant's storage.
        encoding: of a text file; empty for a spreadsheet.
        mapping: column by field, for tables of no known origin.
        publish: whether new products go on sale, unless the file holds one back;
            else they become drafts.
        position: groups of rows (products) that are done in the current run.
        line: of the last row that is done, for people who watch.
        actor: who started it, as the audit log names people.
        fault: why it stopped, as a stable word.
        language: of whoever started it, in which reasons are kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resource = models.CharField(max_length=40, default="products", db_default="products")
    kind = models.CharField(max_length=12, choices=ImportKind.choices)
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    file = models.CharField(max_length=300)
    file_name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20, default="", blank=True)
    delimiter = models.CharField(max_length=1, default=",")
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict, db_default={})
    publish = models.BooleanField(default=False)
    with_stock = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=80, default="", blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    actor = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "touched_at"], name="dataio_by_state")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("imp", self.id)

    @override
    def __str__(self) -> str:
        return self.file_name


class ImportFault(TenantModel):
    """Rows that were left out, and why.

    Attributes:
        line: of the first row, as a spreadsheet counts.
        name: the handle, SKU or title by which people know it.
        code: of the refusal.
        detail: as fields of the refusal.
    """

    id = models.BigAutoField(primary_key=True)
    source = DBForeignKey(Import, db_on_delete=CASCADE, db_index=False)
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=80)
    text = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["source", "line"], name="dataio_faults")]

    @property
    def saying(self) -> str:
        """What is wrong, in a sentence for whoever has to mend it."""
        return fault_saying(self.code, self.text, self.detail)


class ImportPicture(TenantModel):
    """A picture that an import asked for; what became of it stands at the picture."""

    id = models.BigAutoField(primary_key=True)
    source = DBForeignKey(Import, db_on_delete=CASCADE, db_index=False)
    picture = DBForeignKey("catalogue.Picture", db_on_delete=CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "picture"], name="dataio_picture_once")
        ]


class ExportTarget(TenantModel):
    """A bucket of somebody else that files are put into; its secret key is sealed elsewhere.

    Attributes:
        endpoint: address of a service that speaks S3.
        prefix: how the names in the bucket begin.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    endpoint = models.CharField(max_length=300)
    region = models.CharField(max_length=40)
    bucket = models.CharField(max_length=63)
    prefix = models.CharField(max_length=200, default="", blank=True)
    access_key = models.CharField(max_length=128)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("xpt", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class ExportPlan(TenantModel):
    """A list that is made by the clock, for the person who wished it.

    Attributes:
        staff: within whose limits it is made; it ends with the person.
        query: the list's filter, as it stands in addresses.
        columns: codes, in order; all when empty.
        hour: of the tenant's day.
        way: how each file reaches people; ``emails`` or ``target`` say whom.
        fault: why it was made no more, as a stable word; empty while it runs.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = DBForeignKey("access.Staff", db_on_delete=CASCADE)
    kind = models.CharField(max_length=40)
    query = models.TextField(default="", blank=True)
    columns = models.JSONField(default=list)
    format = models.CharField(max_length=4, choices=ExportFormat.choices)
    every = models.CharField(max_length=5, choices=ExportEvery.choices)
    hour = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=6, choices=ExportWay.choices, default=ExportWay.PAGE)
    emails = models.JSONField(default=list, blank=True)
    target = DBForeignKey(ExportTarget, db_on_delete=SET_NULL, null=True, blank=True)
    next_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="dataio_plans_due")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("xpl", self.id)


class ExportFile(TenantModel):
    """A file that was made by the clock, kept for some weeks.

    Attributes:
        file: name in the tenant's storage.
        name: as it is handed out.
        state: of its way to the addresses or the bucket of its plan.
        fault: how the last attempt failed, as a stable word.
        leased_until: somebody is sending it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = DBForeignKey("access.Staff", db_on_delete=CASCADE)
    kind = models.CharField(max_length=40)
    file = models.CharField(max_length=300)
    name = models.CharField(max_length=120)
    size = models.BigIntegerField()
    made_at = models.DateTimeField()
    way = models.CharField(max_length=6, choices=ExportWay.choices, default=ExportWay.PAGE)
    emails = models.JSONField(default=list, blank=True)
    target = DBForeignKey(ExportTarget, db_on_delete=SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=7, choices=SendState.choices, default=SendState.KEPT)
    fault = models.CharField(max_length=40, default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], name="dataio_files_due", condition=models.Q(state="waiting")
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("xfl", self.id)
