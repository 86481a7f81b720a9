"""Pages as they are edited: what there is of each, its draft, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from kernel.tenancy.ports import directory
from themes.documents import FORMAT, compile_page, migrated
from themes.errors import DraftChanged, UnknownPage
from themes.fields import Json, RichText, clean_html
from themes.models import (
    Page,
    PageDraft,
    PageKindOf,
    PageVersion,
    Release,
    ThemeInstance,
    ThemeRole,
)
from themes.names import PART
from themes.packs.reading import documents_of
from themes.registry import find
from themes.store import FOLDER, GROUPS
from themes.uses import note_files

TITLES: Final[Mapping[str, Promise]] = {
    "home": _("Front page"),
    "categories": _("All categories"),
    "category": _("A category"),
    "collection": _("A collection"),
    "product": _("A product"),
    "search": _("Search"),
    "member": _("My account"),
    "cart": _("Cart"),
    "header": _("Header"),
    "footer": _("Footer"),
    "tabbar": _("Tab bar"),
}
"""The documents of a theme that can be edited, in the order of the editor's list."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is edited; number 0 while nobody has saved anything."""

    page: Page
    doc: dict[str, Json]
    rev: int
    by: str = ""


def live_theme() -> ThemeInstance:
    """Return the theme in use; made, with its pages, when it is first asked for."""
    found = ThemeInstance.objects.filter(role=ThemeRole.LIVE).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _made(_pack_now())
    except IntegrityError:
        # Somebody else was the first.
        return ThemeInstance.objects.get(role=ThemeRole.LIVE)


def change_theme(preset: str) -> ThemeInstance | None:
    """Let the pages that belong to a pack be the ones in use, as they were left.

    Runs inside the caller's transaction. Nothing happens in a shop that never edited a page.
    """
    live = ThemeInstance.objects.select_for_update().filter(role=ThemeRole.LIVE).first()
    if live is None or live.preset == preset:
        return live
    ThemeInstance.objects.filter(pk=live.pk).update(role=ThemeRole.DRAFT)
    rows = ThemeInstance.objects.filter(preset=preset, role=ThemeRole.DRAFT)
    # The one that was published last, since copies may never have been.
    found = rows.order_by(F("live_release_id").desc(nulls_last=True), "-created_at").first()
    if found is None:
        return _made(preset)
    found.role = ThemeRole.LIVE
    found.save(update_fields=["role"])
    return found


def _pack_now() -> str:
    """Return the pack that the shop wears, also when it was put on a moment ago."""
    tenant_id = current_tenant().id
    directory().forget(tenant_id)
    return directory().by_id(tenant_id).offers.theme.partition(":")[0]


def _made(preset: str) -> ThemeInstance:
    theme = ThemeInstance.objects.create(name=preset, preset=preset, role=ThemeRole.LIVE)
    Page.objects.bulk_create(blank_pages_of(theme))
    return theme


def blank_pages_of(theme: ThemeInstance) -> list[Page]:
    """Return the pages that every theme has, not written yet."""
    return [
        Page(
            theme=theme,
            kind=PageKindOf.GROUP if template in GROUPS else PageKindOf.PAGE,
            template=template,
            handle=template,
            title=template,
        )
        for template in TITLES
    ]


def pages_of(theme: ThemeInstance) -> list[Page]:
    """Return the pages of a theme in the order in which they are listed; one query."""
    order = {template: place for place, template in enumerate(TITLES)}
    rows = Page.objects.filter(theme=theme)
    return sorted(rows, key=lambda row: (order.get(row.template, len(order)), row.title))


def title_of(page: Page) -> str:
    """Return what a page is called, in the reader's language where it is one of every shop."""
    return str(TITLES.get(page.template, page.title))


def page_with(page_id: UUID) -> Page:
    """Return a page.

    Raises:
        UnknownPage: there is none.
    """
    row = Page.objects.select_related("theme").filter(pk=page_id).first()
    if row is None:
        raise UnknownPage
    return row


