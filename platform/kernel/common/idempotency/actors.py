"""Who sends a keyed request; a key belongs to its sender alone."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest

from kernel.common.http import client_ip


def actor_of(request: HttpRequest) -> str:
    """Return a stable name of the sender, at most 80 characters.

    In order: what authentication noted as ``request.actor_key``, the signed-in
    user, the bearer of a token, the holder of a session, the address. Secrets
    are hashed.
    """
    noted = getattr(request, "actor_key", "")
    if noted:
        return noted_actor(str(noted))
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{type(user).__name__}:{user.pk}"[:80].lower()
    token = request.headers.get("Authorization", "")
    if token:
        return _hashed("token", token)
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session:
        return _hashed("session", session)
    return _hashed("address", client_ip(request))


def noted_actor(noted: str) -> str:
    """Return the name of a sender whom authentication noted as ``request.actor_key``."""
    return _hashed("noted", noted)


def _hashed(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
