"""A web server of somebody else, for tests: notes what it is sent, and answers as told."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

from testkit.servers.ports import LOOPBACK, free_ports


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Listens on a port of its own while it is open; can be closed and opened again.

    Attributes:
        status: what it answers.
        headers: what it answers with.
        received: what it was sent, in order.
    """

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    received: list[Received] = field(default_factory=list)
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _server: ThreadingHTTPServer | None = None

    @property
    def host(self) -> str:
        """Its host and port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """An address at it."""
        return f"http://{self.host}/hooks?shop=1"

    def open(self) -> None:
        """Begin to listen."""
        noted = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                noted.received.append(Received(self.path, headers, self.rfile.read(length)))
                self.send_response(noted.status)
                for name, value in noted.headers.items():
                    self.send_header(name, value)
                if noted.content:
                    self.send_header("Content-Length", str(len(noted.content)))
                self.end_headers()
                self.wfile.write(noted.content)

            def log_message(self, *_arguments: object) -> None:
                return

        self._server = ThreadingHTTPServer((LOOPBACK, self.port), Handler)
        poll = {"poll_interval": 0.01}
        Thread(target=self._server.serve_forever, kwargs=poll, daemon=True).start()

    def close(self) -> None:
        """Stop listening: whoever comes now finds nobody."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        """Begin to listen."""
        self.open()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop."""
        self.close()
