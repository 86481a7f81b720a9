"""What a block is, and all that it may know when it is drawn."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from kernel.modules.manifest import Text
from themes.fields import Field, Json, Settings

Client: TypeAlias = Literal["web", "mp", "app"]
Vary: TypeAlias = Literal["none", "member"]
CLIENTS: Final[tuple[Client, ...]] = ("web", "mp", "app")

Migration: TypeAlias = Callable[[Settings], Settings]


@dataclass(frozen=True, slots=True)
class Shop:
    """What blocks may know of the shop.

    Attributes:
        languages: code and name of those that buyers can choose.
        currencies: codes of those that prices can be shown in, the shop's own first; empty
            where there is no choice.
        papers: addresses of help, terms and privacy, by ``help``, ``terms`` and ``privacy``.
    """

    name: str
    colour: str
    logo_url: str
    support_email: str
    locale: str
    zone: str
    languages: tuple[tuple[str, str], ...] = ()
    currencies: tuple[str, ...] = ()
    doors: tuple[Mapping[str, str], ...] = ()
    support_phone: str = ""
    papers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a private page; never part of what is kept for others.

    Attributes:
        member_id: None for a stranger.
        token: the anonymous cart's, empty without one.
        groups: ids of what a stranger placed in this browser.
    """

    member_id: Any = None
    name: str = ""
    token: str = ""
    groups: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """Everything that a page is drawn from, beside its document and its data.

    Attributes:
        shown: the currency that amounts are shown in beside the shop's own; empty for none.
        params: the page's own parameters: handle, category, page number.
        now: for what is shown from and until a moment.
        viewer: None where the outcome is kept for everybody.
        inputs: what a view adds to a private page: form fields, refusals.
    """

    shop: Shop
    language: str
    currency: str
    client: Client
    template: str
    now: datetime
    shown: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    viewer: Viewer | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Binding:
    """A wish for data: a source's name and cleaned parameters."""

    of: str
    params: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def to(cls, of: str, **params: Any) -> Binding:
        """Return a binding; equal wishes are equal, so they are loaded once."""
        return cls(of, tuple(sorted(params.items())))

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter."""
        return dict(self.params).get(name, default)


Needs: TypeAlias = Callable[[Settings, PageContext], Mapping[str, Binding]]
Prepare: TypeAlias = Callable[[Settings, Mapping[str, Any], PageContext], Mapping[str, Any]]
Primitives: TypeAlias = Callable[[Settings, Mapping[str, Any], PageContext], Json]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for other blocks; an empty ``allow`` takes any."""

    label: Text
    allow: tuple[str, ...] = ()
    most: int = 20


def no_needs(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    """Ask for nothing."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A kind of block. What it draws follows from settings, data and page context alone.

    Attributes:
        type: ``area.name``; a module's begins with its code.
        version: of the settings; grows with each change of their schema.
        uses: parameters of the page that it looks at; with them it is kept.
        vary: ``member`` for what differs by person: an island on pages kept for all.
        needs: the data it asks for beside its `Bound` settings.
        prepare: what its template gets beside settings and data.
        primitives: a tree of simple parts, for clients that do not know the block.
        migrations: settings of a version to those of the next.
        limit: how often it may stand in one document; 0 is any number.
    """

    type: str
    label: Text
    template: str
    group: str = "content"
    icon: str = "square"
    version: int = 1
    settings: Mapping[str, Field] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()
    vary: Vary = "none"
    needs: Needs = no_needs
    prepare: Prepare | None = None
    primitives: Primitives | None = None
    migrations: Mapping[int, Migration] = field(default_factory=dict)
    module: str | None = None
    limit: int = 0

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the settings, as editors and golden files hold it."""
        found: dict[str, Json] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"block:{self.type}@{self.version}",
            "title": self.label.en,
            "x-title": {"zh-hans": self.label.zh, "en": self.label.en},
            "x-group": self.group,
            "x-icon": self.icon,
            "type": "object",
            "properties": {name: each.schema() for name, each in self.settings.items()},
            "additionalProperties": False,
        }
        if self.slots:
            found["x-slots"] = {
                name: {"allow": list(slot.allow), "max": slot.most}
                for name, slot in self.slots.items()
            }
        return found

    @cached_property
    def code_fingerprint(self) -> str:
        """The hash of the Python that draws it; what is kept of older code is not found."""
        sources = sorted({inspect.getmodule(part) for part in self._code()} - {None}, key=str)
        digest = hashlib.sha256(f"{self.type}@{self.version}".encode())
        for module in sources:
            digest.update(inspect.getsource(module).encode())  # type: ignore[arg-type]
        return digest.hexdigest()[:16]

    def _code(self) -> list[Callable[..., Any]]:
        return [part for part in (self.needs, self.prepare, self.primitives) if part is not None]
