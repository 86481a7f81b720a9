"""Files of a shop, their folders and what uses them: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.media.choices import AssetKind, AssetState, Corner, Origin
from kernel.media.limits import LONGEST_ALT, LONGEST_FOLDER, LONGEST_NAME
from kernel.tenancy.models import TenantModel


class Folder(TenantModel):
    """A place in which files are found again; where a file lies changes no address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = DBForeignKey("media.Folder", db_on_delete=RESTRICT, null=True, blank=True)
    name = models.CharField(max_length=LONGEST_FOLDER)
    depth = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="media_folder_once", nulls_distinct=False
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("fol", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class Asset(TenantModel):
    """A file; the same content is kept once.

    Attributes:
        name: what people call it, with the ending that fits the content.
        file: where it lies in the tenant's storage; while it waits the content as it came,
            under a name that nobody is told, afterwards a picture without what cameras
            write into it. Empty for a damaged one.
        renditions: names in storage of WebP files by width.
        digest: SHA-256 of the content as it came.
        bytes: of the file and what was made of it.
        width, height: in pixels, upright; 0 for what is no picture.
        alts: alternative texts in further languages.
        focus_x, focus_y: what matters most in a picture, in shares of a thousand.
        fault: why it is damaged, as a stable code.
        added_by: who added it, in words.
        is_marked: whether the watermark shall stand in it.
        master: a picture without the watermark that stands in it, under a name that nobody
            is told; empty where none stands in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=AssetKind.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.LIBRARY)
    folder = DBForeignKey(Folder, db_on_delete=RESTRICT, null=True, blank=True)
    name = models.CharField(max_length=LONGEST_NAME)
    media_type = models.CharField(max_length=100)
    file = models.CharField(max_length=300, default="", blank=True)
    renditions = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    alt = models.CharField(max_length=LONGEST_ALT, default="", blank=True)
    alts = models.JSONField(default=dict, blank=True)
    focus_x = models.PositiveSmallIntegerField(default=500)
    focus_y = models.PositiveSmallIntegerField(default=500)
    state = models.CharField(max_length=10, choices=AssetState.choices)
    fault = models.CharField(max_length=80, default="", blank=True)
    added_by = models.CharField(max_length=300, default="", blank=True)
    is_marked = models.BooleanField(default=False, db_default=False)
    master = models.CharField(max_length=300, default="", db_default="", blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["digest"], name="media_content_once"),
            models.CheckConstraint(condition=one_of("kind", AssetKind.values), name="media_kind"),
            models.CheckConstraint(
                condition=one_of("state", AssetState.values), name="media_state"
            ),
            models.CheckConstraint(condition=one_of("origin", Origin.values), name="media_origin"),
            models.CheckConstraint(condition=Q(bytes__gte=0), name="media_bytes"),
            models.CheckConstraint(
                condition=Q(focus_x__lte=1000, focus_y__lte=1000), name="media_focus"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["origin", "-id"], name="media_newest"),
            models.Index(fields=["folder", "-id"], name="media_in_folder"),
            models.Index(
                fields=["trashed_at"], name="media_trash", condition=Q(trashed_at__isnull=False)
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ast", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class Watermark(TenantModel):
    """What is drawn into a shop's pictures; one row, or none while nothing was chosen.

    Attributes:
        asset: the picture that is drawn; without one nothing is.
        share: how wide it is, in percent of the picture's width.
        opacity: in percent.
        is_automatic: whether it is drawn into all pictures that are added.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    asset = DBForeignKey(Asset, db_on_delete=RESTRICT, null=True, blank=True)
    corner = models.CharField(max_length=20, choices=Corner.choices, default=Corner.BOTTOM_RIGHT)
    share = models.PositiveSmallIntegerField(default=20)
    opacity = models.PositiveSmallIntegerField(default=60)
    is_automatic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="media_one_watermark"),
            models.CheckConstraint(condition=one_of("corner", Corner.values), name="media_corner"),
            models.CheckConstraint(
                condition=Q(share__gte=5, share__lte=80, opacity__gte=10, opacity__lte=100),
                name="media_watermark_seen",
            ),
        ]


class AssetUse(TenantModel):
    """Something shows a file.

    Attributes:
        kind: of what shows it, as registered in `kernel.media.uses`.
        owner_id: which one; it may be gone, and then nothing shows the file.
    """

    id = models.BigAutoField(primary_key=True)
    asset = DBForeignKey(Asset, db_on_delete=RESTRICT)
    kind = models.CharField(max_length=40)
    owner_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "owner_id", "asset"], name="media_use_once"),
        ]


class Cut(TenantModel):
    """A picture brought into a frame, made when it was first asked for.

    Attributes:
        frame: ``fill-320x320.webp``.
    """

    id = models.BigAutoField(primary_key=True)
    asset = DBForeignKey(Asset, db_on_delete=CASCADE, db_index=False)
    frame = models.CharField(max_length=40)
    file = models.CharField(max_length=300)
    bytes = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["asset", "frame"], name="media_cut_once"),
        ]


class Upload(TenantModel):
    """A file that somebody sends to the storage by himself; its room is kept until then.

    Attributes:
        file: where it arrives.
        bytes: how many at most.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    folder = DBForeignKey(Folder, db_on_delete=RESTRICT, null=True, blank=True)
    file = models.CharField(max_length=300)
    bytes = models.BigIntegerField()
    asked_by = models.CharField(max_length=300)
    expires_at = models.DateTimeField(db_index=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("upl", self.id)


class LeftFile(TenantModel):
    """A file that nothing names any more; it goes when kept pages do not lead to it."""

    file = models.CharField(primary_key=True, max_length=300)
    due_at = models.DateTimeField(db_index=True)


class Room(TenantModel):
    """How much room files take; one row, or none before the first file.

    Attributes:
        bytes: of files, of what was made of them, and kept for uploads that are under way.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="media_one_room"),
            models.CheckConstraint(condition=Q(bytes__gte=0), name="media_room_positive"),
        ]
