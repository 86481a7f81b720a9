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
    default_document,
    draft_of,
    live_document,
    live_theme,
    page_with,
    save_draft,
    title_of,
)
from themes.models import Page, PageKindOf, PageVersion, ThemeInstance, ThemeRole
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
        preset, template, handle = key.split("/", 2)
        theme = live_theme()
        if theme.preset != preset:
            raise UnreadableContent(_("The page belongs to another theme."))
        page, _made = Page.objects.get_or_create(
            theme=theme,
            template=template,
            handle=handle,
            defaults={"kind": PageKindOf(content["kind"]), "title": content["title"]},
        )
        _publish(page, renamed(content["doc"], new_name(files, actor=actor)), actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Show what comes with the theme instead; take away what comes with none.

        Raises:
            PartInUse: another page shows this part.
        """
        preset, template, handle = key.split("/", 2)
        page = Page.objects.filter(
            theme__role=ThemeRole.LIVE, theme__preset=preset, template=template, handle=handle
        ).first()
        if page is None:
            return
        if template in MANY:
            remove_page(page.pk, actor=actor)
        else:
            _publish(page, default_document(template, preset), actor=actor)


def _key(theme: ThemeInstance, page: Page) -> str:
    return f"{theme.preset}/{page.template}/{page.handle}"


def _publish(page: Page, doc: Any, *, actor: Actor) -> None:
    """Publish a document; a draft that nobody published is kept among the page's versions."""
    draft = draft_of(page_with(page.pk))
    if draft.rev and draft.doc not in (live_document(draft.page), doc):
        now = utc_now()
        add_version(draft.page, draft.doc, note=_("Draft before a template"), actor=actor, now=now)
    rev = save_draft(page.pk, doc, rev=draft.rev, actor=actor)
    publish(page.pk, rev=rev, note=_("From a template"), actor=actor)
