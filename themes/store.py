"""Where page documents come from: what the shop released, else its pack's or the themes' own.

Those of packs and the themes' own are compiled once for each process, a release once for each
process that shows it. Which releases count is known with the tenant, so pages ask for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from kernel.common.bounded import BoundedMemory
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant_or_none
from themes.documents import CompiledPage, compile_page
from themes.errors import InvalidDocument
from themes.names import LANDING, MANY, handle_in, template_in
from themes.packs.reading import documents_of as documents_of_pack
from themes.packs.wearing import is_tried, worn_pack
from themes.reusing import all_with_parts

FOLDER: Final = Path(__file__).parent / "defaults"
GROUPS: Final = ("header", "footer", "tabbar")
_MOST: Final = 500
_SECONDS: Final = 3_600.0

_released: BoundedMemory[tuple[UUID, tuple[str, ...]], Mapping[str, CompiledPage]]
_released = BoundedMemory(_MOST)
_moment_now: ContextVar[datetime | None] = ContextVar("moment_of_a_page", default=None)
_second: ContextVar[tuple[str, ...]] = ContextVar("second_versions_of_a_page", default=())
_edition: ContextVar[tuple[str, ...] | None] = ContextVar("edition_of_a_page", default=None)


@contextmanager
def one_moment() -> Iterator[None]:
    """Draw all parts of a page as of one moment, so that none is of a later release."""
    before = _moment_now.set(utc_now())
    try:
        yield
    finally:
        _moment_now.reset(before)


def moment() -> datetime:
    """Return the moment of the page that is drawn, else now."""
    return _moment_now.get() or utc_now()


@contextmanager
def in_edition(releases: tuple[str, ...]) -> Iterator[None]:
    """Read the pages of some releases, whatever is live: a style sheet stays its page's."""
    before = _edition.set(releases)
    try:
        yield
    finally:
        _edition.reset(before)


@contextmanager
def with_second(releases: tuple[str, ...]) -> Iterator[None]:
    """Show the second version of the pages that some releases name, as who compares them asks."""
    before = _second.set(releases)
    try:
        yield
    finally:
        _second.reset(before)


def seconds_here() -> tuple[str, ...]:
    """Return the releases whose pages the visitor sees instead of what is live."""
    return _second.get()


def published(template: str) -> CompiledPage:
    """Return the published document of a page or a group, in the theme that is worn.

    Raises:
        KeyError: there is no page of this name.
    """
    tenant = current_tenant_or_none()
    if tenant is not None and (releases := edition() or _edition_of_many(template)):
        own = _own(tenant.id, releases).get(template)
        if own is not None:
            return own
    return _published(template, worn_pack())


def landing_pages() -> Mapping[str, CompiledPage]:
    """Return the pages that the shop made itself and that are live, by their handles."""
    tenant = current_tenant_or_none()
    releases = releases_now()
    pages = _own(tenant.id, releases) if tenant is not None and releases else {}
    return {handle_in(name): page for name, page in pages.items() if template_in(name) == LANDING}


def _edition_of_many(template: str) -> tuple[str, ...]:
    """Pages that the shop made itself are no pack's: they are there whatever is tried on."""
    return releases_now() if template_in(template) in MANY else ()


def edition() -> tuple[str, ...]:
    """Return the releases that the page is drawn of; none for the packs' and themes' own."""
    given = _edition.get()
    if given is not None:
        return given
    return () if is_tried() else releases_now()


def releases_now() -> tuple[str, ...]:
    """Return the ids of the releases whose pages are shown, the last first counted."""
    tenant = current_tenant_or_none()
    if tenant is None or not tenant.offers.releases:
        return seconds_here()
    now = moment()
    counted = tuple(
        each for each, since in tenant.offers.releases if not since or _moment(since) <= now
    )
    return counted + seconds_here()


def next_release(now: datetime) -> datetime | None:
    """Return when another release counts, if one is planned."""
    tenant = current_tenant_or_none()
    planned = tenant.offers.releases if tenant is not None else ()
    moments = sorted(_moment(since) for _each, since in planned if since)
    return next((each for each in moments if each > now), None)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _own(tenant_id: UUID, releases: tuple[str, ...]) -> Mapping[str, CompiledPage]:
    key = (tenant_id, releases)
    found = _released.get(key)
    if found is None:
        found = _compiled(releases)
        if releases == releases_now():
            _released.put(key, found, seconds=_SECONDS)
    return found


def _compiled(releases: tuple[str, ...]) -> Mapping[str, CompiledPage]:
    """Return the released pages by name; what no longer compiles is the themes' own."""
    from themes.releasing import documents_of

    found: dict[str, CompiledPage] = {}
    for name, document in documents_of(releases).items():
        try:
            found[name] = compile_page(document)
        except InvalidDocument:
            continue
    return all_with_parts(found)


@cache
def _published(template: str, pack: str) -> CompiledPage:
    own = documents_of_pack(pack) if pack else {}
    if template in own:
        return compile_page(own[template])
    path = FOLDER / f"{template}.json"
    if not template.isidentifier() or not path.exists():
        raise KeyError(template)
    return compile_page(json.loads(path.read_text(encoding="utf-8")))


def templates() -> list[str]:
    """Return the names of all documents."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))
