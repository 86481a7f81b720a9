"""What a telephone waits for: the largest thing on a page, and the page's own code."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from testkit.browser import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

PAGES: Final[Mapping[str, str]] = {
    "home": "/",
    "category": "/categories/all/",
    "product": "/products/tea-0/",
    "cart": "/cart/",
    "checkout": "/checkout/",
}
SLOWER: Final = 4
"""A telephone's processor takes so many times as long."""

_WIDTH: Final = 390
_HEIGHT: Final = 844
# Collected by the page itself from its first moment; what is drawn last and largest counts.
_WATCH: Final = """
window.largest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.largest = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
_PUT: Final = """
async (line) => (await fetch("/api/v1/store/cart/lines/", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(line),
})).status
"""
_CREATED: Final = 201
_QUIET_MS: Final = 400
_CODE: Final = frozenset({"script", "stylesheet"})
_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page took.

    Attributes:
        largest_ms: until its largest text or picture stood.
        code_bytes: of its own scripts and style sheets, compressed.
    """

    largest_ms: float
    code_bytes: int


def look_at_pages(
    host: str, port: int, variant: str, *, times: int, warming: int
) -> dict[str, Seen]:
    """Open each page so many times as a telephone that was never there; return the middle.

    Args:
        host: of the shop.
        port: of the storefront.
        variant: what is in the cart.
        times: how often what is seen counts.
        warming: how often nobody counts, so that the server is warm.
    """
    base = f"http://{host}:{port}"
    found: dict[str, Seen] = {}
    with browser() as running, _buyer(running, base, variant) as buyer:
        for name, path in PAGES.items():
            looks = [_look(buyer, f"{base}{path}") for _time in range(warming + times)][warming:]
            found[name] = Seen(
                median(look.largest_ms for look in looks), max(look.code_bytes for look in looks)
            )
    return found


@contextmanager
def _buyer(running: Browser, base: str, variant: str) -> Iterator[BrowserContext]:
    """Open a browser of somebody with something in the cart."""
    context = running.new_context(
        viewport={"width": _WIDTH, "height": _HEIGHT}, device_scale_factor=2, locale="zh-CN"
    )
    try:
        page = context.new_page()
        page.goto(f"{base}/")
        status = page.evaluate(_PUT, {"variant": variant, "quantity": 1})
        page.close()
        if status != _CREATED:
            raise RuntimeError(f"nothing came into the cart: {status}")
        yield context
    finally:
        context.close()


def _look(context: BrowserContext, address: str) -> Seen:
    page = context.new_page()
    try:
        code: list[Response] = []
        page.on("response", lambda each: code.append(each) if _is_code(each) else None)
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.clearBrowserCache")
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.add_init_script(_WATCH)
        answer = page.goto(address, wait_until="load")
        if answer is None or not answer.ok or page.url.split("?")[0] != address:
            raise RuntimeError(f"{address} led to {page.url}")
        largest = _largest(page)
        return Seen(largest, sum(len(gzip.compress(each.body(), _LEVEL)) for each in code))
    finally:
        page.close()


def _largest(page: Page) -> float:
    """Wait until nothing larger comes."""
    before, now = -1.0, 0.0
    while now != before or not now:
        page.wait_for_timeout(_QUIET_MS)
        before, now = now, float(page.evaluate("window.largest"))
    return now


def _is_code(response: Response) -> bool:
    return response.request.resource_type in _CODE and response.ok
