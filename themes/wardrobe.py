"""The themes of a shop: copied, named, put in use, put away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from themes.desk import blank_pages_of, draft_of
from themes.errors import ThemeInUse, UnknownTheme
from themes.fields import Json
from themes.former import copy_former
from themes.models import (
    LONGEST_NAME,
    Page,
    PageDraft,
    PageKindOf,
    Release,
    ThemeInstance,
    ThemeRole,
)
from themes.names import MANY, PART, document_name
from themes.releasing import publish_all, put_in_use
from themes.uses import note_files


@dataclass(frozen=True, slots=True)
class Owned:
    """A theme in the list of a shop's.

    Attributes:
        drafts: pages that somebody edited.
        releases: how often anything of it was published.
    """

    theme: ThemeInstance
    drafts: int
    releases: int


@dataclass(frozen=True, slots=True)
class Written:
    """A page of a theme as somebody edited it."""

    template: str
    handle: str
    title: str
    doc: dict[str, Json]


def themes_of_shop() -> list[Owned]:
    """Return the themes that are not put away, the one in use first; three queries."""
    rows = ThemeInstance.objects.exclude(role=ThemeRole.ARCHIVED).order_by("-created_at")
    drafts = list(PageDraft.objects.values_list("page__theme_id", flat=True))
    releases = list(Release.objects.values_list("theme_id", flat=True))
    found = [Owned(row, drafts.count(row.pk), releases.count(row.pk)) for row in rows]
    return sorted(found, key=lambda each: each.theme.role != ThemeRole.LIVE)


def theme_with_id(theme_id: UUID) -> ThemeInstance:
    """Return a theme of the shop.

    Raises:
        UnknownTheme: there is none.
    """
    row = ThemeInstance.objects.filter(pk=theme_id).first()
    if row is None:
        raise UnknownTheme
    return row


@transaction.atomic
def duplicate(theme_id: UUID, *, name: str, actor: Actor) -> ThemeInstance:
    """Copy a theme with its pages as they are edited; the copy is not in use.

    Raises:
        UnknownTheme: there is none.
    """
    theme = theme_with_id(theme_id)
    documents = documents_in(theme)
    made = new_theme(name, preset=theme.preset, palette=theme.palette, tokens=theme.tokens)
    fill(made, documents, actor=actor)
    copy_former(theme, into=made)
    record(action="themes.duplicated", actor=actor, obj=made, after={"name": made.name})
    return made


@transaction.atomic
def rename(theme_id: UUID, *, name: str, actor: Actor) -> None:
    """Call a theme otherwise.

    Raises:
        UnknownTheme: there is none.
    """
    theme = theme_with_id(theme_id)
    before, theme.name = theme.name, _name(name)
    theme.save(update_fields=["name"])
    record(
        action="themes.renamed",
        actor=actor,
        obj=theme,
        before={"name": before},
        after={"name": theme.name},
    )


@transaction.atomic
def put_away(theme_id: UUID, *, actor: Actor) -> None:
    """Take a theme out of the list; what was published of it is kept.

    Raises:
        ThemeInUse: visitors see it.
        UnknownTheme: there is none.
    """
    theme = theme_with_id(theme_id)
    if not ThemeInstance.objects.filter(pk=theme_id, role=ThemeRole.DRAFT).update(
        role=ThemeRole.ARCHIVED
    ):
        raise ThemeInUse
    record(action="themes.put_away", actor=actor, obj=theme, after={"name": theme.name})


@transaction.atomic
def use(theme_id: UUID, *, actor: Actor) -> ThemeInstance:
    """Show a theme to everybody, as it is edited, all at once, from the commit on.

    Raises:
        InvalidDocument: a page of it has faults by now.
        UnknownTheme: there is none, or it is put away.
    """
    theme = theme_with_id(theme_id)
    if theme.role == ThemeRole.ARCHIVED:
        raise UnknownTheme
    publish_all(theme.pk, note="", actor=actor)
    put_in_use(theme_with_id(theme_id))
    record(action="themes.used", actor=actor, obj=theme, after={"name": theme.name})
    return theme


def documents_in(theme: ThemeInstance) -> dict[str, Written]:
    """Return the pages of a theme that somebody edited, by their names."""
    rows = Page.objects.filter(theme=theme).select_related("theme")
    touched = set(PageDraft.objects.filter(page__theme=theme).values_list("page_id", flat=True))
    return {
        document_name(row.template, row.handle): Written(
            row.template, row.handle, row.title, draft_of(row).doc
        )
        for row in rows
        if row.pk in touched
    }


def new_theme(name: str, *, preset: str, palette: str, tokens: Mapping[str, Any]) -> ThemeInstance:
    """Make a theme without pages; it is not in use."""
    return ThemeInstance.objects.create(
        name=_name(name), preset=preset, palette=palette, tokens=dict(tokens)
    )


def _name(text: str) -> str:
    return text.strip()[:LONGEST_NAME] or _("Plain pages")


def fill(theme: ThemeInstance, written: Mapping[str, Written], *, actor: Actor) -> None:
    """Give a new theme its pages, those that were written with their drafts."""
    own = [each for each in written.values() if each.template in MANY]
    pages = Page.objects.bulk_create(
        [
            *blank_pages_of(theme),
            *(
                Page(
                    theme=theme,
                    kind=PageKindOf.PART if each.template == PART else PageKindOf.PAGE,
                    template=each.template,
                    handle=each.handle,
                    title=each.title,
                )
                for each in own
            ),
        ]
    )
    named = {document_name(page.template, page.handle): page for page in pages}
    PageDraft.objects.bulk_create(
        PageDraft(page=named[name], doc=dict(each.doc), by=actor.name, at=utc_now())
        for name, each in written.items()
    )
    for name in written:
        note_files(named[name])