def draft_of(page: Page) -> Draft:
    """Return the draft of a page: what was saved last, else what is live, else the default."""
    row = PageDraft.objects.filter(page=page).first()
    if row is not None:
        return Draft(page, newest(row.doc), row.rev, row.by)
    return Draft(page, newest(live_document(page)), 0)


def live_document(page: Page) -> dict[str, Json]:
    """Return the document that the storefront shows for a page."""
    live_id = page.theme.live_release_id
    release = Release.objects.filter(pk=live_id).first() if live_id else None
    version_id = release.manifest.get(str(page.pk)) if release else None
    version = PageVersion.objects.filter(pk=version_id).first() if version_id else None
    return dict(version.doc) if version else default_document(page.template, page.theme.preset)


def default_document(template: str, preset: str = "") -> dict[str, Json]:
    """Return the document that comes with a pack, else with the storefront."""
    own = documents_of(preset).get(template) if preset else None
    if isinstance(own, dict):
        return dict(own)
    path = FOLDER / f"{template}.json"
    if template not in TITLES or not path.exists():
        kind = "group" if template in GROUPS else PART if template == PART else "page"
        return {"format": FORMAT, "kind": kind, "template": template, "settings": {}, "blocks": []}
    return dict(json.loads(path.read_text(encoding="utf-8")))


def save_draft(page_id: UUID, doc: Json, *, rev: int, actor: Actor) -> int:
    """Keep a draft that began with the one of a number; return its new number.

    Raises:
        DraftChanged: somebody saved another in between.
        InvalidDocument: with every fault.
        UnknownPage: there is no such page.
    """
    compile_page(doc)
    assert isinstance(doc, dict)  # noqa: S101  it would not have been compiled
    page = page_with(page_id)
    kept: dict[str, Any] = {"doc": newest({**doc, "template": page.template}), "by": actor.name}
    with transaction.atomic():
        # The page is the lock: of a draft that is not there yet, too.
        Page.objects.select_for_update().get(pk=page.pk)
        row = PageDraft.objects.filter(page=page).first()
        if row is None and rev == 0:
            PageDraft.objects.create(page=page, rev=1, at=utc_now(), **kept)
            note_files(page)
            return 1
        if row is None or row.rev != rev:
            raise DraftChanged(by=row.by if row else "", rev=row.rev if row else 0)
        PageDraft.objects.filter(pk=row.pk).update(rev=rev + 1, at=utc_now(), **kept)
        note_files(page)
    return rev + 1


def newest(doc: Mapping[str, Any]) -> dict[str, Json]:
    """Return a document with every known block in its newest version, and its texts cleaned."""
    blocks = doc.get("blocks")
    found = list(_newest_blocks(blocks)) if isinstance(blocks, list) else []
    return {**doc, "blocks": found}


def _newest_blocks(blocks: list[Json]) -> Iterator[Json]:
    for item in blocks:
        yield _newest_block(item) if isinstance(item, dict) else item


def _newest_block(item: dict[str, Json]) -> dict[str, Json]:
    kind, version = find(str(item.get("type"))), item.get("v", 1)
    made = dict(item)
    slots = item.get("slots")
    if isinstance(slots, dict):
        made["slots"] = {
            name: list(_newest_blocks(inner)) if isinstance(inner, list) else inner
            for name, inner in slots.items()
        }
    settings = item.get("settings", {})
    if kind is None or not isinstance(version, int) or version > kind.version:
        return made
    if isinstance(settings, dict):
        settings = migrated(kind, version, settings)
        for name, each in kind.settings.items():
            if isinstance(each, RichText) and isinstance(settings.get(name), str):
                settings[name] = clean_html(str(settings[name]))
        made["settings"] = settings
    made["v"] = kind.version
    i18n = item.get("i18n")
    if isinstance(i18n, dict):
        made["i18n"] = {code: _clean_texts(kind.settings, texts) for code, texts in i18n.items()}
    return made


def _clean_texts(fields: Mapping[str, object], texts: Json) -> Json:
    if not isinstance(texts, dict):
        return texts
    return {
        name: clean_html(text)
        if isinstance(fields.get(name), RichText) and isinstance(text, str)
        else text
        for name, text in texts.items()
    }
