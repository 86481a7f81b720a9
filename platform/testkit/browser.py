"""The machine's Chromium for journey tests; nothing is downloaded from a browser vendor."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from testkit.servers.errors import ServerRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIXED_PLACES: Final = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
# Quiet, without a GPU, without a sandbox (root and containers have none), and
# without the calls home that would fail a run that has no network.
FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL: Final = "apt-get install --yes chromium"


def find_browser() -> Path | None:
    """Return the browser's program, or None when the machine has none."""
    chosen = os.environ.get("STOA_BROWSER")
    if chosen:
        return Path(chosen)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((Path(place) for place in FIXED_PLACES if Path(place).exists()), None)


def require_browser() -> Path:
    """Return the browser's program; as root on Debian it is installed when absent.

    Raises:
        ServerRefused: there is none and it cannot be installed from here.
    """
    found = find_browser()
    apt = shutil.which("apt-get")
    if found is None and apt and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], INSTALL.split()[1:]):
            subprocess.run(  # noqa: S603 - fixed program, no shell
                [apt, *arguments],
                check=False,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        found = find_browser()
    if found is None:
        raise ServerRefused(f"journey tests need Chromium; install it: sudo {INSTALL}")
    return found


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Run a headless browser for the block.

    Raises:
        ServerRefused: the machine has no browser.
    """
    from playwright.sync_api import sync_playwright

    program = require_browser()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield running
        finally:
            running.close()
