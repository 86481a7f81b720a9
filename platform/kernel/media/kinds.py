"""What a file is, told by its content; its name and its sender's word do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Final

from django.utils.translation import gettext as _

from kernel.media.choices import AssetKind
from kernel.media.errors import InvalidAsset
from kernel.media.limits import (
    LARGEST_AUDIO,
    LARGEST_DRAWING,
    LARGEST_FILE,
    LARGEST_PICTURE,
    LARGEST_VIDEO,
)
from kernel.media.parcels import is_parcel, parcel_kind
from kernel.media.texts import is_plain_text

_HEAD: Final = 4096
_TAIL: Final = 66_000
"""Where a ZIP file has its directory's end: 22 bytes and a comment of 64 KB."""
_LARGEST: Final = {
    AssetKind.IMAGE: LARGEST_PICTURE,
    AssetKind.VIDEO: LARGEST_VIDEO,
    AssetKind.AUDIO: LARGEST_AUDIO,
    AssetKind.FILE: LARGEST_FILE,
}


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of content that is kept."""

    kind: AssetKind
    extension: str
    media_type: str


SVG: Final = FileType(AssetKind.IMAGE, "svg", "image/svg+xml")
_JPEG: Final = FileType(AssetKind.IMAGE, "jpg", "image/jpeg")
_PNG: Final = FileType(AssetKind.IMAGE, "png", "image/png")
_GIF: Final = FileType(AssetKind.IMAGE, "gif", "image/gif")
_WEBP: Final = FileType(AssetKind.IMAGE, "webp", "image/webp")
_AVIF: Final = FileType(AssetKind.IMAGE, "avif", "image/avif")
_MP4: Final = FileType(AssetKind.VIDEO, "mp4", "video/mp4")
_WEBM: Final = FileType(AssetKind.VIDEO, "webm", "video/webm")
_MP3: Final = FileType(AssetKind.AUDIO, "mp3", "audio/mpeg")
_M4A: Final = FileType(AssetKind.AUDIO, "m4a", "audio/mp4")
_WAV: Final = FileType(AssetKind.AUDIO, "wav", "audio/wav")
_OGG: Final = FileType(AssetKind.AUDIO, "ogg", "audio/ogg")
_PDF: Final = FileType(AssetKind.FILE, "pdf", "application/pdf")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_PARCELS: Final = {
    "docx": FileType(AssetKind.FILE, "docx", f"{_OFFICE}.wordprocessingml.document"),
    "xlsx": FileType(AssetKind.FILE, "xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    "pptx": FileType(AssetKind.FILE, "pptx", f"{_OFFICE}.presentationml.presentation"),
    "zip": FileType(AssetKind.FILE, "zip", "application/zip"),
}
_TEXT: Final = FileType(AssetKind.FILE, "txt", "text/plain")
_CSV: Final = FileType(AssetKind.FILE, "csv", "text/csv")
_BY_HEAD: Final = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"ID3", _MP3),
    (b"OggS", _OGG),
    (b"%PDF-1.", _PDF),
    (b"%PDF-2.", _PDF),
)
_BRANDS: Final = {
    **dict.fromkeys((b"avif", b"avis"), _AVIF),
    **dict.fromkeys((b"M4A ", b"M4B "), _M4A),
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"),
        _MP4,
    ),
}
_MP3_HEADS: Final = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")


def type_of(file: IO[bytes], *, name: str, size: int) -> FileType:
    """Return what a file is.

    Args:
        file: can be sought; it stands at its beginning afterwards.
        name: tells a table from other text, and nothing else.
        size: in bytes.

    Raises:
        InvalidAsset: of no kind that is kept, two things at once, a parcel that bursts,
            or too large for its kind.
    """
    found = _by_content(file, name=name, size=size)
    if found is None:
        raise InvalidAsset(
            _("Pictures, videos, sounds, PDF, office and text files are kept."), reason="unknown"
        )
    most = LARGEST_DRAWING if found is SVG else _LARGEST[found.kind]
    if size > most:
        text = _("A file of this kind may have at most %(number)s MB.")
        raise InvalidAsset(text % {"number": most // 1024**2}, reason="too_large", bytes=size)
    return found


def _by_content(file: IO[bytes], *, name: str, size: int) -> FileType | None:
    file.seek(0)
    head = file.read(_HEAD)
    if is_parcel(head):
        found = _PARCELS.get(parcel_kind(file))
        file.seek(0)
        return found
    found = _by_head(head)
    if found is not None and found.kind != AssetKind.IMAGE:
        _refuse_second_nature(file, size)
    if found is None and b"<svg" in head.lower():
        found = SVG
    if found is None and size <= LARGEST_FILE and is_plain_text(file):
        found = _CSV if name.lower().endswith(".csv") else _TEXT
    file.seek(0)
    return found


def _by_head(head: bytes) -> FileType | None:
    for beginning, found in _BY_HEAD:
        if head.startswith(beginning):
            return found
    if head[:4] == b"RIFF":
        return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64]:
        return _WEBM
    return _MP3 if head[:2] in _MP3_HEADS else None


def _refuse_second_nature(file: IO[bytes], size: int) -> None:
    """Refuse what is a ZIP file when it is read from its end.

    Pictures need no such look: they are drawn anew, and what hangs on them is left behind.
    """
    file.seek(max(size - _TAIL, 0))
    if b"PK\x05\x06" in file.read():
        raise InvalidAsset(_("The file is two things at once."), reason="polyglot")
