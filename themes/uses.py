"""Files on the pages of a shop, as its library sees them: what a page shows is not thrown away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.media.services.using import set_uses
from kernel.media.uses import Place, UseKind, register_use
from themes.models import Page, PageDraft, PageVersion

PAGE_USE: Final = "themes.page"
_RENAMER: Final = Actor.system("media")
# Of those that may be made live again with a click.
_VERSIONS: Final = 5


def register_uses() -> None:
    """Tell the library of the files on pages."""
    register_use(UseKind(PAGE_USE, _("On a page"), _places, _rename))


def note_files(page: Page) -> None:
    """Note which files a page shows: its draft, and what was published of it last.

    Runs inside the caller's transaction.
    """
    drafts = PageDraft.objects.filter(page=page).values_list("doc", flat=True)
    versions = PageVersion.objects.filter(page=page).order_by("-number")
    docs = [*drafts, *versions.values_list("doc", flat=True)[:_VERSIONS]]
    set_uses(PAGE_USE, page.pk, {name for doc in docs for name in files_in(doc)})


def forget_files(page: Page) -> None:
    """Let go of the files of a page that is taken away."""
    set_uses(PAGE_USE, page.pk, set())


def files_in(value: Any) -> Iterator[str]:
    """Yield the names of all files that a document names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "asset" and isinstance(inner, str):
                yield inner
            else:
                yield from files_in(inner)
    elif isinstance(value, list):
        for each in value:
            yield from files_in(each)


def renamed(value: Any, name: Callable[[str], str]) -> Any:
    """Return a document with every file under another name."""
    if isinstance(value, dict):
        return {
            key: name(inner) if key == "asset" and isinstance(inner, str) else renamed(inner, name)
            for key, inner in value.items()
        }
    return [renamed(each, name) for each in value] if isinstance(value, list) else value


def _places(ids: Collection[UUID]) -> Mapping[UUID, Place]:
    from themes.desk import title_of

    rows = Page.objects.filter(pk__in=ids)
    return {row.pk: Place(title_of(row), f"/design/pages/{row.pk}/") for row in rows}


@transaction.atomic
def _rename(ids: Collection[UUID], names: Mapping[str, str]) -> None:
    """Take new names into drafts, and publish pages that are live with them anew."""
    from themes.releasing import republish

    def name(asset: str) -> str:
        return names.get(asset, asset)

    for page in Page.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        draft = PageDraft.objects.filter(page=page).first()
        if draft is not None and (doc := renamed(draft.doc, name)) != draft.doc:
            PageDraft.objects.filter(pk=draft.pk).update(doc=doc)
        republish(page.pk, lambda doc: renamed(doc, name), actor=_RENAMER)
