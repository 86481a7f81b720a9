"""`platform/` is a source root: it must never hide the standard library's module."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import platform
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.servers.ports import LOOPBACK, answers, free_ports
from testkit.servers.postgres import tail

ROOT = Path(__file__).resolve().parents[2]
STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
PROBE = """
import platform
from celery import Celery

app = Celery("probe")
print("platform is", platform.__file__, flush=True)

def wsgi(environ, start_response):
    import platform
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [platform.__file__.encode()]
"""


def test_platform_is_the_standard_library_under_pytest() -> None:
    assert Path(platform.__file__).parent == STANDARD_LIBRARY
    assert not (ROOT / "platform" / "__init__.py").exists()


@pytest.mark.parametrize(
    "name",
    ["config", "kernel", "testkit", "tenants", "channel_center", "apps", "themes", "infra"],
)
def test_our_packages_come_from_this_repository(name: str) -> None:
    spec = importlib.util.find_spec(name)

    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import platform; print('platform is', platform.__file__)"],
        ["-m", "celery", "--app=probe", "report"],
        [
            *("platform/manage.py", "shell", "--command"),
            "import platform; print('platform is', platform.__file__)",
        ],
    ],
    ids=["python", "celery", "manage.py"],
)
def test_platform_is_the_standard_library_in_a_process_started_at_the_root(
    command: list[str], tmp_path: Path
) -> None:
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert f"platform is {STANDARD_LIBRARY / 'platform.py'}" in done.stdout


def test_platform_is_the_standard_library_in_the_web_server(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")

    with _web_server(tmp_path) as port:
        answer = _get(port)

    assert Path(answer) == STANDARD_LIBRARY / "platform.py"


def _environment(probe: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}{os.pathsep}{probe}"}


def _get(port: int) -> str:
    # The worker imports the program first and listens afterwards, without saying so.
    deadline = time.monotonic() + 180
    while not answers(port):
        assert time.monotonic() < deadline, "the web server does not listen"
        time.sleep(0.05)
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().read().decode()


@contextlib.contextmanager
def _web_server(probe: Path) -> Iterator[int]:
    """Run granian on the probe; its output says that the worker has imported it."""
    [port] = free_ports(1)
    command = ["granian", "--interface=wsgi", f"--port={port}", "--workers=1", "probe:wsgi"]
    log = probe / "granian.log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=_environment(probe),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert server.stdout is not None
        with server, server.stdout:
            try:
                # Printed by the worker when it imports the probe; the socket is bound before.
                loaded = any("platform is" in line for line in server.stdout)
                assert loaded, tail(log)
                yield port
            finally:
                server.terminate()
                try:
                    server.wait(15)
                except subprocess.TimeoutExpired:
                    server.kill()
