"""Begins and ends comparisons of a page that is live with its draft."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from themes.desk import default_document, draft_of, page_with
from themes.documents import compile_page
from themes.errors import (
    DraftChanged,
    InvalidShare,
    NothingToCompare,
    PagePlanned,
    TooManyComparisons,
    UnknownComparison,
)
from themes.fields import Json
from themes.models import (
    Comparison,
    Outcome,
    Page,
    PageKindOf,
    PageVersion,
    Release,
    ThemeInstance,
    ThemeRole,
)
from themes.names import LANDING
from themes.releasing import (
    add_version,
    live_manifest,
    locked,
    make_live,
    planned_of,
    publish_parts,
    refuse_while_compared,
    tell,
)

MOST: Final = 5
"""Comparisons that go on at once: each doubles what is kept of all pages."""


def may_be_compared(page: Page) -> bool:
    """Tell whether a page is one that visitors see by itself, in the theme in use."""
    return page.kind == PageKindOf.PAGE and page.theme.role == ThemeRole.LIVE


@transaction.atomic
def begin(page_id: UUID, *, rev: int, share: int, note: str, actor: Actor) -> Comparison:
    """Show the draft of a page to a share of all visitors, in hundredths, beside what is live.

    Raises:
        UnknownPage: there is no such page.
        InvalidShare: nobody would see one of them.
        DraftChanged: the draft is another one by now.
        NothingToCompare: the draft is what is live, or the page is none that visitors see.
        PageCompared: it is compared already.
        PagePlanned: it is to change by itself.
        TooManyComparisons: others have to end first.
        InvalidDocument: with every fault of the draft.
    """
    if not 1 <= share <= 99:  # noqa: PLR2004  of a hundred, somebody on each side
        raise InvalidShare
    now = utc_now()
    theme = locked(page_with(page_id).theme_id)
    page = page_with(page_id)
    draft = draft_of(page)
    refuse_while_compared(page)
    if draft.rev != rev:
        raise DraftChanged(by=draft.by, rev=draft.rev)
    if not may_be_compared(page) or not _differs(page, draft.doc, now):
        raise NothingToCompare
    if planned_of(page):
        raise PagePlanned
    if Comparison.objects.filter(ended_at=None).count() >= MOST:
        raise TooManyComparisons
    publish_parts(theme, draft.doc, actor=actor, now=now)
    version = add_version(page, draft.doc, note=note, actor=actor, now=now)
    made = Comparison.objects.create(
        page=page,
        release=_second_release(theme, version, note=note),
        share=share,
        by=actor.name,
        began_at=now,
    )
    told = {"page": page.template, "version": version.number, "share": share}
    record(action="themes.comparison_begun", actor=actor, obj=page, after=told)
    tell(theme)
    return made


def _differs(page: Page, doc: dict[str, Json], now: datetime) -> bool:
    """Tell whether a draft is another page than what is live; a page nobody sees is none."""
    live_id = live_manifest(page.theme, now).get(str(page.pk))
    if live_id is None and page.template == LANDING:
        return False
    live = PageVersion.objects.filter(pk=live_id).first() if live_id else None
    shown = live.doc if live else default_document(page.template, page.theme.preset)
    return compile_page(doc).digest != compile_page(shown).digest


def _second_release(theme: ThemeInstance, version: PageVersion, *, note: str) -> Release:
    """Name a version without making it live."""
    highest = Release.objects.filter(theme=theme).aggregate(highest=Max("number"))["highest"]
    return Release.objects.create(
        theme=theme,
        number=int(highest or 0) + 1,
        manifest={str(version.page_id): str(version.pk)},
        palette=theme.palette,
        tokens=theme.tokens,
        page=version.page,
        note=note,
        at=utc_now(),
    )


@transaction.atomic
def end(page_id: UUID, comparison_id: UUID, *, outcome: Outcome, actor: Actor) -> Comparison:
    """Let one of both stay. The draft stays as it is, and nothing that was counted is lost.

    Raises:
        UnknownPage: there is no such page.
        UnknownComparison: the page has none of this id, or it is over.
    """
    page = page_with(page_id)
    theme = locked(page.theme_id)
    row = Comparison.objects.filter(pk=comparison_id, page=page, ended_at=None).first()
    if row is None or outcome == Outcome.OPEN:
        raise UnknownComparison
    row.ended_at, row.outcome = utc_now(), outcome
    row.save(update_fields=["ended_at", "outcome"])
    told = {"page": page.template, "outcome": str(outcome)}
    record(action="themes.comparison_ended", actor=actor, obj=page, after=told)
    if outcome == Outcome.SECOND:
        make_live(UUID(row.release.manifest[str(page.pk)]), page_id=page_id, actor=actor)
    else:
        tell(theme)
    return row
