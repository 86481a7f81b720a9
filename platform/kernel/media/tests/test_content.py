"""What files are is told by their content, and nothing that acts or bursts is kept."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from PIL import Image
from pytest_django import Settings

from kernel.media.errors import InvalidAsset, ScanFailed
from kernel.media.kinds import type_of
from kernel.media.names import asset_id_of, display_name
from kernel.media.pictures import prepared
from kernel.media.scanning import check_clean
from kernel.media.tests.samples import (
    MP4,
    PDF,
    SVG,
    document,
    drawing,
    halves,
    photo,
    pixel_bomb,
    zipped,
)
from kernel.media.vectors import clean_drawing


def kind_of(content: bytes, name: str = "x") -> str:
    return type_of(BytesIO(content), name=name, size=len(content)).extension


@pytest.mark.parametrize(
    ("content", "name", "extension"),
    [
        (photo(), "a.png", "jpg"),
        (photo(form="WEBP"), "a", "webp"),
        (SVG, "a.txt", "svg"),
        (MP4, "a.exe", "mp4"),
        (b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\x00" * 99, "a", "webm"),
        (b"ID3\x04" + b"\x00" * 99, "a", "mp3"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a", "wav"),
        (PDF, "a.jpg", "pdf"),
        (document("xl/workbook.xml"), "a", "xlsx"),
        (zipped(a=b"1"), "a", "zip"),
        ("名称,价格\n茶,12\n".encode(), "goods.csv", "csv"),
        (b"plain words", "notes.html", "txt"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, name: str, extension: str) -> None:
    assert kind_of(content, name) == extension


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ\x90\x00" + b"\x00" * 99, "unknown"),
        (b"\x7fELF" + b"\x00" * 99, "unknown"),
        (b"<!doctype html><script>alert(1)</script>", "unknown"),
        (b"words, and then <ScRiPt>alert(1)</script>", "unknown"),
        (b"<?php system($_GET[0]);", "unknown"),
        (PDF + zipped(a=b"1"), "polyglot"),
        (MP4 + zipped(a=b"1"), "polyglot"),
        (zipped(bomb=b"\x00" * 30_000_000), "bomb"),
        (document("word/document.xml", "word/vbaProject.bin"), "macros"),
        (zipped(setup_dot_exe=b"MZ"), "macros"),
        (zipped(a=b"1")[:40], "damaged"),
        (b"<svg" + b" " * 1_100_000, "too_large"),
    ],
    ids=str,
)
def test_what_is_something_else_or_two_things_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidAsset) as refusal:
        kind_of(content, "innocent.jpg")

    assert refusal.value.fields["reason"] == reason


def test_a_drawing_is_written_anew_with_what_draws() -> None:
    clean, width, height = clean_drawing(SVG)

    assert (width, height) == (40, 20)
    assert b"secret" not in clean
    assert b"sodipodi" not in clean
    assert b'<path class="a" d="M0 0h40v20z"></path>' in clean
    assert clean_drawing(clean)[0] == clean


@pytest.mark.parametrize(
    "bad",
    [
        drawing("<script>alert(1)</script>"),
        drawing("<SCRIPT xmlns='http://www.w3.org/1999/xhtml'>alert(1)</SCRIPT>"),
        drawing("<path onclick='alert(1)'/>"),
        drawing("", "onload='alert(1)'"),
        drawing("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>"),
        drawing("<a xlink:href='javascript:alert(1)'><path/></a>"),
        drawing("<use href='https://bad.example/x.svg#a'/>"),
        drawing("<use xlink:href='data:image/svg+xml;base64,AAAA#x'/>"),
        drawing("<image href='https://bad.example/track.png'/>"),
        drawing("<style>@import url(https://bad.example/x.css);</style>"),
        drawing("<style>@im\\70ort 'x'</style>"),
        drawing("<rect style='fill:url(https://bad.example/#a)'/>"),
        drawing("<rect fill='url( \"//bad.example/#a\")'/>"),
        drawing("<set attributeName='href' to='java&#10;script:alert(1)'/>"),
        drawing("<metadata><x onload='alert(1)'/></metadata>"),
        drawing("&xxe;", before='<!DOCTYPE svg [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>'),
        drawing("&a;", before='<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'),
        drawing("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"),
        drawing("<g>" * 100 + "</g>" * 100),
        drawing("<path/>" * 20_001),
        drawing("<path>"),
        b"<svg>no namespace</svg>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'><svg/></html>",
    ],
)
def test_a_drawing_that_acts_or_grows_is_refused(bad: bytes) -> None:
    with pytest.raises(InvalidAsset):
        clean_drawing(bad)


def test_what_hangs_on_a_picture_and_what_cameras_write_is_left_behind() -> None:
    hidden = zipped(run=b"<script>alert(1)</script>")

    made = prepared(photo() + hidden)

    with Image.open(BytesIO(made.content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (20, 40), {})
    assert hidden not in made.content
    assert {len(each) for each in made.renditions.values()} == {len(made.renditions[480])}
    for content in made.renditions.values():
        with Image.open(BytesIO(content)) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (20, 40), {})


def test_colours_of_another_kind_of_screen_become_those_of_the_web() -> None:
    from PIL import ImageCms

    out = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    Image.new("RGB", (8, 8), "red").save(out, "PNG", icc_profile=profile.tobytes())
    cmyk = BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(cmyk, "JPEG")

    for content in (out.getvalue(), cmyk.getvalue()):
        with Image.open(BytesIO(prepared(content).renditions[480])) as image:
            assert image.convert("RGB").getpixel((4, 4))[0] > 200  # type: ignore[index]


def test_forty_megapixels_are_made_smaller() -> None:
    out = BytesIO()
    Image.new("L", (8_000, 5_000), 90).save(out, "JPEG", quality=30)

    made = prepared(out.getvalue())

    assert (made.width, made.height) == (4_000, 2_500)
    assert sorted(made.renditions) == [480, 960, 1600]


def test_a_long_picture_stays_as_wide_as_it_is() -> None:
    out = BytesIO()
    Image.new("RGB", (600, 12_000), "white").save(out, "PNG")

    made = prepared(out.getvalue())

    assert (made.width, made.height) == (600, 12_000)
    with Image.open(BytesIO(made.renditions[480])) as image:
        assert image.size == (480, 9_600)


@pytest.mark.parametrize(
    "content",
    [pixel_bomb(), pixel_bomb(8_000, 6_251), b"GIF89a<script>alert(1)</script>", halves()[:200]],
    ids=["bomb", "just-too-many", "script", "half"],
)
def test_a_picture_that_lies_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidAsset):
        prepared(content)


def test_names_are_for_people_and_lead_nowhere() -> None:
    assert display_name("../../etc/passwd.png", "jpg") == "passwd.jpg"
    assert display_name("C:\\fakepath\\春 茶.PNG", "png") == "春 茶.png"
    assert display_name("a\u202egnp.exe", "png") == "agnp.png"
    assert display_name("", "pdf") == "file.pdf"
    assert len(display_name("x" * 500, "webp")) <= 200
    assert asset_id_of("media/0123456789abcdef0123456789abcdef/../../x") is None


@contextmanager
def scanner(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A clamd that always says the same; yields its address and what it was sent."""
    sent: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            with line, line.makefile("rb") as reader:
                assert reader.read(10) == b"zINSTREAM\0"
                while size := struct.unpack(">I", reader.read(4))[0]:
                    sent.append(reader.read(size))
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", sent
        thread.join()


def test_a_scanner_is_asked_and_its_word_counts(settings: Settings) -> None:
    with scanner(b"stream: OK\0") as (settings.STOA_CLAMD, sent):
        check_clean(BytesIO(b"x" * 100_000))
    assert b"".join(sent) == b"x" * 100_000
    with (
        scanner(b"stream: Eicar-Test FOUND\0") as (settings.STOA_CLAMD, _sent),
        pytest.raises(InvalidAsset, match="Eicar-Test"),
    ):
        check_clean(BytesIO(b"bad"))
    with pytest.raises(ScanFailed):
        check_clean(BytesIO(b"nobody listens any more"))
