"""A mail server of the test's own: keeps the letters that it is handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from testkit.servers.ports import LOOPBACK, free_ports


@dataclass
class Postbox:
    """Listens while it is open, and is the mail server of this process; can be opened again.

    Attributes:
        letters: what came, in order, with whom it is for in ``X-For``.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _controller: Controller | None = None
    _settings: override_settings | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's name
        """Keep a letter."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        letter = message_from_bytes(raw, policy=default)
        letter["X-For"] = ",".join(envelope.rcpt_tos)
        self.letters.append(letter)
        return "250 OK"

    def open(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        """Begin to listen, as this process's mail server."""
        self._settings = override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST=LOOPBACK,
            EMAIL_PORT=self.port,
        )
        self._settings.enable()
        self.open()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop."""
        self.close()
        if self._settings is not None:
            self._settings.disable()
