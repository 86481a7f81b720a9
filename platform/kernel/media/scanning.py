"""Looks through files for viruses, where a scanner is set up: clamd, over its own protocol."""

from __future__ import annotations

import socket
import struct
from typing import IO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.media.errors import InvalidAsset, ScanFailed

_CHUNK: Final = 64 * 1024
_SECONDS: Final = 30
_LONGEST_ANSWER: Final = 4096


class ClamdScanner:
    """A clamd that listens on a host and a port."""

    def __init__(self, address: str) -> None:
        host, _colon, port = address.rpartition(":")
        self._address = host, int(port)

    def found_in(self, file: IO[bytes]) -> str:
        """Return the name of what is bad in a file; empty for a clean one.

        The file stands at its beginning afterwards.

        Raises:
            OSError: the scanner does not answer, or not in its language.
        """
        with socket.create_connection(self._address, timeout=_SECONDS) as line:
            line.sendall(b"zINSTREAM\0")
            file.seek(0)
            while chunk := file.read(_CHUNK):
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                part = line.recv(_LONGEST_ANSWER)
                if not part:
                    break
                answer += part
        file.seek(0)
        text = answer.rstrip(b"\0").decode("ascii", "replace")
        if text.endswith(" OK"):
            return ""
        if text.endswith(" FOUND"):
            return text.removesuffix(" FOUND").rpartition(": ")[2]
        raise ConnectionError(text[:100])


def check_clean(file: IO[bytes]) -> None:
    """Refuse a file in which the scanner finds something; without a scanner nothing is asked.

    Raises:
        InvalidAsset: it holds a virus.
        ScanFailed: the scanner does not answer.
    """
    if not settings.STOA_CLAMD:
        return
    try:
        found = ClamdScanner(settings.STOA_CLAMD).found_in(file)
    except OSError as error:
        raise ScanFailed from error
    if found:
        text = _("The file holds a virus: %(name)s.")
        raise InvalidAsset(text % {"name": found[:80]}, reason="virus")
