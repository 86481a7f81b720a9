"""Page documents: from what an editor saved to what the storefront draws.

A document is a tree of blocks with sparse settings. Compiling it brings settings
to the newest version, checks them, fills in defaults and leaves out what cannot
be shown; the outcome never changes again, and has a digest of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Final, Literal, TypeAlias, cast

from kernel.i18n.languages import in_language
from themes.contract import CLIENTS, Block
from themes.errors import Fault, InvalidDocument
from themes.fields import (
    InvalidSetting,
    Json,
    Settings,
    clean_translations,
    read_moment,
)
from themes.registry import find

FORMAT: Final = 1
MOST_TOP: Final = 30
MOST_BLOCKS: Final = 300
MOST_DEPTH: Final = 5
MOST_BYTES: Final = 262_144
KINDS: Final = ("page", "group", "part")
MOST_IN_PART: Final = 30
WIDTHS: Final = ("s", "m", "l")
AUDIENCES: Final = ("guest", "member")

_ID: Final = re.compile(r"[a-z][a-z0-9_-]{1,31}\Z")
_PARTS: Final = frozenset(
    {"id", "type", "v", "name", "settings", "at", "i18n", "show", "off", "slots"}
)

Who: TypeAlias = Literal["guest", "member"]


@dataclass(frozen=True, slots=True)
class Show:
    """When, where and to whom a block is shown; empty means always, everywhere, to all."""

    on: tuple[str, ...] = ()
    widths: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    who: tuple[str, ...] = ()

    def is_open(self, *, client: str, now: datetime) -> bool:
        """Tell whether the block is shown on a client at a moment."""
        if self.on and client not in self.on:
            return False
        if self.since is not None and now < self.since:
            return False
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class CompiledBlock:
    """A block as it is drawn: all settings present and checked."""

    id: str
    type: str
    version: int
    settings: Settings
    at: Mapping[str, Settings]
    i18n: Mapping[str, Settings]
    show: Show
    slots: Mapping[str, tuple[CompiledBlock, ...]]
    digest: str

    def in_language(self, language: str) -> Settings:
        """Return the settings with the texts of a language."""
        found = dict(self.settings)
        found.update(in_language(self.i18n, language) or {})
        for name, value in found.items():
            if isinstance(value, list):
                found[name] = [_item_in_language(item, language) for item in value]
        return found

    def walk(self) -> Iterator[CompiledBlock]:
        """Return the block and everything inside it."""
        yield self
        for each in chain.from_iterable(self.slots.values()):
            yield from each.walk()


@dataclass(frozen=True, slots=True)
class CompiledPage:
    """A page as it is drawn.

    Attributes:
        boundaries: moments at which a block appears or goes, in order.
        left_out: pointers to blocks of types, or versions, that are not installed.
    """

    kind: str
    template: str
    settings: Settings
    blocks: tuple[CompiledBlock, ...]
    boundaries: tuple[datetime, ...]
    digest: str
    left_out: tuple[str, ...] = field(default=())

    def walk(self) -> Iterator[CompiledBlock]:
        """Return every block of the page."""
        return chain.from_iterable(block.walk() for block in self.blocks)

    def window(self, now: datetime) -> int:
        """Return how many boundaries have passed; what is kept differs by it."""
        return sum(1 for each in self.boundaries if each <= now)

    def next_boundary(self, now: datetime) -> datetime | None:
        """Return when the page looks different by itself, if ever."""
        return next((each for each in self.boundaries if each > now), None)


def compile_page(document: Json) -> CompiledPage:
    """Return the page that a document describes.

    Raises:
        InvalidDocument: with every fault that was found.
    """
    return _Compiler(document).run()


def moments_of(blocks: Iterable[CompiledBlock]) -> tuple[datetime, ...]:
    """Return the moments at which one of some blocks appears or goes, in order."""
    moments = {
        moment
        for each in chain.from_iterable(block.walk() for block in blocks)
        for moment in (each.show.since, each.show.until)
        if moment is not None
    }
    return tuple(sorted(moments))


def migrated(block: Block, version: int, settings: Settings) -> Settings:
    """Return settings of an older version as the newest version writes them."""
    found = json.loads(json.dumps(settings))
    for step in range(version, block.version):
        found = block.migrations[step](found)
    return cast("Settings", found)


class _Compiler:
    """One run over one document; collects faults rather than stopping at the first."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._faults: list[Fault] = []
        self._ids: set[str] = set()
        self._types: dict[str, int] = {}
        self._left_out: list[str] = []

    def run(self) -> CompiledPage:
        document = self._document
        if not isinstance(document, dict):
            raise InvalidDocument([Fault("", "must be an object")])
        if len(json.dumps(document, ensure_ascii=False).encode()) > MOST_BYTES:
            raise InvalidDocument([Fault("", f"at most {MOST_BYTES} bytes")])
        if document.get("format") != FORMAT or document.get("kind") not in KINDS:
            raise InvalidDocument([Fault("", "format or kind is unknown")])
        blocks = self._list(document.get("blocks", []), "/blocks", depth=1, most=MOST_TOP)
        if len(self._ids) > MOST_BLOCKS:
            self._fault("/blocks", f"at most {MOST_BLOCKS} blocks")
        if document["kind"] == "part":
            self._check_part()
        settings = self._page_settings(document.get("settings", {}))
        if self._faults:
            raise InvalidDocument(self._faults)
        template = str(document.get("template", ""))
        return CompiledPage(
            kind=str(document["kind"]),
            template=template,
            settings=settings,
            blocks=blocks,
            boundaries=moments_of(blocks),
            digest=digest_of([template, settings, [block.digest for block in blocks]]),
            left_out=tuple(self._left_out),
        )

    def _check_part(self) -> None:
        """A part holds no other, so that none is ever inside itself."""
        if "core.ref" in self._types:
            self._fault("/blocks", "a reusable part holds no other one")
        if len(self._ids) > MOST_IN_PART:
            self._fault("/blocks", f"at most {MOST_IN_PART} blocks in a reusable part")

    def _fault(self, pointer: str, text: str) -> None:
        self._faults.append(Fault(pointer, text))

    def _page_settings(self, value: Json) -> Settings:
        if not isinstance(value, dict):
            self._fault("/settings", "must be an object")
            return {}
        return value

    def _list(
        self, value: Json, pointer: str, *, depth: int, most: int, allow: tuple[str, ...] = ()
    ) -> tuple[CompiledBlock, ...]:
        if not isinstance(value, list) or len(value) > most:
            self._fault(pointer, f"must be a list of at most {most} blocks")
            return ()
        if depth > MOST_DEPTH:
            self._fault(pointer, f"at most {MOST_DEPTH} levels")
            return ()
        found = []
        for index, item in enumerate(value):
            place = f"{pointer}/{index}"
            if allow and isinstance(item, dict) and item.get("type") not in allow:
                self._fault(place, "this block may not stand here")
            elif (block := self._block(item, place, depth=depth)) is not None:
                found.append(block)
        return tuple(found)

    def _block(self, item: Json, place: str, *, depth: int) -> CompiledBlock | None:
        if not isinstance(item, dict) or not set(item) <= _PARTS:
            self._fault(place, f"must be an object of {', '.join(sorted(_PARTS))}")
            return None
        block_id, version = item.get("id"), item.get("v", 1)
        if not isinstance(block_id, str) or not _ID.match(block_id) or block_id in self._ids:
            self._fault(f"{place}/id", "must be a name that no other block has")
            return None
        self._ids.add(block_id)
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._fault(f"{place}/v", "must be a version")
            return None
        block = find(str(item.get("type")))
        if block is None or version > block.version:
            self._left_out.append(place)
            return None
        self._count(block, place)
        return None if item.get("off") else self._compiled(block, item, place=place, depth=depth)

    def _count(self, block: Block, place: str) -> None:
        self._types[block.type] = self._types.get(block.type, 0) + 1
        if block.limit and self._types[block.type] > block.limit:
            self._fault(place, f"at most {block.limit} of these on a page")

    def _compiled(
        self, block: Block, item: dict[str, Json], *, place: str, depth: int
    ) -> CompiledBlock:
        block_id, version = str(item["id"]), item.get("v", 1)
        assert isinstance(version, int)  # noqa: S101  checked by the caller
        settings = self._settings(block, version, item.get("settings", {}), place)
        at = self._at(block, item.get("at", {}), f"{place}/at")
        i18n = self._i18n(block, item.get("i18n", {}), f"{place}/i18n")
        show = self._show(item.get("show", {}), f"{place}/show")
        slots = self._slots(block, item.get("slots", {}), f"{place}/slots", depth)
        parts: list[Any] = [
            block_id,
            block.type,
            block.version,
            settings,
            at,
            i18n,
            item.get("show"),
        ]
        parts.append({name: [each.digest for each in inner] for name, inner in slots.items()})
        return CompiledBlock(
            id=block_id,
            type=block.type,
            version=block.version,
            settings=settings,
            at=at,
            i18n=i18n,
            show=show,
            slots=slots,
            digest=digest_of(parts),
        )

    def _settings(self, block: Block, version: int, value: Json, place: str) -> Settings:
        if not isinstance(value, dict):
            self._fault(f"{place}/settings", "must be an object")
            return {}
        given = migrated(block, version, value)
        for name in set(given) - set(block.settings):
            self._fault(f"{place}/settings/{name}", "no such setting")
        found: Settings = {}
        for name, each in block.settings.items():
            try:
                found[name] = each.clean(given.get(name, each.default))
            except InvalidSetting as refusal:
                self._fault(f"{place}/settings/{name}", str(refusal))
        return found

    def _at(self, block: Block, value: Json, place: str) -> dict[str, Settings]:
        if not isinstance(value, dict) or set(value) - {"m", "l"}:
            self._fault(place, "must be an object of the widths m and l")
            return {}
        found: dict[str, Settings] = {}
        for width, given in value.items():
            for name, setting in (given if isinstance(given, dict) else {"": None}).items():
                each = block.settings.get(name)
                if each is None or not each.responsive:
                    self._fault(f"{place}/{width}/{name}", "is the same at every width")
                    continue
                try:
                    found.setdefault(width, {})[name] = each.clean(setting)
                except InvalidSetting as refusal:
                    self._fault(f"{place}/{width}/{name}", str(refusal))
        return found

    def _i18n(self, block: Block, value: Json, place: str) -> dict[str, Settings]:
        try:
            return cast("dict[str, Settings]", clean_translations(value, block.settings))
        except InvalidSetting as refusal:
            self._fault(place, str(refusal))
            return {}

    def _slots(
        self, block: Block, value: Json, place: str, depth: int
    ) -> dict[str, tuple[CompiledBlock, ...]]:
        if not isinstance(value, dict):
            self._fault(place, "must be an object")
            return {}
        for name in set(value) - set(block.slots):
            self._fault(f"{place}/{name}", "no such slot")
        return {
            name: self._list(
                value.get(name, []),
                f"{place}/{name}",
                depth=depth + 1,
                most=slot.most,
                allow=slot.allow,
            )
            for name, slot in block.slots.items()
        }

    def _show(self, value: Json, place: str) -> Show:
        if not isinstance(value, dict) or set(value) - {"on", "widths", "from", "to", "who"}:
            self._fault(place, "must be an object of on, widths, from, to and who")
            return Show()
        words = {"on": CLIENTS, "widths": WIDTHS, "who": AUDIENCES}
        lists: dict[str, tuple[str, ...]] = {}
        for name, allowed in words.items():
            given = value.get(name, [])
            if not isinstance(given, list) or not set(map(str, given)) <= set(allowed):
                self._fault(f"{place}/{name}", f"must be a list of {', '.join(allowed)}")
                given = []
            lists[name] = tuple(str(each) for each in given)
        moments: dict[str, datetime | None] = {}
        for name in ("from", "to"):
            try:
                moments[name] = read_moment(value[name]) if value.get(name) else None
            except InvalidSetting as refusal:
                self._fault(f"{place}/{name}", str(refusal))
        return Show(
            on=lists["on"],
            widths=lists["widths"],
            since=moments.get("from"),
            until=moments.get("to"),
            who=lists["who"],
        )


def digest_of(value: Any) -> str:
    """Return the hash of plain JSON values."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _item_in_language(item: Json, language: str) -> Json:
    if not isinstance(item, dict) or "i18n" not in item:
        return item
    texts = item["i18n"]
    own = in_language(texts, language) if isinstance(texts, dict) else {}
    plain: dict[str, Json] = {name: value for name, value in item.items() if name != "i18n"}
    return {**plain, **(own if isinstance(own, dict) else {})}
