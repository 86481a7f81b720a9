"""Pages and parts that a shop makes itself: made, copied, called otherwise, taken away.

Nothing of them is seen before it is published. A part that a page still shows stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from themes.desk import default_document, draft_of, live_theme, page_with, save_draft, title_of
from themes.documents import CompiledPage, compile_page
from themes.errors import (
    HandleTaken,
    InvalidDocument,
    InvalidHandle,
    PartInUse,
    TooManyPages,
    UnknownPage,
)
from themes.fields import Json
from themes.figures.noting import call_otherwise
from themes.former import keep_former
from themes.models import (
    LONGEST_NAME,
    Comparison,
    Page,
    PageDraft,
    PageKindOf,
    PageVersion,
    ThemeInstance,
)
from themes.names import LANDING, LONGEST_HANDLE, MANY, PART, document_name, is_handle
from themes.releasing import live_manifest, release_anew
from themes.reusing import parts_named
from themes.uses import forget_files

MOST: Final = 200
"""Pages and parts, each, that a theme may have."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page in the list of the shop's own, or of those that every shop has.

    Attributes:
        draft: who edited it last, where that differs from what is live; empty for nobody.
        is_live: whether visitors can see it.
        shown_on: titles of the pages that show it, for a part.
        is_compared: whether some visitors see a second version of it.
    """

    page: Page
    title: str
    draft: str
    is_live: bool
    shown_on: tuple[str, ...] = ()
    is_compared: bool = False

    @property
    def path(self) -> str:
        """The address of a page that the shop made itself."""
        return f"/pages/{self.page.handle}/"


def listed(theme: ThemeInstance, pages: Iterable[Page]) -> list[Listed]:
    """Return pages of a theme with what became of them; a few queries for all of them."""
    manifest = live_manifest(theme, utc_now())
    ids = list(manifest.values())
    live = dict(PageVersion.objects.filter(pk__in=ids).values_list("page_id", "doc"))
    rows = PageDraft.objects.filter(page__theme=theme).values_list("page_id", "doc", "by")
    drafts = {page: by for page, doc, by in rows if doc != live.get(page)}
    showing = pages_showing(theme)
    running = Comparison.objects.filter(page__theme=theme, ended_at=None)
    compared = set(running.values_list("page_id", flat=True))
    return [
        Listed(
            page,
            title_of(page),
            drafts.get(page.pk, ""),
            str(page.pk) in manifest,
            tuple(map(title_of, showing.get(page.handle, ()))) if page.template == PART else (),
            page.pk in compared,
        )
        for page in pages
    ]


@transaction.atomic
def make_page(
    template: str,
    *,
    title: str,
    handle: str = "",
    actor: Actor,
    theme: ThemeInstance | None = None,
    document: Mapping[str, Json] | None = None,
) -> Page:
    """Make a page, or a part, with a draft; nobody sees it yet.

    Raises:
        InvalidHandle: no title, or an address that is none.
        HandleTaken: another one has the address.
        TooManyPages: the theme has as many as it may.
        InvalidDocument: what it is to begin with has faults.
    """
    theme = theme or live_theme()
    ThemeInstance.objects.select_for_update().get(pk=theme.pk)
    if Page.objects.filter(theme=theme, template=template).count() >= MOST:
        raise TooManyPages(most=MOST)
    title = _title(title)
    page = Page(
        theme=theme,
        kind=PageKindOf.PART if template == PART else PageKindOf.PAGE,
        template=template,
        handle=_handle(handle) if handle.strip() else _free_handle(theme, template, title),
        title=title,
    )
    _keep(page)
    doc = dict(document or default_document(template))
    if template == LANDING:
        settings = doc.get("settings")
        doc["settings"] = {**(settings if isinstance(settings, dict) else {}), "title": title}
    save_draft(page.pk, doc, rev=0, actor=actor)
    record(action="themes.page_made", actor=actor, obj=page, after=_told(page))
    return page


def make_part(block: Json, *, title: str, actor: Actor, theme: ThemeInstance) -> Page:
    """Make a part of a block that stands on a page.

    Raises:
        InvalidDocument: the block has faults, or shows a part itself.
    """
    document = {**default_document(PART), "blocks": [block]}
    return make_page(PART, title=title, actor=actor, theme=theme, document=document)


def duplicate_page(page_id: UUID, *, title: str, actor: Actor) -> Page:
    """Make another one like a page, as it is edited.

    Raises:
        UnknownPage: there is none, or every shop has it once.
    """
    page = _own(page_id)
    theme = page.theme
    return make_page(
        page.template, title=title, actor=actor, theme=theme, document=draft_of(page).doc
    )


@transaction.atomic
def rename_page(page_id: UUID, *, title: str, handle: str, actor: Actor) -> Page:
    """Call a page otherwise; who knows its old address is led to the new one.

    The address of a part stays: pages name it by that. What was counted of the page stays its.

    Raises:
        InvalidHandle: no title, or an address that is none.
        HandleTaken: another page has the address.
        UnknownPage: there is none, or every shop has it once.
    """
    page = _own(page_id)
    before = _told(page)
    page.title = _title(title)
    was = page.handle
    if page.template == LANDING:
        page.handle = _handle(handle)
    _keep(page)
    if page.handle != was and str(page.pk) in live_manifest(page.theme, utc_now()):
        # Nobody knows an address at which nothing was ever live.
        keep_former(page, was)
        call_otherwise(document_name(LANDING, was), document_name(LANDING, page.handle))
        release_anew(page.theme_id)
    record(action="themes.page_renamed", actor=actor, obj=page, before=before, after=_told(page))
    return page


@transaction.atomic
def remove_page(page_id: UUID, *, actor: Actor) -> None:
    """Take a page away, with its draft and all its versions.

    Raises:
        PartInUse: a page shows this part.
        UnknownPage: there is none, or every shop has it once.
    """
    page = _own(page_id)
    if page.template == PART and (shown_on := pages_showing(page.theme).get(page.handle)):
        raise PartInUse(pages=[title_of(each) for each in shown_on])
    told = _told(page)
    release_anew(page.theme_id, without=page)
    forget_files(page)
    record(action="themes.page_removed", actor=actor, obj=page, before=told)
    page.delete()


def parts_of(theme: ThemeInstance, document: Json) -> dict[str, CompiledPage]:
    """Return the parts that a document shows: what is live, else what is edited."""
    handles = parts_named(document)
    if not handles:
        return {}
    rows = list(Page.objects.filter(theme=theme, template=PART, handle__in=handles))
    manifest = live_manifest(theme, utc_now())
    ids = [manifest[str(row.pk)] for row in rows if str(row.pk) in manifest]
    live = dict(PageVersion.objects.filter(pk__in=ids).values_list("page_id", "compiled"))
    edited = dict(PageDraft.objects.filter(page__in=rows).values_list("page_id", "doc"))
    found: dict[str, CompiledPage] = {}
    for row in rows:
        try:
            found[row.handle] = compile_page(live.get(row.pk) or edited.get(row.pk))
        except InvalidDocument:
            continue
    return found


def _own(page_id: UUID) -> Page:
    page = page_with(page_id)
    if page.template not in MANY:
        raise UnknownPage
    return page


def _keep(page: Page) -> None:
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError as error:
        raise HandleTaken(handle=page.handle) from error


def _title(text: str) -> str:
    title = " ".join(text.replace("\x00", "").split())
    if not title or len(title) > LONGEST_NAME:
        raise InvalidHandle(field="title")
    return title


def _handle(text: str) -> str:
    handle = text.strip().strip("/").lower()
    if not is_handle(handle):
        raise InvalidHandle(field="handle")
    return handle


def _free_handle(theme: ThemeInstance, template: str, title: str) -> str:
    """Return an address made of the title; of a number where it has no Latin letters."""
    rows = Page.objects.filter(theme=theme, template=template)
    taken = set(rows.values_list("handle", flat=True))
    base = slugify(title).replace("_", "-")[: LONGEST_HANDLE - 4].strip("-")
    base = base if is_handle(base) else "part" if template == PART else "page"
    numbered = (f"{base}-{number}" for number in range(2, MOST + 3))
    return next(each for each in (base, *numbered) if each not in taken)


def pages_showing(theme: ThemeInstance) -> dict[str, list[Page]]:
    """Return the pages that show each part, edited or live, by the part's handle."""
    docs: list[tuple[Page, Any]] = [
        (row.page, row.doc)
        for row in PageDraft.objects.filter(page__theme=theme).select_related("page")
    ]
    ids = list(live_manifest(theme, utc_now()).values())
    versions = PageVersion.objects.filter(pk__in=ids).select_related("page")
    docs += [(row.page, row.doc) for row in versions]
    found: dict[str, dict[UUID, Page]] = {}
    for page, doc in docs:
        for handle in parts_named(doc):
            found.setdefault(handle, {})[page.pk] = page
    return {handle: sorted(pages.values(), key=title_of) for handle, pages in found.items()}


def _told(page: Page) -> dict[str, str]:
    return {"page": document_name(page.template, page.handle), "title": page.title}
