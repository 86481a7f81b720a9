"""Looks for words that nobody may meet: in text, headers, cookies, letters, and inside files."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from typing import Any, Final
from urllib.parse import unquote

_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_DEEPEST: Final = 3
_AROUND: Final = 40


class Traces:
    """Words, and where they were met.

    A word counts where it begins a word, in any letters; so chance does not find short ones
    within digests and tokens.
    """

    def __init__(self, words: Iterable[str]) -> None:
        unique = sorted({each.casefold() for each in words if each}, key=len, reverse=True)
        either = "|".join(re.escape(each) for each in unique)
        self._words = re.compile(rf"(?<![a-z0-9])(?:{either})")
        self.found: list[str] = []
        self.looked = 0

    def look(self, where: str, content: bytes | str) -> None:
        """Look through a text, or through a file and what is packed in it."""
        self.looked += 1
        raw = content.encode() if isinstance(content, str) else content
        for part in _parts(raw, _DEEPEST):
            for text in _readings(part):
                if met := self._words.search(text):
                    start = max(met.start() - _AROUND, 0)
                    around = text[start : met.end() + _AROUND]
                    self.found.append(f"{where}: …{' '.join(around.split())}…")
                    return

    def look_at_answer(self, where: str, answer: Any) -> bytes:
        """Look through an answer with its headers and cookies; return its body."""
        heads = [f"{name}: {value}" for name, value in answer.headers.items()]
        heads += [each.OutputString() for each in answer.cookies.values()]
        self.look(f"{where} (headers)", "\n".join([answer.reason_phrase, *heads]))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self.look(where, bytes(body))
        return bytes(body)

    def look_at_letter(self, where: str, letter: Message) -> None:
        """Look through a letter as it goes out, and what is enclosed."""
        self.look(f"{where} (letter)", letter.as_bytes())
        for part in letter.walk():
            if isinstance(kept := part.get_payload(decode=True), bytes):
                self.look(f"{where} ({part.get_content_type()})", kept)

    def look_at_files(self, files: Mapping[str, bytes]) -> None:
        """Look through files."""
        for name, content in files.items():
            self.look(name, content)


def _parts(content: bytes, depth: int) -> Iterator[bytes]:
    """Yield a file, and what is packed in it: in PDF, ZIP and gzip files, and pictures."""
    yield content
    if not depth:
        return
    if content.startswith(b"%PDF"):
        for packed in _STREAM.findall(content):
            yield from _unpacked(packed, depth)
        yield _written_in(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as parcel:
            for name in parcel.namelist():
                yield name.encode()
                yield from _parts(parcel.read(name), depth - 1)
    elif content.startswith(b"\x1f\x8b"):
        yield from _unpacked(content, depth, bits=31)


def _written_in(content: bytes) -> bytes:
    """Return what stands on the pages of a PDF file: its letters are numbers of shapes."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()


def _unpacked(packed: bytes, depth: int, *, bits: int = 15) -> Iterator[bytes]:
    try:
        yield from _parts(zlib.decompressobj(bits).decompress(packed), depth - 1)
    except zlib.error:
        return


def _readings(content: bytes) -> Iterator[str]:
    """Yield what bytes say to whoever reads them in one way or another, in small letters."""
    text = content.decode("utf-8", "replace")
    folded = text.casefold()
    yield folded
    if "&" in folded:
        yield html.unescape(text).casefold()
    if "%" in folded:
        yield unquote(text).casefold()
    if "\\u" in text:
        yield _ESCAPE.sub(lambda met: chr(int(met[1], 16)), text).casefold()
    if b"\x00" in content:
        yield content.replace(b"\x00", b"").decode("latin-1").casefold()
