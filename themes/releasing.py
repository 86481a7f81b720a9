"""Publishing: a version of one page, and a release that names it beside all the others.

What is live changes by one pointer, so nobody sees a half of it. A planned release takes
effect by itself when its moment has come; the next one that is published settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from kernel.tenancy.ports import keep_offers
from themes.desk import change_theme, draft_of, page_with
from themes.documents import compile_page
from themes.errors import DraftChanged, PageCompared, UnknownPage, WrongMoment
from themes.fields import Json
from themes.freezing import frozen
from themes.models import (
    Comparison,
    Page,
    PageDraft,
    PageVersion,
    Release,
    ThemeInstance,
    ThemeRole,
)
from themes.names import PART, document_name
from themes.packs.wearing import theme_with, worn_pack
from themes.reusing import parts_named
from themes.uses import note_files

_FARTHEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, and when it is live."""

    version: PageVersion
    release: Release


@dataclass(frozen=True, slots=True)
class Listed:
    """A version in the list of a page."""

    version: PageVersion
    is_live: bool


def publish(
    page_id: UUID, *, rev: int, note: str, actor: Actor, live_from: datetime | None = None
) -> Published:
    """Make the draft of a page live, at once or from a moment on; it must be the one looked at.

    Raises:
        DraftChanged: the draft is another one by now.
        InvalidDocument: with every fault.
        WrongMoment: the moment has passed or is too far away.
        UnknownPage: there is no such page.
        PageCompared: it is shown in two ways.
    """
    now = utc_now()
    _check_moment(live_from, now)
    with transaction.atomic():
        page = page_with(page_id)
        theme = locked(page.theme_id)
        page = page_with(page_id)
        refuse_while_compared(page)
        draft = draft_of(page)
        if draft.rev != rev:
            raise DraftChanged(by=draft.by, rev=draft.rev)
        publish_parts(theme, draft.doc, actor=actor, now=now)
        version = add_version(page, draft.doc, note=note, actor=actor, now=now)
        release = _release(theme, {page: version}, note=note, live_from=live_from)
        told = {"page": page.template, "version": version.number, "note": note}
        if live_from is not None:
            told["live_from"] = live_from.isoformat()
        record(action="themes.published", actor=actor, obj=page, after=told)
    return Published(version, release)


def publish_all(
    theme_id: UUID, *, note: str, actor: Actor, live_from: datetime | None = None
) -> Release | None:
    """Make every changed draft of a theme live in one release; None when there is no change.

    Pages that are shown in two ways stay as they are until that is over.

    Raises:
        InvalidDocument: with every fault of the first page that has any; nothing is live then.
        WrongMoment: the moment has passed or is too far away.
    """
    now = utc_now()
    _check_moment(live_from, now)
    with transaction.atomic():
        theme = locked(theme_id)
        manifest = live_manifest(theme, now)
        compared = Comparison.objects.filter(ended_at=None).values("page")
        rows = PageDraft.objects.filter(page__theme=theme).exclude(page__in=compared)
        rows = rows.select_related("page").order_by("pk")
        known = dict(
            PageVersion.objects.filter(pk__in=manifest.values()).values_list("page_id", "digest")
        )
        changed = [each for each in rows if _digest(each.doc) != known.get(each.page_id)]
        if not changed:
            return None
        made = {
            each.page: add_version(each.page, each.doc, note=note, actor=actor, now=now)
            for each in changed
        }
        release = _release(theme, made, note=note, live_from=live_from)
        told = {"pages": sorted(page.template for page in made), "note": note}
        record(action="themes.published", actor=actor, obj=theme, after=told)
    return release


def republish(
    page_id: UUID, change: Callable[[dict[str, Json]], dict[str, Json]], *, actor: Actor
) -> None:
    """Make what is live of a page live with a change that is nobody's edit; nothing else of it.

    Nothing happens where nothing was published, or nothing changes. What is planned, and the
    draft, are left to whoever asks.
    """
    now = utc_now()
    with transaction.atomic():
        page = page_with(page_id)
        theme = locked(page.theme_id)
        live_id = live_manifest(theme, now).get(str(page.pk))
        live = PageVersion.objects.filter(pk=live_id).first() if live_id else None
        if live is None or (doc := change(live.doc)) == live.doc:
            return
        version = add_version(page, doc, note=live.note, actor=actor, now=now)
        _release(theme, {page: version}, note=live.note, live_from=None)


def _check_moment(live_from: datetime | None, now: datetime) -> None:
    if live_from is not None and not now < live_from <= now + _FARTHEST:
        raise WrongMoment


