"""What browsers are told, by kind of process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from csp.utils import build_policy, default_config

from config.settings.security import content_policy


def policy(process: str, *, nonce: str | None = None) -> dict[str, str]:
    text = build_policy(config=default_config(content_policy(process)), nonce=nonce)
    parts = (part.strip().partition(" ") for part in text.split(";") if part.strip())
    return {name: value for name, _space, value in parts}


@pytest.mark.parametrize("process", ["store", "console", "channel"])
def test_pages_allow_nothing_inline_and_need_no_nonce(process: str) -> None:
    pages = policy(process, nonce="n0nce")

    assert pages["script-src"] == pages["style-src"] == "'self'"
    assert "unsafe" not in str(pages)
    assert "n0nce" not in str(pages)


@pytest.mark.parametrize("process", ["store", "console", "channel"])
def test_no_page_is_framed_by_others_or_loads_plug_ins(process: str) -> None:
    pages = policy(process)

    assert pages["frame-ancestors"] == pages["object-src"] == pages["base-uri"] == "'none'"


@pytest.mark.parametrize("process", ["worker", "beat", "provisioner", "cli"])
def test_processes_without_pages_allow_nothing(process: str) -> None:
    assert policy(process)["default-src"] == "'none'"


_PRINT = """
from config.settings import security as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)
"""


@pytest.mark.parametrize(
    ("https", "expected"),
    [
        ("1", "__Host-ssid __Host-scsrf True 31536000"),
        ("0", "ssid scsrf False 0"),
    ],
)
def test_cookies_are_bound_to_their_host_over_tls(https: str, expected: str) -> None:
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "STOA_HTTPS": https,
        "STOA_PROCESS": "store",
    }

    printed = subprocess.run(
        [sys.executable, "-c", _PRINT], env=env, check=True, capture_output=True, text=True
    )

    assert printed.stdout.strip() == expected
