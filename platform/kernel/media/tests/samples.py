"""Files as people bring them, good and bad."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

from kernel.audit.actor import Actor
from kernel.media.models import Asset
from kernel.media.services import Added, add_file, render_asset

ACTOR = Actor("staff", "stf_1", "Anna")
# Tests are named after what they are given, and have one name in all processes of a run.
_DAY = (2026, 1, 1, 0, 0, 0)
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 400
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" '
    b'xmlns:sodipodi="urn:editor" width="40" height="20"><metadata>secret</metadata>'
    b'<sodipodi:namedview x="1"/><defs><linearGradient id="g"/></defs>'
    b'<style>.a{fill:url(#g)}</style><path class="a" d="M0 0h40v20z"/></svg>'
)


def drawing(inside: str = "", attributes: str = "", before: str = "") -> bytes:
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>{inside}</svg>'
    ).encode()


def photo(width: int = 40, height: int = 20, *, colour: str = "red", form: str = "JPEG") -> bytes:
    """A photograph that lies on its side, with where it was taken."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (width, height), colour).save(out, form, exif=exif)
    return out.getvalue()


def halves(width: int = 400, height: int = 200) -> bytes:
    """A picture that is red on its left and blue on its right."""
    image, out = Image.new("RGB", (width, height), "red"), BytesIO()
    image.paste("blue", (width // 2, 0, width, height))
    image.save(out, "PNG")
    return out.getvalue()


def zipped(**parts: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."), _DAY)
            parcel.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def document(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as parcel:
        for name in ("[Content_Types].xml", *names):
            parcel.writestr(zipfile.ZipInfo(name, _DAY), b"<x/>")
    return out.getvalue()


def pixel_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says how large it is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def add(content: bytes, name: str = "photo.jpg") -> Added:
    return add_file(BytesIO(content), name=name, size=len(content), actor=ACTOR)


def add_ready(content: bytes, name: str = "photo.jpg") -> Asset:
    """Add a picture, and have it drawn."""
    asset = render_asset(add(content, name).asset.pk)
    assert asset is not None
    return asset
