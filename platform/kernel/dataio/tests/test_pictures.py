"""Pictures that strangers' addresses name: fetched, refused, listed."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import ClassVar

import pytest

from kernel.catalogue.models import Picture
from kernel.common.outside import is_public
from kernel.common.time import utc_now
from kernel.dataio.errors import PictureRefused
from kernel.dataio.fetching import fetch
from kernel.dataio.pictures import failed_pictures, fetch_pictures, retry_pictures
from kernel.dataio.services import receive_file, run, start
from kernel.dataio.tests.files import SHOPIFY, simple, table
from testkit.factories.catalogue import ACTOR, picture_bytes


class _Pictures(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/good.png": (200, {}, picture_bytes()),
        "/page.png": (200, {}, b"<html>not a picture</html>"),
        "/gone.png": (404, {}, b""),
        "/moved.png": (302, {"Location": "/good.png"}, b""),
        "/inside.png": (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
        "/loop.png": (302, {"Location": "/loop.png"}, b""),
        "/large.png": (200, {}, b"x" * (21 * 1024 * 1024)),
    }

    def do_GET(self) -> None:
        status, headers, body = self.answers[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


LOCAL = partial(fetch, may_reach=lambda address: str(address) == "127.0.0.1", any_port=True)


def test_a_picture_is_fetched_also_where_it_has_moved(origin: str) -> None:
    assert LOCAL(f"{origin}/good.png") == LOCAL(f"{origin}/moved.png") == picture_bytes()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone.png", "status"),
        ("/inside.png", "address"),
        ("/loop.png", "redirects"),
        ("/large.png", "too_large"),
    ],
)
def test_a_picture_that_cannot_be_had_is_refused(origin: str, path: str, reason: str) -> None:
    with pytest.raises(PictureRefused) as caught:
        LOCAL(f"{origin}{path}")

    assert caught.value.fields["reason"] == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://pictures.example/a.png", "scheme"),
        ("gopher://127.0.0.1/", "scheme"),
        ("http://user:secret@pictures.example/a.png", "scheme"),
        ("//pictures.example/a.png", "scheme"),
        ("not an address", "scheme"),
        ("http://[::1", "scheme"),
        ("http://127.0.0.1/a.png", "address"),
        ("http://localhost/a.png", "address"),
        ("http://2130706433/a.png", "address"),
        ("http://0x7f.1/a.png", "address"),
        ("http://0.0.0.0/a.png", "address"),
        ("http://10.0.0.5/a.png", "address"),
        ("http://192.168.1.1/a.png", "address"),
        ("http://169.254.169.254/latest/meta-data", "address"),
        ("http://[::1]/a.png", "address"),
        ("http://[::ffff:127.0.0.1]/a.png", "address"),
        ("http://[fd00::1]/a.png", "address"),
        ("http://8.8.8.8:6379/a.png", "address"),
    ],
)
def test_nothing_inside_can_be_reached(url: str, reason: str) -> None:
    with pytest.raises(PictureRefused) as caught:
        fetch(url)

    assert caught.value.fields["reason"] == reason


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("100.64.0.1", False), ("224.0.0.1", False)],
)
def test_an_address_is_judged(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.usefixtures("in_tenant_a")
def test_pictures_of_an_import_come_later_and_those_that_fail_are_listed(origin: str) -> None:
    rows = [simple(name, Image_Src=f"{origin}/{name}.png") for name in ("good", "page", "gone")]
    content = table(SHOPIFY, rows).encode()
    source = receive_file(BytesIO(content), name="x.csv", size=len(content), actor=ACTOR)
    start(source.id, rehearse=False, actor=ACTOR, now=utc_now())
    run(source.id, clock=utc_now)

    done = fetch_pictures(source.id, fetch=LOCAL, clock=utc_now)
    failed = failed_pictures(source.id)
    again = fetch_pictures(source.id, fetch=LOCAL, clock=utc_now)

    assert (done, again) == (True, True)
    assert [(item.product.handle, item.fault) for item in failed] == [
        ("page", "fetch_no_picture"),
        ("gone", "fetch_status"),
    ]
    good = Picture.objects.exclude(file="").get()
    assert (good.product.handle, good.width) == ("good", 64)
    assert retry_pictures(source.id) == 2
    assert Picture.objects.filter(state="waiting", fault="").count() == 3
