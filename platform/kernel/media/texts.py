"""Plain text: told from everything that browsers would run."""

from __future__ import annotations

import codecs
from typing import IO, Final

_CHUNK: Final = 256 * 1024
_CONTROLS: Final = frozenset(map(chr, range(32))) - frozenset("\t\n\r\x0b\x0c")
_MARKUP: Final = ("<!doctype", "<html", "<script", "<?xml", "<?php", "<svg", "<body", "<iframe")


def is_plain_text(file: IO[bytes]) -> bool:
    """Tell whether a file is text in UTF-8 that is no markup and no program of a browser."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    before = ""
    try:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            whole = (before + text).lower()
            if _CONTROLS.intersection(text) or any(each in whole for each in _MARKUP):
                return False
            before = text[-16:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return bool(before)
