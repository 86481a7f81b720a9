"""Themes and published pages, as templates of shops carry them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.snapshots.contract import Content, Files, Piece
from kernel.snapshots.errors import UnreadableContent
from themes.desk import (
    Draft,
    default_document,
    draft_of,
    live_document,
    live_theme,
    newest,
    page_with,
    save_draft,
    title_of,
)
from themes.models import Page, PageDraft, PageKindOf, PageVersion, ThemeInstance, ThemeRole
from themes.names import MANY, PART
from themes.own_pages import remove_page
from themes.packs.services import put_on
from themes.packs.wearing import worn
from themes.releasing import add_version, live_manifest, publish
from themes.taking_along import kept_name, new_name
from themes.uses import renamed

_LOOK: Final = "theme"


class LookPart:
    """One piece: the pack and the colours that the shop wears."""

    code: ClassVar[str] = "themes.look"
    label: ClassVar[str | Promise] = gettext_lazy("Theme")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return what is worn; nothing for the plain pages."""
        code = worn().code
        return [Piece(_LOOK, code.partition(":")[0], {"theme": code})] if code else []

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Put the theme on.

        Raises:
            DomainError: this installation has no such theme.
        """
        put_on(str(content["theme"]), actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Return to the plain pages."""
        put_on("", actor=actor)


class PagesPart:
    """One piece a page that was published, of the theme in use: ``pack/template/handle``."""

    code: ClassVar[str] = "themes.pages"
    label: ClassVar[str | Promise] = gettext_lazy("Pages")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return what the storefront shows of the shop's own pages."""
        theme = ThemeInstance.objects.filter(role=ThemeRole.LIVE).first()
        if theme is None:
            return []
        manifest = live_manifest(theme, utc_now())
        versions = PageVersion.objects.filter(pk__in=manifest.values()).select_related("page")
        name = kept_name(files)
        return [
            Piece(
                key,
                title_of(row.page),
                {"kind": row.page.kind, "title": row.page.title, "doc": renamed(row.doc, name)},
            )
            for key, row in sorted(
                ((_key(theme, row.page), row) for row in versions),
                key=lambda each: (each[1].page.template != PART, each[0]),
            )
            if keys is None or key in keys
        ]

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Publish the page.

        Raises:
            UnreadableContent: it belongs to a theme that the shop does not wear.
            DomainError: the page cannot be shown here.
        """
        page = _page_of(key, content)
        _publish(page, renamed(content["doc"], new_name(files, actor=actor)), actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Show what comes with the theme instead; take away what comes with none.

        Raises:
            PartInUse: another page shows this part.
        """
        page = _known(key)
        if page is None:
            return
        if page.template in MANY:
            remove_page(page.pk, actor=actor)
        else:
            _publish(page, default_document(page.template, page.theme.preset), actor=actor)


class DraftsPart:
    """One piece a draft that is not what visitors see: ``pack/template/handle``.

    What is brought here is seen by nobody before the shop publishes it.
    """

    code: ClassVar[str] = "themes.drafts"
    label: ClassVar[str | Promise] = gettext_lazy("Drafts of pages")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the drafts of the theme in use that nobody published."""
        rows = PageDraft.objects.filter(page__theme__role=ThemeRole.LIVE)
        name, found = kept_name(files), []
        for row in rows.select_related("page__theme"):
            key = _key(row.page.theme, row.page)
            if (keys is None or key in keys) and (draft := _unpublished(row.page)) is not None:
                doc = renamed(draft.doc, name)
                told = {"kind": row.page.kind, "title": row.page.title, "doc": doc}
                found.append(Piece(key, title_of(row.page), told))
        return sorted(found, key=lambda each: each.key)

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Make it the page's draft; another that nobody published stays among the versions.

        Raises:
            UnreadableContent: it belongs to a theme that the shop does not wear.
            DomainError: the page cannot be shown here.
        """
        page = _page_of(key, content)
        doc = renamed(content["doc"], new_name(files, actor=actor))
        _keep_draft(page, doc, actor=actor)
        if doc != draft_of(page).doc:
            save_draft(page.pk, doc, rev=draft_of(page).rev, actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Edit what is live again; take away a page that never was.

        Raises:
            PartInUse: another page shows this part.
        """
        page = _known(key)
        if page is None:
            return
        if page.template in MANY and str(page.pk) not in live_manifest(page.theme, utc_now()):
            remove_page(page.pk, actor=actor)
        else:
            save_draft(page.pk, live_document(page), rev=draft_of(page).rev, actor=actor)


def _key(theme: ThemeInstance, page: Page) -> str:
    return f"{theme.preset}/{page.template}/{page.handle}"


def _page_of(key: str, content: Content) -> Page:
    """Return the page of a key; made where the theme in use has none."""
    preset, template, handle = key.split("/", 2)
    theme = live_theme()
    if theme.preset != preset:
        raise UnreadableContent(gettext_lazy("The page belongs to another theme."))
    page, _made = Page.objects.get_or_create(
        theme=theme,
        template=template,
        handle=handle,
        defaults={"kind": PageKindOf(content["kind"]), "title": content["title"]},
    )
    return page_with(page.pk)


def _known(key: str) -> Page | None:
    preset, template, handle = key.split("/", 2)
    rows = Page.objects.filter(theme__role=ThemeRole.LIVE, theme__preset=preset)
    return rows.filter(template=template, handle=handle).select_related("theme").first()


def _unpublished(page: Page) -> Draft | None:
    draft = draft_of(page)
    return draft if draft.rev and draft.doc != newest(live_document(page)) else None


def _keep_draft(page: Page, doc: Any, *, actor: Actor) -> None:
    draft = _unpublished(page)
    if draft is not None and draft.doc != doc:
        note = _("Draft before a template")
        add_version(page, draft.doc, note=note, actor=actor, now=utc_now())


def _publish(page: Page, doc: Any, *, actor: Actor) -> None:
    """Publish a document; a draft that nobody published is kept among the page's versions."""
    _keep_draft(page, doc, actor=actor)
    rev = save_draft(page.pk, doc, rev=draft_of(page).rev, actor=actor)
    publish(page.pk, rev=rev, note=_("From a template"), actor=actor)
