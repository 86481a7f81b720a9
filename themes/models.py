"""Themes of a shop, their pages, drafts, versions and releases: the tables.

The storefront reads one pointer, the release that is live; everything that a release
names never changes again.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel

LONGEST_NAME: Final = 120


class ThemeRole(models.TextChoices):
    """What a theme is to the shop."""

    LIVE = "live", _("In use")
    DRAFT = "draft", _("Not in use")
    ARCHIVED = "archived", _("Put away")


class PageKindOf(models.TextChoices):
    """What a document describes."""

    PAGE = "page", _("Page")
    GROUP = "group", _("On every page")
    PART = "part", _("Reusable part")


class ThemeInstance(TenantModel):
    """A theme as the shop has it.

    Attributes:
        preset: the pack that it was made from; empty for the storefront's own pages.
        palette: code of the colours; empty for those of the brand.
        tokens: further properties of style, by name.
        live_release_id: the release that the storefront shows while the theme is in use; a
            release names its theme, so no key of the database leads back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    preset = models.CharField(max_length=60, default="", blank=True)
    palette = models.CharField(max_length=60, default="", blank=True)
    tokens = models.JSONField(default=dict, blank=True)
    role = models.CharField(max_length=10, choices=ThemeRole.choices, default=ThemeRole.DRAFT)
    live_release_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["role"], condition=Q(role="live"), name="themes_one_theme_live"
            ),
            models.CheckConstraint(
                condition=one_of("role", ThemeRole.values), name="themes_theme_role"
            ),
        ]


class Page(TenantModel):
    """A document of a theme.

    Attributes:
        template: which page of the shop it is; ``landing`` and ``part`` have many.
        handle: its name in addresses, or of a part; the template's name for the others.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    theme = DBForeignKey("themes.ThemeInstance", db_on_delete=CASCADE)
    kind = models.CharField(max_length=10, choices=PageKindOf.choices)
    template = models.CharField(max_length=60)
    handle = models.CharField(max_length=120)
    title = models.CharField(max_length=LONGEST_NAME)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["theme", "template", "handle"], name="themes_page_once"
            ),
            models.CheckConstraint(
                condition=one_of("kind", PageKindOf.values), name="themes_page_kind"
            ),
        ]


class FormerAddress(TenantModel):
    """An address that a page of the shop's own had before; it leads to the page as it is now.

    It names the page and not its address, so that no chain comes of several changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    theme = DBForeignKey("themes.ThemeInstance", db_on_delete=CASCADE)
    page = DBForeignKey("themes.Page", db_on_delete=CASCADE)
    handle = models.CharField(max_length=120)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["theme", "handle"], name="themes_former_address_once"),
        ]


class PageDraft(TenantModel):
    """What is being edited of a page; one row, whose number grows with each change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = DBForeignKey("themes.Page", db_on_delete=CASCADE)
    doc = models.JSONField()
    rev = models.PositiveIntegerField(default=1)
    by = models.CharField(max_length=LONGEST_NAME, default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["page"], name="themes_draft_once"),
        ]


class PageVersion(TenantModel):
    """What was published of a page once.

    Attributes:
        doc: as it was edited.
        compiled: as it is drawn, with every setting that a default stood for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = DBForeignKey("themes.Page", db_on_delete=CASCADE)
    number = models.PositiveIntegerField()
    doc = models.JSONField()
    compiled = models.JSONField()
    digest = models.CharField(max_length=40)
    note = models.CharField(max_length=LONGEST_NAME, default="", blank=True)
    by = models.CharField(max_length=LONGEST_NAME, default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["page", "number"], name="themes_version_once"),
        ]


class Outcome(models.TextChoices):
    """What a comparison came to."""

    OPEN = "", _("Goes on")
    FIRST = "first", _("The first stays")
    SECOND = "second", _("The second is live")


class Release(TenantModel):
    """All pages of a theme as they are live together.

    Attributes:
        manifest: id of the version by id of the page.
        palette, tokens: the theme's as they were.
        page: the one that it changed; None for one that changed several at once.
        live_from: for one that is planned; None for one that was live at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    theme = DBForeignKey("themes.ThemeInstance", db_on_delete=CASCADE)
    number = models.PositiveIntegerField()
    manifest = models.JSONField()
    palette = models.CharField(max_length=60, default="", blank=True)
    tokens = models.JSONField(default=dict, blank=True)
    page = DBForeignKey("themes.Page", db_on_delete=CASCADE, null=True, blank=True)
    note = models.CharField(max_length=LONGEST_NAME, default="", blank=True)
    live_from = models.DateTimeField(null=True, blank=True)
    is_waiting = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["theme", "number"], name="themes_release_once"),
        ]


class Comparison(TenantModel):
    """A page that is shown in two ways for a while: as it is live, and as a second version.

    Attributes:
        release: names the second version alone; it is never the live one.
        share: of a hundred visitors, how many see the second.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = DBForeignKey("themes.Page", db_on_delete=CASCADE)
    release = DBForeignKey("themes.Release", db_on_delete=CASCADE)
    share = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=LONGEST_NAME, default="", blank=True)
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, default=Outcome.OPEN, blank=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["page"], condition=Q(ended_at=None), name="themes_comparison_once"
            ),
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=99), name="themes_comparison_share"
            ),
            models.CheckConstraint(
                condition=one_of("outcome", Outcome.values), name="themes_comparison_outcome"
            ),
        ]


class ComparisonCount(TenantModel):
    """What visitors of one side of a comparison did on one day; says nothing of who they were.

    Attributes:
        slot: one of a few rows that take turns, so that nobody waits for another.
        visitors: browsers that saw the page for the first time.
        buyers: of those, the ones that placed an order afterwards.
    """

    id = models.BigAutoField(primary_key=True)
    comparison = DBForeignKey("themes.Comparison", db_on_delete=CASCADE)
    is_second = models.BooleanField()
    day = models.DateField()
    slot = models.PositiveSmallIntegerField()
    visitors = models.PositiveBigIntegerField()
    views = models.PositiveBigIntegerField()
    taps = models.PositiveBigIntegerField()
    buyers = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["comparison", "is_second", "day", "slot"], name="themes_counted_once"
            ),
        ]
