"""Signed passes to a page that is not public: the canvas of the editor, and shared previews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from kernel.notifications.addresses import web_address
from kernel.tenancy import signing

Purpose: TypeAlias = Literal["edit", "share", "version"]

SALT: Final = "themes.editor.pass"
HOURS: Final = {"edit": 12, "share": 72, "version": 1}
"""How long a pass holds; an open editor asks for a new one in time."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What somebody may look at without signing in at the shop.

    Attributes:
        page: whose document is shown.
        version: which one; None for the draft.
    """

    purpose: Purpose
    page: UUID
    version: UUID | None = None

    def token(self) -> str:
        """Return the pass as addresses carry it."""
        version = str(self.version) if self.version else ""
        return signing.dumps([self.purpose, str(self.page), version], salt=SALT)


def read_pass(token: str) -> Pass | None:
    """Return what a token lets its holder see; None when it is forged, foreign or too old."""
    try:
        loosest = timedelta(hours=max(HOURS.values()))
        purpose, page, version = signing.loads(token, salt=SALT, max_age=loosest)
        signing.loads(token, salt=SALT, max_age=timedelta(hours=HOURS[purpose]))
        return Pass(purpose, UUID(page), UUID(version) if version else None)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def canvas_address(given: Pass, params: dict[str, str], *, language: str) -> str:
    """Return where the shop shows a page to the holder of a pass; empty without a host."""
    query = urlencode({**params, "language": language, "token": given.token()})
    return web_address("store", f"/design/?{query}")
