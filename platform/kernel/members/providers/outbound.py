"""Asks other companies over HTTP, and nobody else.

A tenant may name any OpenID provider, so an address is data from outside: it
must be HTTPS, at a host whose every address is public, and the connection goes
to the very address that was checked. Nothing is redirected.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings

from kernel.members.errors import ProviderDown, ProviderRefused

_TIMEOUT: Final = httpx.Timeout(8, connect=4)
_MOST_BYTES: Final = 512 * 1024
_HTTPS: Final = 443
_SERVER_ERROR: Final = 500


def get_json(url: str, *, query: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the object at an address of the installation's own choice.

    Raises:
        ProviderDown: no answer, or a server error.
        ProviderRefused: the answer is no JSON object.
    """
    return _ask("GET", url, params=dict(query or {}))


def post_json(
    url: str, body: Mapping[str, object], *, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Send an object to an address of the installation's own choice; return the answer.

    Raises:
        ProviderDown: no answer, or a server error.
        ProviderRefused: the answer is no JSON object.
    """
    return _ask("POST", url, json=dict(body), params=dict(query or {}))


def ask_outside(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    login: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Return the object at an address that somebody else chose; sends a form if there is one.

    Raises:
        ProviderDown: no answer, or a server error.
        ProviderRefused: not a public HTTPS address, or the answer is no JSON object.
    """
    pinned, options = _pinned(url)
    if form is not None:
        options["data"] = dict(form)
    if login is not None:
        options["auth"] = login
    return _ask("GET" if form is None else "POST", pinned, **options)


def _pinned(url: str) -> tuple[str, dict[str, Any]]:
    """Return the address with its host looked up, and what goes along with it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.netloc in settings.STOA_IDENTITY_INNER_HOSTS:
        return url, {}
    try:
        port = parts.port or _HTTPS
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM) if host else []
    except (OSError, ValueError) as error:
        raise ProviderDown from error
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if parts.scheme != "https" or not addresses or "@" in parts.netloc:
        raise ProviderRefused
    if not all(address.is_global for address in addresses):
        raise ProviderRefused
    first = addresses[0]
    literal = f"[{first}]" if first.version == 6 else str(first)  # noqa: PLR2004  IPv6
    pinned = urlunsplit(parts._replace(netloc=f"{literal}:{port}"))
    return pinned, {"headers": {"Host": parts.netloc}, "extensions": {"sni_hostname": host}}


def _ask(method: str, url: str, **options: Any) -> dict[str, Any]:
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, **options) as response,
        ):
            content = b""
            for part in response.iter_bytes():
                content += part
                if len(content) > _MOST_BYTES:
                    raise ProviderRefused
            status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderDown from error
    if status >= _SERVER_ERROR:
        raise ProviderDown
    return _object(content, status=status)


def _object(content: bytes, *, status: int) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise ProviderRefused from error
    if not isinstance(found, dict) or status != httpx.codes.OK:
        raise ProviderRefused
    return found
