"""Where people reach the hosts of this installation."""

from __future__ import annotations

from django.conf import settings


def web_address(name: str, kind: str) -> str:
    """Return the web address at which a kind of process answers for a host name."""
    port = settings.STOA_PUBLIC_PORTS.get(kind, "")
    scheme = "https" if settings.STOA_HTTPS else "http"
    return f"{scheme}://{name}{f':{port}' if port else ''}/"
