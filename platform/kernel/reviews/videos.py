"""Videos that people send along: told by their content, and without what cameras wrote.

An MP4 is a row of boxes. Those that say where and with what it was taken are emptied in
place; pictures and sound stay byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from kernel.reviews.errors import InvalidReview

LARGEST_VIDEO: Final = 30 * 1024 * 1024
_HEAD: Final = 8
_LONG_HEAD: Final = 16
_SAID: Final = frozenset({b"udta", b"meta", b"uuid"})
_KNOWN: Final = _SAID | {
    *(b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx"),
    *(b"pdin", b"styp", b"emsg", b"prft", b"pnot"),
}
_WITHIN: Final = frozenset({b"moov", b"trak"})


def checked_video(content: bytes) -> bytes:
    """Return a video as it may be kept.

    Raises:
        InvalidReview: it is none, too large, or something else hangs on to it.
    """
    if len(content) > LARGEST_VIDEO:
        raise InvalidReview(_("A video may have at most 30 MB."), field="video")
    kept = bytearray(content)
    try:
        outer = {kind for kind, _start, _end in _boxes(content, 0, len(content))}
        is_video = content[4:8] == b"ftyp" and {b"moov", b"mdat"} <= outer <= _KNOWN
        _empty(kept, 0, len(content))
    except ValueError:
        is_video = False
    if not is_video:
        raise InvalidReview(_("Only videos in MP4 can be added."), field="video")
    return bytes(kept)


def _boxes(content: bytes | bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield each box's kind, where what is in it begins, and where it ends.

    Raises:
        ValueError: they do not fill the place exactly.
    """
    while start < end:
        if end - start < _HEAD:
            raise ValueError("cut off")
        size, head = int.from_bytes(content[start : start + 4], "big"), _HEAD
        kind = bytes(content[start + 4 : start + 8])
        if size == 1:
            size, head = int.from_bytes(content[start + 8 : start + 16], "big"), _LONG_HEAD
        size = size or end - start
        if size < head or start + size > end:
            raise ValueError("cut off")
        yield kind, start + head, start + size
        start += size


def _empty(content: bytearray, start: int, end: int) -> None:
    for kind, inside, stop in _boxes(content, start, end):
        if kind in _WITHIN:
            _empty(content, inside, stop)
        elif kind in _SAID:
            head = _LONG_HEAD if content[inside - _LONG_HEAD + 4 : inside - 8] == kind else _HEAD
            content[inside - head + 4 : inside - head + 8] = b"free"
            content[inside:stop] = bytes(stop - inside)