def _digest(doc: Json) -> str:
    return compile_page(doc).digest


def add_version(
    page: Page, doc: dict[str, Json], *, note: str, actor: Actor, now: datetime
) -> PageVersion:
    """Keep a state of a page for ever; nobody sees it before a release names it.

    Raises:
        InvalidDocument: with every fault.
    """
    made = PageVersion.objects.create(
        page=page,
        number=_next(PageVersion.objects.filter(page=page)),
        digest=_digest(doc),
        doc=doc,
        compiled=frozen(doc),
        note=note,
        by=actor.name,
        at=now,
    )
    note_files(page)
    return made


def publish_parts(
    theme: ThemeInstance, doc: dict[str, Json], *, actor: Actor, now: datetime
) -> None:
    """Make the parts live that a page shows and that never were: they stand nowhere else."""
    if not (handles := parts_named(doc)):
        return
    manifest = live_manifest(theme, now)
    rows = Page.objects.select_related("theme").filter(
        theme=theme, template=PART, handle__in=handles
    )
    for part in rows.order_by("pk"):
        if str(part.pk) not in manifest:
            version = add_version(part, draft_of(part).doc, note="", actor=actor, now=now)
            _release(theme, {part: version}, note="", live_from=None)


def make_live(version_id: UUID, *, page_id: UUID, actor: Actor) -> Release:
    """Make an older version live again; the draft stays as it is.

    Raises:
        UnknownPage: the page has no such version.
        PageCompared: it is shown in two ways.
    """
    with transaction.atomic():
        page = page_with(page_id)
        theme = locked(page.theme_id)
        refuse_while_compared(page)
        version = version_of(page, version_id)
        release = _release(theme, {page: version}, note=version.note, live_from=None)
        told = {"page": page.template, "version": version.number}
        record(action="themes.rolled_back", actor=actor, obj=page, after=told)
    return release


def cancel(release_id: UUID, *, page_id: UUID, actor: Actor) -> None:
    """Give up a release that is planned.

    Raises:
        UnknownPage: none of this page is planned under this id.
    """
    with transaction.atomic():
        page = page_with(page_id)
        locked(page.theme_id)
        rows = Release.objects.filter(pk=release_id, page=page, is_waiting=True)
        if not rows.filter(live_from__gt=utc_now()).update(is_waiting=False):
            raise UnknownPage
        record(action="themes.plan_cancelled", actor=actor, obj=page, after={"page": page.template})
        tell(page.theme)


def versions_of(page: Page, *, most: int = 100) -> list[Listed]:
    """Return the versions of a page, the newest first; two queries."""
    manifest = live_manifest(page.theme, utc_now())
    rows = PageVersion.objects.filter(page=page).defer("doc").order_by("-number")[:most]
    return [Listed(row, manifest.get(str(page.pk)) == str(row.pk)) for row in rows]


def planned_of(page: Page) -> list[Release]:
    """Return what is planned for a page, the next first."""
    rows = Release.objects.filter(page=page, is_waiting=True, live_from__gt=utc_now())
    return list(rows.order_by("live_from"))


def version_of(page: Page, version_id: UUID) -> PageVersion:
    """Return a version of a page.

    Raises:
        UnknownPage: it has none of this id.
    """
    row = PageVersion.objects.filter(pk=version_id, page=page).first()
    if row is None:
        raise UnknownPage
    return row


def live_manifest(theme: ThemeInstance, now: datetime) -> dict[str, str]:
    """Return which version of each page is live at a moment; two queries."""
    live_id = theme.live_release_id
    live = Release.objects.filter(pk=live_id).first() if live_id else None
    due = Release.objects.filter(theme=theme, is_waiting=True, live_from__lte=now)
    return merged(live, due.order_by("live_from", "number"))


def merged(live: Release | None, due: Iterable[Release]) -> dict[str, str]:
    """Return a release's versions with those that came due after it, each for its own page."""
    found: dict[str, str] = dict(live.manifest) if live else {}
    for each in due:
        own = each.manifest
        found.update(own if each.page_id is None else {str(each.page_id): own[str(each.page_id)]})
    return found


def refuse_while_compared(page: Page) -> None:
    """See that a page is shown in one way; what it is compared with must not change.

    Raises:
        PageCompared: it is shown in two.
    """
    if Comparison.objects.filter(page=page, ended_at=None).exists():
        raise PageCompared


