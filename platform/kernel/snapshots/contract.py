"""What a part of a shop says of itself, so that it can be carried over to another shop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

from django.utils.functional import Promise

from kernel.audit.actor import Actor

Content: TypeAlias = Mapping[str, Any]
"""Plain JSON; the same state of a thing has the same content in each shop."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing of a shop, as it is carried.

    Attributes:
        key: names it within its part in each shop: a code, a handle, a path.
        label: what people call it.
        content: all that is needed to make it anew; files by digest. Members whose
            name begins with ``_`` count for a new thing alone, and are not compared.
    """

    key: str
    label: str
    content: Content


class Files(Protocol):
    """Where the content of files is kept on its way, named by its SHA-256."""

    def keep(self, content: bytes) -> str:
        """Keep a file; return its digest in small hexadecimal letters."""

    def read(self, digest: str) -> bytes:
        """Return a file.

        Raises:
            UnknownFile: none has this digest.
        """


class Part(Protocol):
    """A kind of thing that templates carry; joined by `register_part`.

    Attributes:
        code: stable, ``catalogue.categories``.
        label: what people call all of them.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return what the current shop has, what others need first.

        Args:
            files: where files are put; None when only contents are compared.
            keys: only these; None for all.
        """

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Make a thing so, or new; saying what is so already changes nothing.

        Raises:
            DomainError: this shop cannot have it.
        """

    def drop(self, key: str, *, actor: Actor) -> None:
        """Take a thing away; nothing happens when there is none.

        Raises:
            DomainError: something holds it.
        """


def digest_of(content: Content) -> str:
    """Return the SHA-256 of what is compared of a content, in whatever order it stands."""
    compared = {name: value for name, value in content.items() if not name.startswith("_")}
    text = json.dumps(compared, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
