"""Sources of data: typed parameters, one load for all bindings of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from themes.contract import Binding, PageContext, Vary
from themes.errors import DuplicateBlock
from themes.faults import LeavingOut
from themes.fields import Field, InvalidSetting, Json

Load: TypeAlias = Callable[[PageContext, Sequence[Binding]], Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A kind of data that blocks may show.

    Attributes:
        of: ``area.name``.
        load: called once for a page with all different bindings to it; answers in
            their order, in plain JSON values, None where there is nothing.
        reads: the counters that grow when its data changes.
        params: what editors may set; other parameters are a page's own.
        vary: ``member`` when the answer differs by person.
        seconds: how long an answer may be kept although it changes without an event.
    """

    of: str
    load: Load
    reads: tuple[str, ...]
    params: Mapping[str, Field] = field(default_factory=dict)
    vary: Vary = "none"
    seconds: int = 1_800

    def clean(self, params: Mapping[str, Json]) -> dict[str, Json]:
        """Return parameters as they are stored, all of them.

        Raises:
            InvalidSetting: one is unknown or refused.
        """
        for name in params:
            if name not in self.params:
                raise InvalidSetting(f"{self.of} has no parameter {name}")
        return {
            name: each.clean(params.get(name, each.default)) for name, each in self.params.items()
        }


_sources: dict[str, Source] = {}


def forget_all() -> None:
    """Begin with no sources."""
    _sources.clear()


def register_source(source: Source) -> None:
    """Make a source known.

    Raises:
        DuplicateBlock: another one has its name.
    """
    if source.of in _sources:
        raise DuplicateBlock(f"two sources are called {source.of!r}")
    _sources[source.of] = source


def source_of(of: str) -> Source:
    """Return a source.

    Raises:
        InvalidSetting: there is none of this name.
    """
    if of not in _sources:
        raise InvalidSetting(f"no source is called {of!r}")
    return _sources[of]


def counters_of(bindings: Iterable[Binding]) -> frozenset[str]:
    """Return the counters that what is drawn from these bindings depends on."""
    return frozenset(name for each in bindings for name in source_of(each.of).reads)


def all_counters() -> frozenset[str]:
    """Return every counter that data of any source depends on."""
    return frozenset(name for source in _sources.values() for name in source.reads)


def seconds_of(bindings: Iterable[Binding], *, most: int) -> int:
    """Return how long what is drawn from these bindings may be kept."""
    return min([most, *(source_of(each.of).seconds for each in bindings)])


class SourceFailed(Exception):
    """Stands for data that a source failed to load."""


def load_all(
    bindings: Iterable[Binding], page: PageContext, *, is_forgiving: bool = False
) -> dict[Binding, Any]:
    """Load what is asked for: each source once, each binding once.

    A source that differs by person answers None where the page is for everybody. One that
    fails stops everything, unless blocks that can be left out are all that asks.
    """
    grouped: dict[str, dict[Binding, None]] = {}
    for each in bindings:
        grouped.setdefault(each.of, {})[each] = None
    found: dict[Binding, Any] = {}
    for of, wanted in grouped.items():
        source = source_of(of)
        if source.vary == "member" and page.viewer is None:
            found.update(dict.fromkeys(wanted))
            continue
        asked = list(wanted)
        if is_forgiving:
            found.update(dict.fromkeys(wanted, SourceFailed(of)))
            with LeavingOut("", of):
                found.update(zip(asked, source.load(page, asked), strict=True))
        else:
            found.update(zip(asked, source.load(page, asked), strict=True))
    return found


@contextmanager
def sources_temporarily(*sources: Source) -> Iterator[None]:
    """Add sources for the length of a block of code, for tests."""
    before = dict(_sources)
    try:
        for source in sources:
            register_source(source)
        yield
    finally:
        _sources.clear()
        _sources.update(before)