def locked(theme_id: UUID) -> ThemeInstance:
    """Return a theme that nobody else publishes in until the transaction ends."""
    return ThemeInstance.objects.select_for_update().get(pk=theme_id)


def _release(
    theme: ThemeInstance,
    changed: Mapping[Page, PageVersion],
    *,
    note: str,
    live_from: datetime | None,
    manifest: Mapping[str, str] | None = None,
) -> Release:
    now = utc_now()
    own = {str(page.pk): str(version.pk) for page, version in changed.items()}
    before = live_manifest(theme, now) if manifest is None else manifest
    made = Release.objects.create(
        theme=theme,
        number=_next(Release.objects.filter(theme=theme)),
        manifest={**before, **own},
        palette=theme.palette,
        tokens=theme.tokens,
        page=next(iter(changed)) if len(changed) == 1 else None,
        note=note,
        live_from=live_from,
        is_waiting=live_from is not None,
        at=now,
    )
    if live_from is None:
        waiting = Release.objects.filter(theme=theme, is_waiting=True, live_from__lte=now)
        waiting.update(is_waiting=False)
        ThemeInstance.objects.filter(pk=theme.pk).update(live_release_id=made.pk)
        theme.live_release_id = made.pk
    tell(theme)
    return made


def release_anew(theme_id: UUID, *, without: Page | None = None) -> None:
    """Let the same pages be live under the names that they have now, one of them taken out.

    Runs inside the caller's transaction.
    """
    theme = locked(theme_id)
    if without is not None:
        Comparison.objects.filter(page=without, ended_at=None).update(ended_at=utc_now())
        rows = Release.objects.filter(page=without)
        rows.update(is_waiting=False)
        rows.update(page=None)
    now = utc_now()
    manifest = live_manifest(theme, now)
    if without is not None:
        manifest.pop(str(without.pk), None)
    _release(theme, {}, note="", live_from=None, manifest=manifest)


def wear_pack(preset: str) -> None:
    """Let what was released of a pack's pages count from the commit on, in one with it.

    Runs inside the transaction that puts the theme on.
    """
    theme = change_theme(preset)
    if theme is not None:
        tell(theme)


def put_in_use(theme: ThemeInstance) -> None:
    """Let a theme be the one that visitors see, with its colours; in the caller's transaction."""
    ThemeInstance.objects.filter(role=ThemeRole.LIVE).update(role=ThemeRole.DRAFT)
    ThemeInstance.objects.filter(pk=theme.pk).update(role=ThemeRole.LIVE)
    if worn_pack() != theme.preset:
        colours = f"{theme.preset}:{theme.palette}" if theme.palette else theme.preset
        before = current_tenant().offers.theme
        told = {"theme": theme_with(colours).code, "theme_before": before}
        keep_offers(current_tenant().id, told)
    tell(theme)


def tell(theme: ThemeInstance) -> None:
    """Let every process know which releases of the theme in use count, from the commit on."""
    theme = ThemeInstance.objects.get(pk=theme.pk)
    if theme.role != ThemeRole.LIVE:
        return
    compared = Comparison.objects.filter(page__theme=theme, ended_at=None).select_related("page")
    comparisons = tuple(
        (
            str(each.pk),
            str(each.release_id),
            each.share,
            document_name(each.page.template, each.page.handle),
        )
        for each in compared.order_by("pk")
    )
    live_id = theme.live_release_id
    live: list[tuple[str, str]] = [(str(live_id), "")] if live_id else []
    waiting = Release.objects.filter(theme=theme, is_waiting=True).order_by("live_from", "number")
    planned = [(str(each.pk), each.live_from.isoformat()) for each in waiting if each.live_from]
    keep_offers(current_tenant().id, {"releases": (*live, *planned), "comparisons": comparisons})


def documents_of(releases: Sequence[str]) -> dict[str, dict[str, Json]]:
    """Return the documents that some releases show together, by name; two queries."""
    wanted = [each for each in releases if each]
    rows = {str(row.pk): row for row in Release.objects.filter(pk__in=wanted)}
    ordered = [rows[each] for each in wanted if each in rows]
    has_live = bool(releases and releases[0] in rows)
    manifest = merged(ordered[0] if has_live else None, ordered[1:] if has_live else ordered)
    versions = (
        PageVersion.objects.filter(pk__in=manifest.values()).defer("doc").select_related("page")
    )
    return {document_name(row.page.template, row.page.handle): row.compiled for row in versions}


def _next(rows: object) -> int:
    highest = rows.aggregate(highest=Max("number"))["highest"]  # type: ignore[attr-defined]
    return int(highest or 0) + 1
