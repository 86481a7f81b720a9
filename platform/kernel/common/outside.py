"""Sends to addresses that somebody outside chose, and reaches nothing of our own.

A name is looked up once, every address that it stands for is judged, and the
connection goes to the address that was judged: a name that answers differently the
next time gains nothing. Nothing is redirected, no proxy is asked, and the whole
exchange ends at a deadline, however slowly the other side answers.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import IO, Any, Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp: TypeAlias = Callable[[str, int], list[Any]]
"""A name and a port to what `socket.getaddrinfo` returns."""

DEADLINE: Final = 10.0
_CONNECT: Final = 5.0
_LONGEST_URL: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}
_KEPT_OF_ANSWER: Final = 2_000
# The prefix that a network's own translator reaches IPv4 by (RFC 6052).
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class NotOutside(Exception):
    """An address that may not be asked: no plain HTTPS, or not in the open internet."""


class Unreachable(Exception):
    """Nobody answered in time; the text says how it failed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; of the content the beginning alone."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def look_up(host: str, port: int) -> list[Any]:
    """Return the addresses of a name, as the system knows them."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _within(address: Address) -> Address | None:
    """Return the IPv4 address that an IPv6 one is translated to on its way, if any."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the open internet and to nobody inside."""
    inner = _within(address)
    if inner is not None and not is_public(inner):
        return False
    return address.is_global and not address.is_multicast


def judged(
    url: str, *, inner_hosts: Collection[str] = (), find: LookUp = look_up
) -> tuple[SplitResult, str]:
    """Return the parts of an address that may be asked, and the one IP address to ask.

    Args:
        url: HTTPS.
        inner_hosts: ``host:port`` of those inside that may be asked, also without TLS.
        find: looks names up.

    Raises:
        NotOutside: it may not be asked.
        Unreachable: the name stands for no address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise NotOutside("url") from error
    host = parts.hostname or ""
    is_inner = f"{host}:{port}" in inner_hosts
    # Whatever is not plainly an address is refused before anybody interprets it.
    if len(url) > _LONGEST_URL or any(ord(each) <= 32 or ord(each) >= 127 for each in url):  # noqa: PLR2004  ASCII
        raise NotOutside("url")
    if not host or "@" in parts.netloc or "\\" in url or parts.fragment:
        raise NotOutside("url")
    if parts.scheme != "https" and not (is_inner and parts.scheme == "http"):
        raise NotOutside("scheme")
    try:
        found = find(host, port)
    except (OSError, UnicodeError) as error:
        raise Unreachable("name") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    if not addresses:
        raise Unreachable("name")
    # One address inside is enough to refuse the name.
    if not is_inner and not all(is_public(each) for each in addresses):
        raise NotOutside("address")
    return parts, str(addresses[0])


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    inner_hosts: Collection[str] = (),
    find: LookUp = look_up,
    deadline: float = DEADLINE,
) -> Answer:
    """Post content to an address that somebody outside chose.

    Raises:
        NotOutside: it may not be asked.
        Unreachable: no answer within so many seconds.
    """
    return send(
        "POST", url, body, headers=headers, inner_hosts=inner_hosts, find=find, deadline=deadline
    )


def send(
    method: str,
    url: str,
    body: bytes | IO[bytes],
    *,
    headers: Mapping[str, str],
    inner_hosts: Collection[str] = (),
    find: LookUp = look_up,
    deadline: float = DEADLINE,
) -> Answer:
    """Send content to an address that somebody outside chose; a file is sent as it is read.

    Raises:
        NotOutside: it may not be asked.
        Unreachable: no answer within so many seconds.
    """
    parts, address = judged(url, inner_hosts=inner_hosts, find=find)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connected(address, port, host if parts.scheme == "https" else "", deadline) as line:
            usual = port == _PORTS[parts.scheme]
            connection = HTTPConnection(host, 80 if usual else port)
            connection.sock = line
            connection.request(method, target, body=body, headers=dict(headers))
            response = connection.getresponse()
            content = response.read(_KEPT_OF_ANSWER)
            return Answer(response.status, dict(response.getheaders()), content)
    except TimeoutError as error:
        raise Unreachable("timeout") from error
    except ssl.SSLError as error:
        raise Unreachable("tls") from error
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable("connection") from error


@contextmanager
def _connected(address: str, port: int, tls_name: str, deadline: float) -> Iterator[socket.socket]:
    """Hold a connection, which is cut at the deadline whatever is going on in it."""
    plain = socket.create_connection((address, port), timeout=min(_CONNECT, deadline))
    lines = [plain]
    is_over: list[bool] = []

    def cut() -> None:
        is_over.append(True)
        for each in lines:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = Timer(deadline, cut)
    timer.daemon = True
    timer.start()
    try:
        if tls_name:
            context = ssl.create_default_context()
            # In two steps: the handshake, too, ends at the deadline.
            secure = context.wrap_socket(
                plain, server_hostname=tls_name, do_handshake_on_connect=False
            )
            lines.append(secure)
            secure.do_handshake()
        yield lines[-1]
    except (OSError, HTTPException) as error:
        if is_over:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        for each in lines:
            each.close()
