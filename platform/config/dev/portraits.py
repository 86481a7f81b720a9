"""Pictures of the shop's pages and blocks, taken in the machine's Chromium.

What a browser asks for is answered by the shop itself, in this process: no server runs.
"""

from __future__ import annotations

from asyncio import events
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlsplit

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.test import Client, override_settings
from PIL import Image

from config.settings.security import content_policy
from kernel.tenancy.context import TenantRef, no_scope, tenant_context
from testkit.browser import browser
from testkit.web import process

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PHONE: Final = (390, 844)
DESKTOP: Final = (1440, 900)
_QUALITY: Final = 78
_SCROLL: Final = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 600) {
    scrollTo(0, y);
    await new Promise((go) => setTimeout(go, 40));
  }
  scrollTo(0, 0);
  const waiting = [...document.images].filter((each) => !each.complete);
  const seen = Promise.all(waiting.map((each) => each.decode().catch(() => {})));
  // What is beside a list that scrolls is never asked for.
  await Promise.race([seen, new Promise((go) => setTimeout(go, 800))]);
}"""
_WEAR: Final = """(address) => new Promise((worn) => {
  const link = document.querySelector("link[href^='/theme.css']");
  link.onload = () => requestAnimationFrame(() => requestAnimationFrame(worn));
  link.href = address;
})"""
_SHIFTS: Final = """new PerformanceObserver((list) => {
  for (const { hadRecentInput, value } of list.getEntries())
    if (!hadRecentInput) window.shifted = (window.shifted || 0) + value;
}).observe({ type: "layout-shift", buffered: true });"""


@dataclass(frozen=True, slots=True)
class Weight:
    """What loading a page took: requests, bytes of the shop's own files, moved layout."""

    requests: int
    bytes: int
    shift: float


class Studio:
    """Opens pages of one shop as visitors see them."""

    def __init__(self, running: Browser, tenant: TenantRef) -> None:
        self._running = running
        self._tenant = tenant
        self.requests: list[tuple[str, int]] = []
        self.answers: Mapping[str, tuple[str, bytes]] = {}
        """What is answered instead of the shop, by path: kind and body."""

    @contextmanager
    def page(
        self,
        path: str,
        size: tuple[int, int],
        *,
        language: str = "en",
        scheme: Literal["light", "dark"] = "light",
    ) -> Iterator[Page]:
        """Open a page in a window of a size, by day or by night."""
        context = self._running.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale={"zh-hans": "zh-CN"}.get(language, language),
            reduced_motion="reduce",
            color_scheme=scheme,
            service_workers="block",
        )
        client = Client(HTTP_HOST=self.host, HTTP_ACCEPT_LANGUAGE=language)
        self.requests = []
        context.route("**/*", lambda route: self._answer(route, client))
        context.add_init_script(_SHIFTS)
        opened = context.new_page()
        try:
            opened.goto(f"https://{self.host}{path}", wait_until="load")
            opened.evaluate(_SCROLL)
            yield opened
        finally:
            context.close()

    @property
    def host(self) -> str:
        """Where the shop is."""
        return str(self._tenant.host("store"))

    def wear(self, opened: Page, code: str) -> None:
        """Show a page that is open in the colours of a theme, ``pack:palette``."""
        opened.evaluate(_WEAR, f"/theme.css?theme={quote(code)}")

    def weight(self, opened: Page) -> Weight:
        """Return what a page that is open weighed; pictures of goods are not counted."""
        own = [size for path, size in self.requests if not path.startswith("/media/")]
        return Weight(len(own), sum(own), float(opened.evaluate("window.shifted || 0")))

    def _answer(self, route: Route, client: Client) -> None:
        asked = urlsplit(route.request.url)
        if asked.netloc != self.host or route.request.method != "GET":
            route.abort()
            return
        with outside_of_loops():
            status, headers, body = self._found(asked.path, asked.query, client)
        self.requests.append((asked.path, len(body)))
        route.fulfill(status=status, headers=dict(headers), body=body)

    def _found(self, path: str, query: str, client: Client) -> tuple[int, Mapping[str, str], bytes]:
        if path in self.answers:
            kind, body = self.answers[path]
            return 200, {"Content-Type": kind}, body
        if path.startswith("/static/"):
            found = _static(path.removeprefix("/static/"))
            if found is None:
                return 404, {}, b""
            return 200, {"Content-Type": _kind(path)}, found.read_bytes()
        if path.startswith("/media/"):
            return self._medium(path)
        with no_scope():
            response: Any = client.get(f"{path}?{query}" if query else path, secure=True)
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return response.status_code, headers, body

    def _medium(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        with tenant_context(self._tenant):
            name = path.removeprefix("/media/")
            if not default_storage.exists(name):
                return 404, {}, b""
            with default_storage.open(name) as opened:
                return 200, {"Content-Type": _kind(path)}, opened.read()


@contextmanager
def studio(tenant: TenantRef) -> Iterator[Studio]:
    """Have a browser that sees one shop."""
    policy = {"DIRECTIVES": content_policy("store")}
    with (
        process("store"),
        override_settings(CONTENT_SECURITY_POLICY=policy, DEBUG=False),
        browser() as running,
    ):
        yield Studio(running, tenant)


@contextmanager
def outside_of_loops() -> Iterator[None]:
    """Let Django see that this is no asynchronous code, although a browser is driven by some."""
    loop = events._get_running_loop()  # noqa: SLF001  there is no public way to look
    events._set_running_loop(None)  # noqa: SLF001  as above
    try:
        yield
    finally:
        events._set_running_loop(loop)  # noqa: SLF001  as above


def save(shot: bytes, path: Path, *, width: int) -> None:
    """Keep a picture in a width, small."""
    image = Image.open(BytesIO(shot)).convert("RGB")
    height = round(image.height * width / image.width)
    path.parent.mkdir(parents=True, exist_ok=True)
    resized = image.resize((width, height), Image.Resampling.LANCZOS)
    resized.save(path, "WEBP", quality=_QUALITY, method=6)


def _static(name: str) -> Path | None:
    """Return a static file; one that has its digest in its name stands where all are collected."""
    found = finders.find(name)
    if isinstance(found, str):
        return Path(found)
    return Path(staticfiles_storage.path(name)) if staticfiles_storage.exists(name) else None


def _kind(path: str) -> str:
    kinds = {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".webp": "image/webp",
        ".webm": "video/webm",
        ".png": "image/png",
    }
    return kinds.get(Path(path).suffix, "application/octet-stream")
