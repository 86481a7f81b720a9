"""Fetches pictures from addresses that strangers wrote, and reaches nothing of our own.

A name is looked up once; the connection goes to the address that was judged, so a
name that answers differently the next time gains nothing. Redirects are followed
by hand, each judged like the first address.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Final

import httpx

from kernel.common.outside import Address, is_public
from kernel.dataio.errors import PictureRefused
from kernel.media.limits import LARGEST_PICTURE

_TIMEOUT: Final = httpx.Timeout(10.0)
_MOST_REDIRECTS: Final = 3
_LONGEST_URL: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SLOWEST_CHUNKS: Final = 20_000
_HEADERS: Final = {"Accept": "image/webp,image/png,image/jpeg,image/gif", "User-Agent": "catalogue"}


def fetch(
    url: str,
    *,
    may_reach: Callable[[Address], bool] = is_public,
    any_port: bool = False,
) -> bytes:
    """Return what stands at an address.

    Args:
        url: http or https, at the usual port.
        may_reach: judges the address that a name stands for.
        any_port: whether other ports may be asked.

    Raises:
        PictureRefused: ``reason`` is ``scheme``, ``address``, ``unreachable``,
            ``status``, ``too_large`` or ``redirects``.
    """
    target = url
    for _hop in range(_MOST_REDIRECTS + 1):
        answer = _ask(target, may_reach, any_port=any_port)
        if isinstance(answer, bytes):
            return answer
        target = answer
    raise PictureRefused(reason="redirects")


def _ask(url: str, may_reach: Callable[[Address], bool], *, any_port: bool) -> bytes | str:
    """Return the content, or where it has gone."""
    try:
        parsed = httpx.URL(url[:_LONGEST_URL])
    except (httpx.InvalidURL, UnicodeError):
        raise PictureRefused(reason="scheme") from None
    usual = _PORTS.get(parsed.scheme)
    if usual is None or not parsed.host or parsed.userinfo:
        raise PictureRefused(reason="scheme")
    if not any_port and parsed.port not in {None, usual}:
        raise PictureRefused(reason="address")
    address = _judged(parsed.host, parsed.port or usual, may_reach)
    pinned = parsed.copy_with(host=str(address))
    headers = {**_HEADERS, "Host": parsed.netloc.decode("ascii")}
    extensions = {"sni_hostname": parsed.raw_host.decode("ascii")}
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, trust_env=False) as client,
            client.stream("GET", pinned, headers=headers, extensions=extensions) as response,
        ):
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return str(parsed.join(response.headers["location"]))
            return _content(response)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        raise PictureRefused(reason="unreachable") from None


def _judged(host: str, port: int, may_reach: Callable[[Address], bool]) -> Address:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PictureRefused(reason="unreachable") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    # One address inside is enough to refuse the name.
    if not addresses or not all(may_reach(address) for address in addresses):
        raise PictureRefused(reason="address")
    return addresses[0]


def _content(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise PictureRefused(reason="status", status=response.status_code)
    content = bytearray()
    for number, chunk in enumerate(response.iter_bytes()):
        content += chunk
        if len(content) > LARGEST_PICTURE or number > _SLOWEST_CHUNKS:
            raise PictureRefused(reason="too_large")
    return bytes(content)
