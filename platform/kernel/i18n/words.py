"""What the program says to buyers: the texts that a shop may say in words of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.apps import apps

from kernel.i18n.languages import spoken_for

_CATALOG: Final = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.mo"
_MODULES: Final = "apps."
_sources: set[str] = set()


@dataclass(frozen=True, slots=True)
class Word:
    """A text of the program.

    Attributes:
        msgid: the text in English, which is what names it.
        chinese: the same in Chinese.
    """

    msgid: str
    chinese: str

    def spoken(self, language: str) -> str:
        """Return what is said to readers of a language while the shop says nothing else."""
        return self.chinese if spoken_for(language) == "zh-hans" else self.msgid


def register_words(package: str) -> None:
    """Have a package's texts be said in other words too; called while apps are loaded."""
    _sources.add(package)
    words.cache_clear()


@cache
def words() -> dict[str, Word]:
    """Return the texts by what names them: those of the storefront, and of modules."""
    found: dict[str, Word] = {}
    for config in apps.get_app_configs():
        if config.name in _sources or config.name.startswith(_MODULES):
            found |= {each.msgid: each for each in _read(Path(config.path) / _CATALOG)}
    return dict(sorted(found.items()))


def has_word(msgid: str) -> bool:
    """Tell whether the program says something."""
    return msgid in words()


def _read(file: Path) -> Iterable[Word]:
    """Read a compiled catalog; `gettext` itself forgets how plurals are called."""
    if not file.exists():
        return
    content = file.read_bytes()
    _magic, _version, count, originals, translations = struct.unpack("<5I", content[:20])
    for number in range(count):
        msgids = _string(content, originals + 8 * number).split(chr(0))
        text = _string(content, translations + 8 * number).partition(chr(0))[0]
        # The singular and the plural of a text are said apart.
        yield from (Word(msgid, text) for msgid in msgids if msgid)


def _string(content: bytes, place: int) -> str:
    length, offset = struct.unpack("<2I", content[place : place + 8])
    return content[offset : offset + length].decode()
